import Glibc

/// Seconds of this process's CPU, all threads together: what another program's work on the same
/// machine does not change, unlike a wall clock.
enum Stopwatch {
    static var cpuSeconds: Double { seconds(of: CLOCK_PROCESS_CPUTIME_ID) }

    static var wallSeconds: Double { seconds(of: CLOCK_MONOTONIC) }

    /// The CPU seconds that some work takes, and what it answers.
    static func measure<Answer>(_ work: () throws -> Answer) rethrows -> (
        seconds: Double, answer: Answer
    ) {
        let began = cpuSeconds
        let answer = try work()
        return (cpuSeconds - began, answer)
    }

    /// The middle of some times; the mean of the two in the middle for an even count.
    static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? 0.5 * (sorted[middle - 1] + sorted[middle]) : sorted[middle]
    }

    private static func seconds(of clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
}
