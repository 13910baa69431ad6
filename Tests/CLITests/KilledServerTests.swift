import Foundation
import Records
import Store
import Synchronization
import TestSupport
import Testing

/// A server that is killed while it stores: nothing that it acknowledged is lost or changed.
@Suite struct KilledServerTests {
    private static let kills = 20
    private static let writers = 4
    private static let batch = 10
    /// A writer's steps are its own, so that each point is sent once.
    private static let stride = 1_000_000

    /// Batches that were acknowledged, by their first step.
    private typealias Ledger = Mutex<Set<Int>>

    /// The loss that is sent for a step: any other at that step is a fault.
    private static func loss(at step: Int) -> Double { 1 + Double(step % 997) / 997 }

    @Test func `twenty kills under load lose no acknowledged point`() throws {
        let folder = try TemporaryFolder()
        let acknowledged = Ledger([])
        var next = (0..<Self.writers).map { $0 * Self.stride }
        for _ in 0..<Self.kills {
            let server = try RunningServer(in: folder)
            let port = try #require(server.url.split(separator: ":").last.flatMap { Int($0) })
            let group = DispatchGroup()
            let starts = next
            let ends = Mutex(starts)
            for writer in 0..<Self.writers {
                group.enter()
                Thread.detachNewThread {
                    let end = Self.write(from: starts[writer], to: port, acknowledged)
                    ends.withLock { $0[writer] = end }
                    group.leave()
                }
            }
            Thread.sleep(forTimeInterval: 0.15)
            // 128 and the signal is what a shell makes of it; Foundation gives the signal itself.
            #expect(server.stop(by: SIGKILL) == SIGKILL)
            group.wait()
            next = ends.withLock { $0 }
        }
        let server = try RunningServer(in: folder)
        #expect(server.stop() == 0)
        let store = try RunStore(path: folder.url("runs.db").path, as: .guest)
        let stored = Dictionary(
            uniqueKeysWithValues: try store.points("a").map { ($0.step, $0.loss) })
        #expect(try store.check().faults.isEmpty)
        try store.close()
        let sent = acknowledged.withLock { $0 }
        #expect(sent.count > Self.kills, "\(sent.count) batches were acknowledged")
        let lost = sent.filter { first in
            (first..<(first + Self.batch)).contains { stored[$0] != Self.loss(at: $0) }
        }
        #expect(lost.isEmpty, "of \(sent.count) batches \(lost.count) are not as they were sent")
        #expect(stored.allSatisfy { $1 == Self.loss(at: $0) }, "a loss that nobody sent")
        // A batch is stored whole or not at all, also one whose answer the kill cut off.
        #expect(stored.count % Self.batch == 0)
    }

    /// Posts batch after batch until the server is gone; returns the step after the last one sent.
    private static func write(from start: Int, to port: Int, _ acknowledged: borrowing Ledger)
        -> Int
    {
        var step = start
        do {
            let client = try LoopbackClient(port: port)
            _ = try client.request("PUT", "/v1/runs/a", headers: headers, body: Array("{}".utf8))
            while true {
                let points = (step..<(step + batch)).map {
                    #"{"step":\#($0),"loss":\#(loss(at: $0))}"#
                }
                let body = Array(#"{"points":[\#(points.joined(separator: ","))]}"#.utf8)
                let first = step
                step += batch
                let reply = try client.request(
                    "POST", "/v1/runs/a/points", headers: headers, body: body)
                if reply.status == 200 {
                    acknowledged.withLock { _ = $0.insert(first) }
                }
            }
        } catch {
            return step
        }
    }

    private static let headers = ["Content-Type": "application/json"]
}
