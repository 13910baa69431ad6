import Foundation

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
