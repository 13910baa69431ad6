import Fitting
import Foundation
import Laws
import Plans
import Plots
import Records
import Schedules
import Testing

/// The plan `time-to-target`.
struct TimeToTargetTests {
    private static func plan(
        _ options: [String: String], predictor: LawPredictor? = nil
    ) throws -> TimeToTargetResult {
        try PlanCatalog.plan(
            TimeToTargetPlan.self, options: options,
            context: PlanContext(
                predictor: predictor ?? Fits.annealing(relativeError: 0.002),
                interval: LawPredictor.Interval()))
    }

    private static let wsd = "warmup:300@3e-3,hold:3000,sqrt:700@0"

    @Test func `the first passage inverts the curve, its interval's ends theirs`() throws {
        let schedule = try LearningRateSchedule(parsing: Self.wsd)
        let steps = Array(0..<schedule.totalSteps)
        let band = try Fits.annealing(relativeError: 0.002).curve(
            schedule: schedule, features: [:], steps: steps, interval: LawPredictor.Interval())
        for target in [3.6, 3.3, 3.25] {
            let passage = try #require(
                Self.plan([
                    "target_loss": "\(target)", "schedule": Self.wsd, "families": "constant",
                    "maximum_steps": "400",
                ]).passage)
            #expect(passage.reached)
            #expect(passage.step == band.losses.firstIndex { $0 <= target })
            #expect(passage.earliest == band.lower?.firstIndex { $0 <= target })
            #expect(passage.latest == band.upper?.firstIndex { $0 <= target })
            let step = try #require(passage.step)
            #expect(passage.loss?.loss == band.losses[step])
        }
    }

    @Test func `long schedules are looked at on a grid, and then step by step`() throws {
        let text = "warmup:1000@3e-3,hold:999000"
        let passage = try #require(
            Self.plan([
                "target_loss": "3", "schedule": text, "families": "constant",
                "maximum_steps": "2000",
            ]).passage)
        let step = try #require(passage.step)
        let losses = try Fits.annealing().curve(
            schedule: LearningRateSchedule(parsing: text), features: [:], steps: [step - 1, step],
            interval: nil
        ).losses
        #expect(losses[0] > 3 && losses[1] <= 3)
    }

    @Test func `out of reach is a result, with how low it goes`() throws {
        let result = try Self.plan([
            "target_loss": "2.9", "schedule": Self.wsd, "maximum_steps": "5000",
            "families": "cosine,wsd-exp",
        ])
        let passage = try #require(result.passage)
        #expect(!passage.reached && passage.step == nil && passage.latest == nil)
        #expect(passage.lowestStep == 3_999 || passage.lowestLoss < 3.2)
        #expect(result.cheapest == nil && result.families.allSatisfy { !$0.reached })
        #expect(result.floor == result.families[0].final.loss)
        #expect(result.families.allSatisfy { $0.steps == 5_000 })
        #expect(result.page.advice.contains("Not reached under the schedule: its 4000 steps go "))
        #expect(result.page.advice.contains("No family reaches it within 5000 steps: the lowest "))
    }

    /// L0 is 2.9, and a way down from 3e-3 gains at most C·3e-3/(1 − λ) = 0.075.
    @Test func `below what endless training reaches is refused, with the distance`() throws {
        #expect {
            _ = try Self.plan([
                "target_loss": "2.5", "schedule": Self.wsd, "maximum_steps": "5000",
                "families": "cosine,wsd-exp",
            ])
        } throws: { error in
            let refused = error as? PlanError
            let message = refused?.message ?? ""
            return refused?.refusal == .unreachableLoss
                && message.contains("the schedule goes down to 3.")
                && message.contains("after 100000000 steps of wsd-exp stays above 2.8")
                && message.hasSuffix("above the target 2.5.")
        }
    }

    @Test func `a step inside the warm-up is doubted`() throws {
        let result = try Self.plan([
            "target_loss": "5", "schedule": Self.wsd, "families": "constant",
        ])
        let step = try #require(result.passage?.step)
        #expect(step < 300)
        #expect(
            result.warnings.contains("step \(step) lies inside the warm-up, where no law holds"))
    }

    @Test(arguments: ["lr-annealing", "smooth"])
    func `the shortest of a family reaches the target, and one a little shorter does not`(
        _ law: String
    ) throws {
        let predictor = try Fits.named(law)
        let target = law == "smooth" ? 2.3 : 3.3
        let result = try Self.plan(
            ["target_loss": "\(target)", "peak": "3e-3", "warmup": "300"], predictor: predictor)
        #expect(
            result.families.count == ScheduleFamily.all.count
                && result.families.allSatisfy(\.reached))
        #expect(
            zip(result.families, result.families.dropFirst()).allSatisfy { $0.steps <= $1.steps })
        for member in result.families {
            let schedule = try LearningRateSchedule(parsing: member.schedule)
            #expect(schedule.totalSteps == member.steps && schedule.warmupSteps == 300)
            #expect(member.final.loss <= target)
        }
        // The shortest constant schedule is known step by step.
        let constant = try #require(result.families.first { $0.name == "constant" })
        let peak = try LearningRateSchedule(parsing: constant.schedule).peakLearningRate
        let losses = try predictor.curve(
            schedule: LearningRateSchedule(parsing: "warmup:300@\(peak),hold:\(constant.steps)"),
            features: [:], steps: Array(0..<constant.steps), interval: nil
        ).losses
        let exact = try #require(losses.firstIndex { $0 <= target }) + 1
        #expect(Double(constant.steps) <= 1.005 * Double(exact), "\(constant.steps) \(exact)")
        #expect(result.cheapest == result.families.first { !$0.jumps }?.name)
        #expect(
            result.page.advice.hasPrefix(
                "The shortest schedule that reaches it is \(result.cheapest ?? "") in "))
    }

    @Test(arguments: [
        (["target_loss": "0", "peak": "1e-3"], "target_loss = 0 must be a finite number above 0."),
        (["target_loss": "3"], "the plan time-to-target needs peak; give for example peak=3e-3."),
        (["peak": "1e-3"], "the plan time-to-target needs target_loss; give for example "),
        (
            ["target_loss": "3", "peak": "1e-3", "warmup": "50", "maximum_steps": "20"],
            "maximum_steps = 20 must be a whole number from 52 to 100000000."
        ),
        (
            ["target_loss": "3", "schedule": "step@0,hold:10"],
            "schedule = 0 must have a rate above 0."
        ),
        (
            ["target_loss": "3", "schedule": "hold:10,hold:1e9"],
            "schedule: character 14, in `hold:1e9`: "
        ),
    ])
    func `a bad option is named with its rule`(_ options: [String: String], _ expected: String)
        throws
    {
        #expect {
            try Self.plan(options)
        } throws: { error in
            (error as? PlanError)?.message.hasPrefix(expected) == true
        }
    }

    @Test func `a plan survives its JSON`() throws {
        let result = try Self.plan([
            "target_loss": "3.3", "schedule": Self.wsd, "families": "wsd-sqrt,two-stage",
        ])
        let data = try JSONEncoder().encode(result)
        #expect(try JSONDecoder().decode(TimeToTargetResult.self, from: data) == result)
        #expect(result.rows.rows.count == 2 && result.rows.header.last == "schedule")
    }
}
