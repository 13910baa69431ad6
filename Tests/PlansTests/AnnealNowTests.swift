import Fitting
import Foundation
import Laws
import Plans
import Plots
import Records
import Schedules
import Testing

/// The plan `anneal-now`.
struct AnnealNowTests {
    /// A run of 2,000 steps at a constant rate, logged every 50 of them, 1 % above its law.
    private static func run(
        _ schedule: String? = "warmup:100@3e-3,hold:1900", factor: Double = 1.01,
        rates: Bool = false
    ) throws -> Run {
        let text = schedule ?? "warmup:100@3e-3,hold:1900"
        let parsed = try LearningRateSchedule(parsing: text)
        let steps = Array(stride(from: 100, to: 2_000, by: 50))
        let losses = try Fits.annealing().curve(
            schedule: parsed, features: [:], steps: steps, interval: nil
        ).losses
        return Run(
            id: "live", schedule: schedule.map { _ in parsed },
            curve: LossCurve(
                steps: steps, losses: losses.map { factor * $0 },
                learningRates: rates ? steps.map { parsed.learningRate(at: $0) } : nil))
    }

    private static func plan(
        _ options: [String: String] = [:], run: Run? = nil, predictor: LawPredictor? = nil,
        interval: LawPredictor.Interval? = LawPredictor.Interval()
    ) throws -> AnnealNowResult {
        try PlanCatalog.plan(
            AnnealNowPlan.self, options: options,
            context: PlanContext(
                predictor: predictor ?? Fits.annealing(relativeError: 0.01), interval: interval,
                run: run ?? Self.run()))
    }

    @Test func `each cooldown's losses are those of the run's rates continued`() throws {
        let predictor = try Fits.annealing(relativeError: 0.01)
        let result = try Self.plan([
            "from_step": "1000", "shapes": "sqrt", "lengths": "200", "starts": "0%,1500",
            "final_rate": "1e-4",
        ])
        #expect(result.now == 1_000 && result.learningRate == 3e-3 && result.cooldowns.count == 2)
        let later = result.cooldowns[1]
        #expect(later.startStep == 1_500 && later.endStep == 1_700)
        #expect(later.schedule == "from:live@1000,hold:500,sqrt:200@0.0001")
        func losses(_ text: String) throws -> (Double, Double, Double) {
            let band = try predictor.curve(
                schedule: LearningRateSchedule(parsing: text), features: [:], steps: [1_699],
                interval: LawPredictor.Interval())
            return (band.losses[0], try #require(band.lower)[0], try #require(band.upper)[0])
        }
        let cooled = try losses("warmup:100@3e-3,hold:1400,sqrt:200@1e-4")
        let kept = try losses("warmup:100@3e-3,hold:1600")
        let early = try losses("warmup:100@3e-3,hold:900,sqrt:700@1e-4").0
        #expect(abs(later.final.loss - cooled.0) < 1e-12)
        #expect(abs((later.final.lower ?? 0) - cooled.1) < 1e-12)
        #expect(abs(later.keeping.loss - kept.0) < 1e-12)
        #expect(abs(later.gain.loss - (kept.0 - cooled.0)) < 1e-12)
        #expect(abs((later.waiting?.loss ?? 0) - (early - cooled.0)) < 1e-12)
        // Both predictions share most of their errors, which the gain's interval knows.
        let width = (later.gain.upper ?? 0) - (later.gain.lower ?? 0)
        #expect(width > 0 && width < 0.5 * ((kept.2 - kept.1) + (cooled.2 - cooled.1)))
    }

    @Test func `the gain's interval is the delta method's for the difference`() throws {
        let predictor = try Fits.annealing(relativeError: 0.01)
        let result = try Self.plan(["from_step": "1000", "shapes": "linear", "lengths": "300"])
        let gain = result.cooldowns[0].gain
        // By differences of the difference itself, parameter by parameter: the covariance is
        // diagonal here.
        func difference(_ values: [Double]) throws -> Double {
            let moved = try Fits.predictor("lr-annealing", values)
            func loss(_ text: String) throws -> Double {
                try moved.curve(
                    schedule: LearningRateSchedule(parsing: text), features: [:], steps: [1_299],
                    interval: nil
                ).losses[0]
            }
            return try loss("warmup:100@3e-3,hold:1200")
                - loss("warmup:100@3e-3,hold:900,linear:300@0")
        }
        var variance = 0.0
        for index in Fits.annealing.indices {
            let width = 1e-5 * Fits.annealing[index]
            var (up, down) = (Fits.annealing, Fits.annealing)
            up[index] += width
            down[index] -= width
            let slope = try (difference(up) - difference(down)) / (2 * width)
            variance += pow(slope * 0.01 * Fits.annealing[index], 2)
        }
        let noise = try #require(predictor.report.noise)
        let half =
            Quantiles.studentT(0.95, degreesOfFreedom: noise.degreesOfFreedom)
            * variance.squareRoot()
        #expect(abs((gain.upper ?? 0) - gain.loss - half) < 1e-4 * half)
    }

    @Test func `of observations, the scatter of whole curves widens a gain, not of means`() throws {
        var report = try Fits.annealing(relativeError: 0.01).report
        let covariance = report.covariance
        report.noise?.pointScale = 1e-3
        report.noise?.curveCovariance = covariance?.map { row in row.map { 4 * $0 } }
        let wide = try LawPredictor(report: report)
        func width(_ predictor: LawPredictor?, _ target: LawPredictor.Interval.Target) throws
            -> Double
        {
            let gain = try Self.plan(
                ["from_step": "1000", "shapes": "linear", "lengths": "300"], predictor: predictor,
                interval: LawPredictor.Interval(target: target)
            ).cooldowns[0].gain
            return try #require(gain.upper) - (try #require(gain.lower))
        }
        let plain = try width(nil, .observation)
        #expect(abs(try width(wide, .observation) - 2 * plain) < 1e-9)
        #expect(abs(try width(wide, .mean) - plain) < 1e-9)
    }

    @Test func `without options all of the log is behind, and four shapes and lengths ahead`()
        throws
    {
        let result = try Self.plan()
        #expect(result.now == 1_951)
        #expect(result.cooldowns.count == 4 * 4 * 6)
        #expect(Set(result.cooldowns.map(\.shape)) == Set(ScheduleCatalog.cooldownNames))
        #expect(result.cooldowns.allSatisfy { $0.shape != "exp" || $0.finalRate == 3e-6 })
        let best = result.cooldowns[result.best]
        #expect(best.startStep == 1_951)
        let early = result.cooldowns.filter { $0.startStep == 1_951 }
        #expect(early.allSatisfy { $0.final.loss >= best.final.loss })
        #expect(result.page.advice.hasPrefix("From step 1951, \(best.shape) over "))
        #expect(result.page.chart?.panels[0].series.map(\.name).last == "rate kept")
        #expect(result.rows.rows.count == 96 && result.rows.header.count == 14)
    }

    @Test func `a log off its law is told of, and moves no loss`() throws {
        let (on, off) = (try Self.plan(run: Self.run(factor: 1)), try Self.plan())
        #expect(on.cooldowns == off.cooldowns)
        #expect(abs((off.offset?.relative ?? 0) - log(1.01)) < 1e-12)
        #expect(off.offset?.points == 10 && off.offset?.noise == 2e-3)
        #expect(
            off.warnings == [
                "run live: its last 10 points lie 1 % above the law's curve, more than the noise "
                    + "of the fit; losses here are the law's, and gains hardly feel it"
            ])
        #expect(on.warnings.isEmpty)
    }

    @Test func `logged rates serve where there is no schedule, and a given schedule before both`()
        throws
    {
        let logged = try Self.plan(run: Self.run(nil, rates: true))
        #expect(logged.learningRate == 3e-3 && logged.now == 1_951)
        #expect(logged.warnings.contains { $0.contains("logged learning rates are used") })
        let given = try Self.plan(
            ["schedule": "warmup:100@3e-3,cosine:3900@0", "from_step": "2050"],
            run: Self.run(nil))
        #expect(abs(given.learningRate - 1.5e-3) < 1e-12)
    }

    @Test(arguments: [
        (["from_step": "3000"], "is beyond the run's schedule, which has 2000 steps."),
        (["starts": "10", "from_step": "1000"], "starts = 10 is before now, step 1000; start "),
        (
            ["shapes": "wsd"],
            "shapes = wsd must name some of \(ScheduleCatalog.cooldownNames.joined(separator: ", "))."
        ),
        (["lengths": "0"], "lengths = 0 must be at least 1 step."),
        (["lengths": "ten"], "lengths = ten must be a number of steps, or a percentage of the "),
        (["final_rate": "0.01"], "final_rate = 0.01 must be below the run's rate at step 1951, 0"),
        (["schedule": "hold"], "schedule: character 1, in `hold`: "),
        (["schedule": "warmup:100@3e-3,linear:1900@0"], "its rate is 0 at step 2000, so there is "),
    ])
    func `what cannot be planned is named`(_ options: [String: String], _ expected: String) throws {
        var options = options
        if options["schedule"]?.hasPrefix("warmup") == true { options["from_step"] = "2000" }
        #expect {
            try Self.plan(options)
        } throws: { error in
            (error as? PlanError)?.message.contains(expected) == true
        }
    }

    @Test func `a run without rates or points, or no run, is named`() throws {
        #expect(
            throws: PlanError.run(
                "live",
                reason: "it has no schedule and logged no learning rates; give one as schedule")
        ) { try Self.plan(run: Self.run(nil)) }
        var empty = try Self.run()
        empty.curve = nil
        #expect(
            throws: PlanError.run(
                "live", reason: "it has no points; say from_step, the steps so far")
        ) { try Self.plan(run: empty) }
        #expect(throws: PlanError.runMissing(kind: "anneal-now")) {
            try PlanCatalog.plan(
                AnnealNowPlan.self, options: [:], context: PlanContext(predictor: Fits.annealing()))
        }
    }

    @Test func `too many cooldowns are refused, one that is too long as well`() throws {
        let many = (1...600).map(String.init).joined(separator: ",")
        #expect {
            try Self.plan(["lengths": many])
        } throws: { ($0 as? PlanError)?.message.contains("makes 14400 cooldowns") == true }
        #expect {
            try Self.plan(["lengths": "100000000"])
        } throws: {
            ($0 as? PlanError)?.message.contains("ends after step 100000000") == true
        }
    }

    @Test func `a plan survives its JSON`() throws {
        let result = try Self.plan()
        let data = try JSONEncoder().encode(result)
        #expect(try JSONDecoder().decode(AnnealNowResult.self, from: data) == result)
    }
}
