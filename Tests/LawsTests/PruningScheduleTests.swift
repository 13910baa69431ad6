import Foundation
import Laws
import Testing

/// Average parameter counts in closed form, against sums over fine steps.
@Suite struct PruningScheduleTests {
    static let schedules: [PruningSchedule] = PruningSchedule.Ramp.allCases.flatMap { ramp in
        PruningSchedule.Clock.allCases.flatMap { clock in
            [(0.25, 0.75, 0.8), (0, 1, 0.5), (0.4, 0.4, 0.9), (0, 0, 0.3), (0.1, 0.9, 0)]
                .compactMap { start, end, sparsity in
                    try? PruningSchedule(
                        ramp: ramp, start: start, end: end, finalSparsity: sparsity, clock: clock)
                }
        }
    }

    /// The midpoint rule over the tokens up to a fraction.
    private func mean(_ schedule: PruningSchedule, upTo fraction: Double = 1) -> Double {
        let cells = 20_000
        let sum = (0..<cells).reduce(0.0) { sum, cell in
            sum + schedule.activeShare(atTokens: fraction * (Double(cell) + 0.5) / Double(cells))
        }
        return fraction * sum / Double(cells)
    }

    @Test(arguments: schedules)
    func `the average share is the integral over the tokens`(schedule: PruningSchedule) {
        #expect(abs(schedule.averageShare - mean(schedule)) < 1e-4)
    }

    @Test(arguments: schedules.filter { $0.clock == .compute })
    func `a ramp by compute starts and ends at its share of the compute`(
        schedule: PruningSchedule
    ) {
        let total = mean(schedule)
        let (begin, end) = schedule.rampTokens
        #expect(abs(mean(schedule, upTo: begin) / total - schedule.start) < 1e-4)
        #expect(abs(mean(schedule, upTo: end) / total - schedule.end) < 1e-4)
    }

    @Test func `the near-optimal ramp to 80 % sparsity`() throws {
        // By tokens 0.25 + 0.5·0.4 + 0.25·0.2; by compute 1/(0.25 + 0.5/0.4 + 0.25/0.2).
        let byTokens = try PruningSchedule(parsing: "cubic(start=0.25,end=0.75,sparsity=0.8)")
        #expect(abs(byTokens.averageShare - 0.5) < 1e-15)
        let byCompute = try PruningSchedule(
            parsing: "cubic(start=0.25, end=0.75, sparsity=0.8, of=compute)")
        #expect(abs(byCompute.averageShare - 4.0 / 11) < 1e-15)
    }

    @Test(arguments: schedules)
    func `text reads back as the same schedule`(schedule: PruningSchedule) throws {
        #expect(try PruningSchedule(parsing: schedule.text) == schedule)
    }

    @Test(arguments: [
        "cubic", "cubic()", "quartic(start=0,end=1,sparsity=0.5)", "cubic(start=0,end=1)",
        "cubic(start=0,start=0,end=1,sparsity=0.5)", "cubic(start=a,end=1,sparsity=0.5)",
        "cubic(start=0,end=1,sparsity=0.5,of=steps)", "cubic(0,1,0.5)",
    ])
    func `text that is no schedule is refused`(text: String) {
        #expect(throws: PruningScheduleError.text(text)) { try PruningSchedule(parsing: text) }
    }

    @Test func `values out of range are refused with the rule`() {
        let ramp = #expect(throws: PruningScheduleError.self) {
            try PruningSchedule(parsing: "linear(start=0.8,end=0.2,sparsity=0.5)")
        }
        #expect(ramp?.message == "has start = 0.8 and end = 0.2, must be 0 <= start <= end <= 1")
        let sparsity = #expect(throws: PruningScheduleError.self) {
            try PruningSchedule(parsing: "linear(start=0.2,end=0.8,sparsity=1)")
        }
        #expect(sparsity?.message == "has sparsity = 1.0, must be at least 0 and below 1")
    }

    @Test func `logged counts are averaged over all steps`() throws {
        let steps = [10, 30, 31, 90]
        let counts = [8e6, 6e6, 5e6, 2e6]
        let each = (0...90).map { step -> Double in
            guard let next = steps.firstIndex(where: { $0 >= step }), next > 0 else { return 8e6 }
            let fraction = Double(step - steps[next - 1]) / Double(steps[next] - steps[next - 1])
            return counts[next - 1] + fraction * (counts[next] - counts[next - 1])
        }
        let average = try #require(
            PruningSchedule.averageActiveParameters(steps: steps, counts: counts))
        #expect(abs(average - each.reduce(0, +) / 91) < 1e-6)
        #expect(PruningSchedule.averageActiveParameters(steps: [500], counts: [3e6]) == 3e6)
        #expect(PruningSchedule.averageActiveParameters(steps: [], counts: []) == nil)
    }
}
