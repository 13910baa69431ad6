import TestSupport
import Testing

@testable import Schedules

/// Repeats are written out: a schedule with them is the one with each copied by hand.
@Suite struct RepeatTests {
    private static let texts = [
        "repeat:9(hold:3)",
        "warmup:7@3e-4,repeat:50(linear:5@3e-5,linear:4@3e-4)",
        // The first cycle begins at another rate than the others, or after another jump.
        "repeat:30(linear:5@3e-4,cosine:6@1e-4)",
        "warmup:7@3e-4,repeat:30(step@1e-4,hold:5,step@3e-4),hold:9",
        "step@1e-4,hold:3,repeat:20(step@2e-4,exp:4@1e-5,step@3e-4,hold:2),sqrt:9@0",
        // Nested, with a first cycle of its own at each level.
        "repeat:12(repeat:7(linear:3@2e-4,step@1e-4),hold:2,repeat:3(sqrt:5@3e-4,step@0,hold:1))",
        "repeat:3(repeat:1(repeat:2(hold:1,step@1e-4)),repeat:4(step@2e-4))",
        // No two cycles are the same.
        "step@3e-4,repeat:15(rsqrt:9,repeat:2(linear:2@3e-4,rsqrt:3))",
    ]

    /// The same with every repeat written out.
    private static func writtenOut(_ schedule: LearningRateSchedule) throws -> LearningRateSchedule
    {
        func flat(_ segments: [ScheduleSegment]) -> [ScheduleSegment] {
            segments.flatMap { segment in
                guard case .repetition(let times, let inside) = segment.body else {
                    return [segment]
                }
                return Array(repeating: flat(inside), count: times).flatMap { $0 }
            }
        }
        return try LearningRateSchedule(segments: flat(schedule.asSegments))
    }

    private static func check(_ schedule: LearningRateSchedule) throws {
        let plain = try writtenOut(schedule)
        #expect(schedule.pieces.count == plain.pieces.count)
        #expect(schedule.totalSteps == plain.totalSteps)
        #expect(schedule.warmupSteps == plain.warmupSteps)
        #expect(schedule.finalLearningRate == plain.finalLearningRate)
        #expect(schedule.peakLearningRate == plain.peakLearningRate)
        #expect(schedule.pieceStarts == plain.pieceStarts)
        #expect(schedule.warnings == plain.warnings)
        let rates = plain.learningRates(through: plain.totalSteps)
        #expect(schedule.learningRates(through: plain.totalSteps) == rates)
        #expect((0...plain.totalSteps).map(schedule.learningRate) == rates)
    }

    @Test(arguments: texts)
    func `repeats are what they are written out`(text: String) throws {
        let schedule = try LearningRateSchedule(parsing: text)
        try Self.check(schedule)
        for cut in stride(from: 1, to: schedule.totalSteps, by: 13) {
            try Self.check(schedule.prefix(steps: cut))
        }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `random repeats are what they are written out`(seed: UInt64) throws {
        var segments = RandomSegments(seed: seed)
        try Self.check(try LearningRateSchedule(parsing: segments.text(steps: 900)))
    }

    @Test func `ten thousand segments are the most`() throws {
        let limit = ScheduleLimits.segments
        #expect(limit == 10_000)
        let full = try LearningRateSchedule(
            parsing: "repeat:\(limit / 2)(linear:3@3e-4,linear:7@1e-4)")
        #expect(full.pieces.count == limit && full.totalSteps == 5 * limit)
        for text in [
            "step@1e-4,repeat:\(limit / 2)(linear:3@3e-4,linear:7@1e-4)",
            "repeat:2(repeat:\(limit / 2)(hold:1),hold:1)",
            "hold:1" + String(repeating: ",hold:1", count: limit),
            // Counted before anything is written out, and without overflow.
            "repeat:1e8(step@1)",
            String(repeating: "repeat:1e8(", count: 30) + "step@1"
                + String(repeating: ")", count: 30),
        ] {
            let error = #expect(throws: ScheduleError.self) {
                try LearningRateSchedule(parsing: text)
            }
            #expect(error?.kind == .tooManySegments, "\(text.prefix(60))")
            #expect(error?.message.hasSuffix("must be at most 10000") == true)
        }
    }

    @Test func `too many segments in JSON are refused where the list stands`() throws {
        let hold = #"{"shape":"hold","steps":1}"#
        let list = Array(repeating: hold, count: ScheduleLimits.segments + 1).joined(
            separator: ",")
        let error = #expect(throws: ScheduleError.self) {
            try LearningRateSchedule(parsing: #"{"segments":[\#(list)]}"#)
        }
        #expect(error?.place == .pointer("/segments") && error?.kind == .tooManySegments)
    }

    @Test func `the last rate above 0 is found across pieces and tables`() throws {
        func last(_ text: String, _ step: Int, from start: Int = 0) throws -> Double? {
            try LearningRateSchedule(parsing: text).lastPositiveRate(before: step, from: start)
        }
        let text = "step@2e-4,hold:3,step@0,repeat:5(hold:4),linear:2@0,linear:5@1e-4"
        #expect(try last(text, 20) == 2e-4)
        #expect(try last(text, 25) == 2e-4)
        #expect(try last(text, 20, from: 4) == nil)
        #expect(try last("hold:9", 8) == nil)
        // (1 − j/n)^900 is below the doubles from about j = 0.56·n on.
        let power = try LearningRateSchedule(parsing: "step@1,poly900:1000000@0")
        let rates = power.learningRates(through: 999_999)
        let nonzero = try #require(rates.last { $0 > 0 })
        #expect(power.lastPositiveRate(before: 999_999, from: 0) == nonzero)
        #expect(power.lastPositiveRate(before: 999_999, from: 900_000) == nil)
        #expect(try last(#"{"values":[3e-4,1e-4,0,0,0,2e-4]}"#, 4) == 1e-4)
    }

    #if arch(x86_64)
        @Test(arguments: 1...10 as ClosedRange<UInt64>)
        func `areas under random repeats agree with extended precision`(seed: UInt64) throws {
            var segments = RandomSegments(seed: seed)
            let schedule = try LearningRateSchedule(parsing: segments.text(steps: 7_000))
            let (areas, oracle) = (ScheduleAreas(schedule), ExtendedOracle(schedule))
            var generator = SeededGenerator(seed: seed)
            let last = schedule.totalSteps
            let steps =
                ((0..<80).map { _ in Int.random(in: 0...last, using: &generator) } + [0, last])
                .sorted()
            let forward = oracle.forwardArea(at: steps)
            for (index, area) in areas.forwardArea(at: steps).enumerated() {
                #expect((area - forward[index]).magnitude <= 1e-13 * forward[index], "\(index)")
            }
            for decay in [1, 1 - 1e-9, 0.999_9, 0.999, 0.9, 0.3, 0] {
                for first in [1, schedule.warmupSteps + 1, last / 2] {
                    let found = areas.annealingArea(at: steps, decay: decay, from: first)
                    let exact = oracle.annealingArea(at: steps, decay: decay, from: first)
                    let largest = exact.reduce(0) { max($0, $1.area.magnitude) }
                    let steepest = exact.reduce(0) { max($0, $1.derivative.magnitude) }
                    for (index, want) in exact.enumerated() {
                        let error = (found.areas[index] - want.area).magnitude
                        #expect(error <= 1e-12 * largest, "step \(steps[index]) λ \(decay)")
                        let off = (found.derivatives[index] - want.derivative).magnitude
                        #expect(off <= 1e-12 * steepest, "step \(steps[index]) λ \(decay)")
                    }
                }
            }
        }
    #endif
}
