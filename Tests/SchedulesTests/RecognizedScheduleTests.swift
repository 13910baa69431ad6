import Testing

@testable import Schedules

/// Schedules found in what a run has logged of its rates.
@Suite struct RecognizedScheduleTests {
    /// The rates of a schedule as logged every so many steps through a step.
    private func recognized(
        _ text: String, every: Int = 50, from first: Int = 50, through last: Int,
        digits: Double? = nil
    ) throws -> LearningRateSchedule? {
        let schedule = try LearningRateSchedule(parsing: text)
        let steps = Array(stride(from: first, through: last, by: every))
        let rates = steps.map { step in
            let rate = schedule.learningRate(at: step)
            return digits.map { (rate / $0).rounded() * $0 } ?? rate
        }
        return RecognizedSchedule.of(
            steps: steps, learningRates: rates, totalSteps: schedule.totalSteps)
    }

    @Test(arguments: [
        "warmup:300@0.003,linear:3700@0", "warmup:300@0.003,cosine:3700@0",
        "warmup:300@0.003,cosine:3700@0.0003", "warmup:275@0.003,linear:3725@0.0006",
        "step@0.001,linear:4000@0", "step@0.001,cosine:4000@0.0001", "warmup:300@0.003,hold:3700",
    ])
    func `a third of the log tells the rest`(_ text: String) throws {
        let truth = try LearningRateSchedule(parsing: text)
        let found = try #require(try recognized(text, through: 1_300), "\(text)")
        #expect(found.totalSteps == truth.totalSteps)
        for step in stride(from: 1_300, to: 4_000, by: 100) {
            let miss = abs(found.learningRate(at: step) - truth.learningRate(at: step))
            #expect(
                miss < 0.01 * truth.peakLearningRate,
                "\(text) at \(step): \(found.segmentText ?? "")")
        }
    }

    @Test func `the peak is found between two logged steps`() throws {
        let late = try recognized("warmup:300@0.003,cosine:3700@0.0003", from: 49, through: 2_199)
        #expect(late?.segmentText == "warmup:300@3e-3,cosine:3700@3e-4")
        let found = try recognized("warmup:275@0.003,linear:3725@0", through: 1_300)
        #expect(found?.segmentText == "warmup:275@3e-3,linear:3725@0")
    }

    @Test func `rates as far apart as they may be end in a schedule, not in a trap`() {
        let first = 50_000_000
        let found = RecognizedSchedule.of(
            steps: (first..<(first + 4)).map { $0 }, learningRates: [1e-30, 1e6, 1e6, 1e6],
            totalSteps: 100_000_000)
        #expect(found?.totalSteps == 100_000_000 && found?.warmupSteps == first + 1)
    }

    @Test func `rates that follow no curve, or do not tell yet which, are not named`() throws {
        #expect(try recognized("warmup:300@3e-3,rsqrt:3700", through: 2_000) == nil)
        #expect(try recognized("warmup:300@3e-3,hold:700,linear:3000@0", through: 2_000) == nil)
        // To two digits, the first twentieth of a cosine.
        #expect(try recognized("step@1e-3,cosine:4000@0", through: 200, digits: 1e-5) == nil)
        #expect(
            RecognizedSchedule.of(steps: [0, 100], learningRates: [0, 0], totalSteps: 400) == nil)
        // A run that is over has no rest.
        #expect(try recognized("step@1e-3,linear:4000@0", through: 4_000) == nil)
    }
}
