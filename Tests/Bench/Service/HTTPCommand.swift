import ArgumentParser
import Foundation
import TestSupport

/// Predicted curves over HTTP: how many a second, and how long one takes.
struct HTTPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http",
        abstract: "Loads a server of its own with requests for predicted curves.",
        discussion: """
            Starts `isoloss serve` on a free port, stores three synthetic curves, fits them, and \
            asks for a 24,000-step cosine every 100 steps, each with another peak, over keep-alive \
            connections from this program: as fast as answers come, then at an even pace, where \
            waiting for a free connection counts as latency. Both programs share the machine with \
            each other and with whatever else runs; the CPU microseconds a request do not.
            """)

    @Option(help: "The isoloss program; by default the one beside this.")
    var binary = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "isoloss").path

    @Option(help: "Keep-alive connections.")
    var connections = 4

    @Option(help: "Seconds of each run.")
    var seconds = 5.0

    @Option(help: "Requests a second of the even pace.")
    var pace = 5_000.0

    func validate() throws {
        guard (1...256).contains(connections), seconds > 0, pace > 0 else {
            throw ValidationError("1 to 256 connections, seconds > 0 and a pace > 0 are needed")
        }
    }

    func run() throws {
        let server = try ServerProcess(binary: binary)
        let fit = try StoredFit(port: server.port)
        let client = try LoadClient(port: server.port, connections: connections) {
            fit.curveRequest(number: $0)
        }
        // The first second fills caches and the allocator's pools.
        var asked = try client.runClosed(seconds: 1, from: 0).latencies.count
        var table = BenchTable([
            "load", "requests/s", "p50", "p99", "largest", "requests", "server CPU", "client CPU",
        ])
        func measure(_ load: String, _ run: (Int) throws -> LoadClient.Outcome) throws {
            let before = (server.cpuSeconds, Stopwatch.cpuSeconds)
            let outcome = try run(asked)
            let count = Double(outcome.latencies.count)
            asked += outcome.latencies.count
            table.add([
                load, String(format: "%.0f", outcome.perSecond),
                Figures.seconds(outcome.quantile(0.5)), Figures.seconds(outcome.quantile(0.99)),
                Figures.seconds(outcome.quantile(1)), String(outcome.latencies.count),
                Figures.seconds((server.cpuSeconds - before.0) / count),
                Figures.seconds((Stopwatch.cpuSeconds - before.1) / count),
            ])
        }
        try measure("closed loop, \(connections) connections") {
            try client.runClosed(seconds: seconds, from: $0)
        }
        try measure(String(format: "open loop, %.0f/s", pace)) {
            try client.runOpen(seconds: seconds, from: $0, perSecond: pace)
        }
        print("goal: >= 5000 requests/s, p99 <= 10 ms; CPU is per request, all threads")
        table.print()
    }
}
