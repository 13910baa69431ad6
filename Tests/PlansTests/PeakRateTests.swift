import Fitting
import Foundation
import Laws
import Plots
import Schedules
import Testing

@testable import Plans

/// The plan `peak-rate` and the convex bound behind it.
struct PeakRateTests {
    /// Three terms, γ* and Ω* by the authors' own code (fabian-sp/lr-scheduling) at D = G = 1.
    private static let published: [(schedule: String, rate: Double, bound: Double)] = [
        ("step@1,hold:100", 0.040234436981, 0.248543306441),
        ("step@1,hold:320,linear:80@0", 0.025373661417, 0.109323012489),
        ("step@1,hold:320,sqrt:80@0", 0.026846137623, 0.107288147166),
        ("step@1,linear:100@0", 0.097255214546, 0.203608416171),
        ("step@1,linear:400@0", 0.049563130692, 0.100629865436),
        ("step@1,cosine:400@0", 0.048241886931, 0.103385905681),
    ]

    private static func bound(_ text: String) throws -> ConvexBound {
        try #require(ConvexBound(try LearningRateSchedule(parsing: text)))
    }

    private static func plan(_ options: [String: String]) throws -> PlanDocument {
        try PlanCatalog.plan(
            PeakRatePlan.self, options: options,
            context: PlanContext(predictor: nil, interval: .init(level: 0.9)))
    }

    @Test func `six schedules have the authors' best rates and bounds`() throws {
        for (schedule, rate, bound) in Self.published {
            let found = try Self.bound(schedule)
            // The authors add 1e-10 to the last denominator, which a cosine's last rate of 1.5e-5 feels.
            let tolerance = schedule.contains("cosine") ? 1e-8 : 1e-10
            #expect(abs(found.bestRate / rate - 1) < tolerance, "\(schedule)")
            #expect(abs(found.lowest / bound - 1) < tolerance, "\(schedule)")
        }
        let constant = try Self.bound("step@1,hold:100")
        #expect(abs(constant.distanceTerm - 0.005) < 1e-15)
        #expect(abs(constant.gradientTerm - (0.5 + 2.58868875882)) < 1e-11)
    }

    @Test func `the bound is of the shape, whatever the peak and the idle end`() throws {
        let one = try Self.bound("step@1,linear:100@0")
        let other = try Self.bound("step@3e-4,linear:100@0,hold:50")
        #expect(abs(other.bestRate / one.bestRate - 1) < 1e-12)
        let dead = try LearningRateSchedule(parsing: "step@0,hold:9")
        #expect(ConvexBound(dead) == nil)
    }

    @Test func `a tuned rate is carried to a longer schedule by the ratio of best rates`() throws {
        let answer = try Self.plan([
            "schedule": "step@1,linear:400@0", "tuned_schedule": "step@7,linear:100@0",
            "tuned_rate": "2e-3",
        ])
        let rate = try #require(answer.quantity("learning_rate")).value
        #expect(abs(rate / (2e-3 * 0.049563130692 / 0.097255214546) - 1) < 1e-9)
        #expect(answer.rows("choices").count == 2)
        let curve = answer.rows("curve").compactMap { $0["relative_bound"]?.number }
        #expect(curve.min() == 1 && curve.first == 2.125 && curve.last == 2.125)
    }

    @Test func `a sweep on the law gives its best rate, and noise an interval around it`() throws {
        let rates = [5e-4, 1e-3, 2e-3, 4e-3, 8e-3]
        func losses(_ noise: [Double]) -> String {
            zip(rates, noise).map { "\(1e-4 / $0 + 25 * $0 + 2.5 + $1)" }.joined(separator: ",")
        }
        let options = [
            "schedule": "warmup:100@1,cosine:900@0",
            "rates": rates.map { "\($0)" }.joined(separator: ","),
        ]
        let exact = try Self.plan(options.merging(["losses": losses([0, 0, 0, 0, 0])]) { $1 })
        let found = try #require(exact.quantity("learning_rate"))
        #expect(abs(found.value / 2e-3 - 1) < 1e-9)
        let noisy = try Self.plan(
            options.merging(["losses": losses([1e-3, -2e-3, 1e-3, 2e-3, -1e-3])]) { $1 })
        let planned = try #require(noisy.quantity("learning_rate"))
        let (lower, upper) = (try #require(planned.lower), try #require(planned.upper))
        #expect(lower < 2e-3 && upper > 2e-3 && upper < 1.2 * lower)
    }

    /// L(γ) = C + A/γ + B·γ, as the law itself has it at each peak.
    @Test func `a fit of convex-bound says the best peak and the loss off it`() throws {
        func plan(_ values: [Double], _ options: [String: String]) throws -> PlanDocument {
            try PlanCatalog.plan(
                PeakRatePlan.self,
                options: ["schedule": "step@1,linear:400@0"].merging(options) { $1 },
                context: PlanContext(
                    predictor: Fits.predictor("convex-bound", values, relativeError: 0.01),
                    interval: .init(level: 0.9)))
        }
        let values = [2, 0.09, 4, 0.1]
        let predictor = try Fits.predictor("convex-bound", values)
        func loss(_ rate: Double) throws -> Double {
            let schedule = try LearningRateSchedule(parsing: "step@\(rate),linear:400@0")
            return try predictor.curve(
                schedule: schedule, features: [:], steps: [399], interval: nil
            ).losses[0]
        }
        let answer = try plan(values, [:])
        let best = try #require(answer.quantity("learning_rate"))
        let lowest = try loss(best.value)
        #expect(try loss(0.98 * best.value) > lowest && loss(1.02 * best.value) > lowest)
        #expect(abs(try #require(answer.quantity("loss")).value - lowest) < 1e-9)
        for row in answer.rows("curve") {
            let rate = try #require(row["learning_rate"]?.number)
            #expect(abs(try #require(row["loss"]?.number) - loss(rate)) < 1e-9)
        }
        // γ* grows as √(D²/G²): with errors of 1 % each, by 0.7 % at the least.
        let upper = try #require(best.upper)
        #expect(upper / best.value > 1.011 && upper / best.value < 1.1)
        #expect(answer.page.chart?.panels[0].bands.count == 1)
        let carried = try plan(
            values, ["tuned_schedule": "step@1,linear:100@0", "tuned_rate": "2e-3"])
        let short = try plan(values, ["schedule": "step@1,linear:100@0"])
        let ratio = best.value / (try #require(short.quantity("learning_rate"))).value
        let rate = try #require(carried.quantity("learning_rate"))
        #expect(abs(rate.value / (2e-3 * ratio) - 1) < 1e-9 && rate.upper != nil)
        for values in [[2, 0.09, 0, 0.1], [2, 0, 4, 0.1]] {
            #expect {
                _ = try plan(values, [:])
            } throws: { ($0 as? PlanError)?.refusal == .noInteriorMinimum }
        }
    }

    @Test(arguments: [
        ("3.0,2.9,2.8,2.7", "fall throughout"), ("2.7,2.8,2.9,3.1", "rise throughout"),
    ])
    func `a sweep without a minimum is refused by name`(losses: String, part: String) throws {
        #expect {
            _ = try Self.plan([
                "schedule": "step@1,hold:100", "rates": "1e-3,2e-3,4e-3,8e-3", "losses": losses,
            ])
        } throws: { error in
            (error as? PlanError)?.refusal == .noInteriorMinimum
                && (error as? PlanError)?.message.contains(part) == true
        }
    }

    @Test(arguments: [
        (["schedule": "step@1,hold:9"], "needs tuned_rate"),
        (["schedule": "step@0,hold:9", "tuned_rate": "1"], "must have a rate above 0"),
        (["schedule": "step@1,hold:9000000", "tuned_rate": "1"], "at most 5000000 steps"),
        (
            ["schedule": "step@1,hold:9", "rates": "1,2,3", "losses": "1,2,3,4"],
            "must be as many as rates, 3"
        ),
        (
            ["schedule": "step@1,hold:9", "rates": "1,2,3", "losses": "1,2,3", "tuned_rate": "1"],
            "give one of the two"
        ),
        (["schedule": "step@1,hold:9", "rates": "1,x,3", "losses": "1,2,3"], "must be 3 to 1000"),
    ])
    func `what cannot be planned is named`(options: [String: String], part: String) throws {
        #expect {
            _ = try Self.plan(options)
        } throws: { ($0 as? PlanError)?.message.contains(part) == true }
    }
}
