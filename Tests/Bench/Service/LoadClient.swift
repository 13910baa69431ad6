import Glibc

/// Requests over a few keep-alive connections, from one thread, and how long each took.
struct LoadClient {
    private let connections: [LoadConnection]
    /// The request of a number: each asks for something else.
    private let request: (Int) -> String

    init(port: Int, connections count: Int, request: @escaping (Int) -> String) throws {
        connections = try (0..<count).map { _ in try LoadConnection(port: port) }
        self.request = request
    }

    /// What a run of requests brought.
    struct Outcome {
        /// Wall seconds from due to answered, in order of answers.
        var latencies: [Double] = []
        var wallSeconds = 0.0

        var perSecond: Double { Double(latencies.count) / wallSeconds }

        /// The latency that a share of the requests do not exceed.
        func quantile(_ share: Double) -> Double {
            guard !latencies.isEmpty else { return .nan }
            let index = Int((share * Double(latencies.count)).rounded(.up)) - 1
            return latencies.sorted()[max(0, index)]
        }
    }

    /// Sends the next request on a connection as soon as it has answered the last.
    func runClosed(seconds: Double, from first: Int) throws -> Outcome {
        try run(seconds: seconds, from: first, interval: 0)
    }

    /// Sends requests at even times, whatever the answers do.
    ///
    /// A request that finds every connection busy waits, and its wait counts as latency: it was
    /// due when it was due (no coordinated omission).
    func runOpen(seconds: Double, from first: Int, perSecond: Double) throws -> Outcome {
        try run(seconds: seconds, from: first, interval: 1 / perSecond)
    }

    private func run(seconds: Double, from first: Int, interval: Double) throws -> Outcome {
        let began = Stopwatch.wallSeconds
        var outcome = Outcome()
        var next = 0
        var idle = connections
        while true {
            var now = Stopwatch.wallSeconds
            let isOver = now - began >= seconds
            var due = interval > 0 ? began + Double(next) * interval : now
            while !isOver, due <= now, let connection = idle.popLast() {
                try connection.send(request(first + next), dueAt: due)
                next += 1
                due = interval > 0 ? began + Double(next) * interval : now
            }
            let busy = connections.filter { $0.dueAt != nil }
            if isOver, busy.isEmpty { break }
            let wait = interval > 0 && !isOver && !idle.isEmpty ? due - now : 1
            for connection in Self.ready(busy, within: max(0, wait)) {
                guard let dueAt = try connection.receive() else { continue }
                now = Stopwatch.wallSeconds
                outcome.latencies.append(now - dueAt)
                idle.append(connection)
            }
        }
        outcome.wallSeconds = Stopwatch.wallSeconds - began
        return outcome
    }

    /// The connections with something to read, waiting for the first of them.
    ///
    /// `pselect`, since its wait is in nanoseconds: requests 200 µs apart cannot be paced by
    /// milliseconds. Its sets hold descriptors below 1,024, and there are a handful.
    private static func ready(
        _ connections: [LoadConnection], within seconds: Double
    ) -> [LoadConnection] {
        var set = fd_set()
        withUnsafeMutableBytes(of: &set) { bytes in
            for connection in connections {
                bytes[Int(connection.descriptor) / 8] |= 1 << UInt8(connection.descriptor % 8)
            }
        }
        var limit = timespec(
            tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
        let highest = connections.map(\.descriptor).max() ?? -1
        guard pselect(highest + 1, &set, nil, nil, &limit, nil) > 0 else { return [] }
        return withUnsafeBytes(of: &set) { bytes in
            connections.filter {
                bytes[Int($0.descriptor) / 8] & (1 << UInt8($0.descriptor % 8)) != 0
            }
        }
    }
}
