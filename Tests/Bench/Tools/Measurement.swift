import Foundation
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

/// Keeps this program, and what it starts from then on, on one core.
///
/// Two programs that are compared then share one core's clock and caches, turn by turn.
enum SingleCore {
    private static let mark = "ISOLOSS_BENCH_CORE"

    /// Replaces this program by itself under `taskset`, once; goes on as it is without that tool.
    ///
    /// - Returns: What to print about it.
    static func enter() -> String {
        if let core = ProcessInfo.processInfo.environment[mark] { return "on core \(core)" }
        guard let core = lastAllowedCore else { return "not pinned to a core" }
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
        let arguments = ["taskset", "-c", core, program] + CommandLine.arguments.dropFirst()
        setenv(mark, core, 1)
        var pointers = arguments.map { strdup($0) }
        pointers.append(nil)
        // Only a failure comes back.
        execvp("taskset", &pointers)
        unsetenv(mark)
        return "not pinned to a core: no taskset"
    }

    /// The last one, since interrupts tend to keep to the first.
    private static var lastAllowedCore: String? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: {
                $0.hasPrefix("Cpus_allowed_list:")
            })
        else { return nil }
        return line.split(whereSeparator: { !$0.isNumber }).last.map(String.init)
    }
}

/// Numbers as the tables print them.
enum Figures {
    /// Seconds in the unit that leaves three digits before the point at most.
    static func seconds(_ seconds: Double) -> String {
        switch seconds {
        case ..<1e-3: String(format: "%.1f µs", 1e6 * seconds)
        case ..<1: String(format: "%.2f ms", 1e3 * seconds)
        default: String(format: "%.2f s", seconds)
        }
    }

    static func ratio(_ ratio: Double) -> String {
        ratio < 10 ? String(format: "%.2f×", ratio) : String(format: "%.0f×", ratio)
    }

    static func cost(_ cost: Double) -> String { String(format: "%.9e", cost) }

    static func short(_ value: Double) -> String { String(format: "%.1e", value) }
}

/// Rows of text under a header, in columns as wide as their widest cell.
struct BenchTable {
    private var rows: [[String]]

    init(_ header: [String]) {
        rows = [header]
    }

    mutating func add(_ row: [String]) {
        rows.append(row)
    }

    /// The header, a line beneath it, and the rows; the first column is aligned left.
    var lines: [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        var lines = rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }
            return cells.joined(separator: "  ")
        }
        let width = widths.reduce(0, +) + 2 * max(0, count - 1)
        lines.insert(String(repeating: "-", count: width), at: 1)
        return lines
    }

    func print() {
        for line in lines { Swift.print(line) }
    }
}
