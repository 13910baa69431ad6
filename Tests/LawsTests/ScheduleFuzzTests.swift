import Foundation
import LawTestSupport
import Laws
import Schedules
import Testing

/// The schedule language through evaluation by every law, on texts that nobody would write.
@Suite struct ScheduleFuzzTests {
    /// Texts tried; `ISOLOSS_FUZZ=100000` for a long run.
    private static let count =
        ProcessInfo.processInfo.environment["ISOLOSS_FUZZ"].flatMap { Int($0) } ?? 400
    private static let seed =
        ProcessInfo.processInfo.environment["ISOLOSS_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

    @Test func `no text traps, answers with no number, or takes long`() {
        var texts = ScheduleTexts(seed: Self.seed)
        for index in 0..<Self.count {
            let text = texts.next()
            let start = Self.threadSeconds
            let fault = ScheduleFuzz.fault(in: text, seed: UInt64(index))
            let seconds = Self.threadSeconds - start
            let shown = String(decoding: text, as: UTF8.self).debugDescription.prefix(400)
            #expect(fault == nil, "seed \(Self.seed), text \(index): \(shown)")
            // Without optimisation, and for a hundred choices of law and options.
            #expect(seconds < 60, "seed \(Self.seed), text \(index): \(shown)")
        }
    }

    /// Texts that once trapped or took long.
    @Test(arguments: [
        "warmup:300@3e-3,poly10:1000000@0", "step@1e-4,exp:10000@1e-30",
        "step@1e6,poly1000:100000@1e-30", "warmup:300@1e6,poly1000:1000@0,linear:9@1e-30",
        "repeat:5000(rsqrt:3,poly3:7@1e-3)", "step@1e6,cosine:3200@0", "step@0,hold:9,rsqrt:3",
        "step@1e6,hold:1,step@1e-30,hold:9,step@0,hold:2,step@1e6,linear:4@0",
    ])
    func `deadly texts of old are answered`(text: String) {
        for seed in 1...20 as ClosedRange<UInt64> {
            #expect(ScheduleFuzz.fault(in: Array(text.utf8), seed: seed) == nil)
        }
    }

    @Test(arguments: [
        "exp:10000@1e-35", "cosine:3200@1e307", "step@1e308,hold:9", "poly1e4:9@0", "hold:1e300",
        "repeat:300000(rsqrt:3,poly3:7@1e-3)", "repeat:1e308(hold:1)", "hold:9/1e99@1",
    ])
    func `values out of limits are refused by a sentence`(text: String) {
        let error = #expect(throws: ScheduleError.self) {
            try LearningRateSchedule(parsing: "step@1e-3," + text)
        }
        #expect(error?.message.contains("must be") == true)
    }

    private static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
}
