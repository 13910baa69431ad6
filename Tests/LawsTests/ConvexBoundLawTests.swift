import Foundation
import LawTestSupport
import Schedules
import Testing

@testable import Laws

/// The convex bound and its law, beside the theorem's double sum.
@Suite struct ConvexBoundLawTests {
    /// T1, T2 + T3 of rates and squared gradients, as theorem 10 writes them.
    private static func theorem(_ rates: [Double], _ squares: [Double]) -> (Double, Double) {
        let count = rates.count
        var (sums, noise) = (Array(repeating: 0.0, count: count + 1), 0.0)
        var weighted = sums
        for step in (0..<count).reversed() {
            let part = rates[step] * rates[step] * squares[step]
            sums[step] = sums[step + 1] + rates[step]
            weighted[step] = weighted[step + 1] + part
            noise += part
        }
        var last = 0.0
        for step in 0..<(count - 1) {
            last += 0.5 * rates[step] / sums[step + 1] * weighted[step] / sums[step]
        }
        return (1 / (2 * sums[0]), noise / (2 * sums[0]) + last)
    }

    private static func law(
        _ text: String, _ steps: [Int], _ parameters: [Double]
    ) throws -> [Double] {
        let input = LawInput(
            features: [:], areas: ScheduleAreas(try LearningRateSchedule(parsing: text)),
            steps: steps)
        return LawEvaluation(
            law: try LawCatalog.standard.law("convex-bound"), inputs: [input],
            parameters: parameters
        ).losses
    }

    @Test(arguments: [
        "step@1,hold:100", "step@1,hold:320,linear:80@0", "step@1,hold:320,sqrt:80@0",
        "step@1,linear:400@0", "step@1,cosine:400@0",
        "warmup:50@3e-3,hold:200,step@1e-3,hold:100,cosine:150@0",
    ])
    func `the law is the theorem's bound at every horizon, gradients shrinking or not`(
        text: String
    ) throws {
        let schedule = try LearningRateSchedule(parsing: text)
        let steps = Array(stride(from: 60, to: schedule.totalSteps, by: 7))
        for exponent in [0, 0.2] {
            let found = try Self.law(text, steps, [2, 0.7, 0.3, exponent])
            for (step, loss) in zip(steps, found) {
                let rates = (0...step).map { schedule.learningRate(at: $0) }
                let squares = (0...step).map { pow(Double($0 + 1), -2 * exponent) }
                let (distance, gradients) = Self.theorem(rates, squares)
                let expected = 2 + 0.7 * distance + 0.3 * gradients
                // Nodes of time stand for a sixteenth of its logarithm.
                #expect(abs(loss / expected - 1) < (exponent == 0 ? 1e-12 : 2e-5), "step \(step)")
            }
        }
    }

    /// Blocks in place of steps, where there are many.
    @Test(arguments: [
        "warmup:500@1e-3,cosine:19500@1e-4", "warmup:500@1e-3,hold:15000,linear:4500@0",
        "warmup:500@1e-3,hold:9500,step@3e-4,hold:5000,exp:5000@1e-5",
        "step@1e-1,hold:9000,step@1e-5,hold:11000",
    ])
    func `long schedules are summed as the theorem says, in blocks`(text: String) throws {
        let schedule = try LearningRateSchedule(parsing: text)
        for step in [3_000, 11_000, 19_999] {
            for exponent in [0, 0.25] {
                let found = try Self.law(text, [step], [0, 0, 1, exponent])[0]
                let rates = (0...step).map { schedule.learningRate(at: $0) }
                let squares = (0...step).map { pow(Double($0 + 1), -2 * exponent) }
                #expect(
                    abs(found / Self.theorem(rates, squares).1 - 1) < 2e-4,
                    "\(step), \(exponent)")
            }
        }
    }

    @Test func `a schedule times γ ends at A/γ + B·γ + C, lowest at the bound's best rate`() throws
    {
        let shape = try #require(
            ConvexBound(try LearningRateSchedule(parsing: "warmup:50@1,cosine:350@0")))
        func loss(_ rate: Double) throws -> Double {
            try Self.law("warmup:50@\(rate),cosine:350@0", [399], [2, 0.09, 4, 0])[0]
        }
        // D/G = 0.15.
        let best = 0.15 * shape.bestRate
        let lowest = try loss(best)
        #expect(abs(lowest - (2 + 0.3 * 2 * shape.lowest)) < 1e-12)
        for multiple in [0.25, 0.5, 2, 4] {
            let excess = try loss(multiple * best) - 2
            #expect(abs(excess / (lowest - 2) - ConvexBound.excess(multiple)) < 1e-12)
        }
    }

    @Test func `points between horizons lie on straight lines, and a million take no time`() throws
    {
        let text = "warmup:2000@1e-3,cosine:298000@1e-4"
        let all = Array(stride(from: 2_000, to: 300_000, by: 10))
        let dense = try Self.law(text, all, [2, 1, 30, 0.2])
        for index in stride(from: 3, to: all.count, by: 997) {
            let one = try Self.law(text, [all[index]], [2, 1, 30, 0.2])[0]
            #expect(abs(dense[index] / one - 1) < 1e-4)
        }
        let long = try Self.law("step@1e-3,linear:99999999@0", [99_999_000], [0, 0, 1, 0])[0]
        #expect(long.isFinite && long > 0)
    }

    @Test func `idle steps at the end change nothing, and before learning there is no loss`() throws
    {
        let found = try Self.law(
            "step@0,hold:50,step@1e-3,linear:100@0,hold:900", [20, 149, 500, 1_000],
            [2, 1, 30, 0])
        #expect(found[0] == .infinity)
        for loss in found[2...] { #expect(abs(loss / found[1] - 1) < 1e-14) }
    }
}
