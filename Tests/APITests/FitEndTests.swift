import Logging
import Store
import Synchronization
import Testing

@testable import API

@Suite struct FitEndTests {
    private struct Breakdown: Error {}

    private func end(_ ending: FitJob.Ending, _ log: LogLines) -> FitEnd {
        FitEnd(id: "fit-1", ending: ending, logger: log.logger)
    }

    @Test func `an end that cannot be stored is stored when it can be`() {
        let log = LogLines()
        var attempts: [FitRecord.Outcome] = []
        var pauses: [Duration] = []
        end(.done(Array("{}".utf8)), log).keep { outcome throws(StoreError) in
            attempts.append(outcome)
            if attempts.count < 8 { throw .sqlite(code: 5, reason: "database is locked") }
        } pause: { duration in
            pauses.append(duration)
            return true
        }
        #expect(attempts == Array(repeating: .done(report: "{}"), count: 8))
        #expect(pauses.first == .milliseconds(200) && pauses.last == .seconds(5))
        #expect(pauses == pauses.sorted())
        #expect(log.lines.count == 7)
        #expect(log.lines.first?.hasPrefix("a fit's end was not stored fit-1 ") == true)
    }

    @Test func `a server that stops gives up`() {
        let log = LogLines()
        var attempts = 0
        end(.cancelled, log).keep { outcome throws(StoreError) in
            attempts += 1
            throw .sqlite(code: 5, reason: "database is locked")
        } pause: { _ in
            attempts < 2
        }
        #expect(attempts == 2)
    }

    @Test func `a fit that was deleted is let go`() {
        let log = LogLines()
        end(.cancelled, log).keep { _ throws(StoreError) in
            throw .fitNotFound(id: "fit-1")
        } pause: { _ in
            Issue.record("there is nothing to wait for")
            return false
        }
        #expect(log.lines.isEmpty)
    }

    @Test func `the log has the reason of a failure that is the server's`() {
        let log = LogLines()
        var stored: [FitRecord.Outcome] = []
        for error in [Breakdown(), StoreError.runNotFound(id: "a")] as [any Error] {
            end(.failed(error), log).keep { outcome throws(StoreError) in
                stored.append(outcome)
            } pause: { _ in
                true
            }
        }
        #expect(log.lines == ["a fit failed fit-1 Breakdown()"])
        #expect(stored.count == 2)
        guard case .failed(let failure) = stored[0] else {
            Issue.record("the fit is stored as failed")
            return
        }
        #expect(failure.contains("The server failed on this fit; its log has the reason."))
    }

    @Test func `a queue that stops wakes who waits`() {
        let queue = FitQueue(threads: 1)
        #expect(queue.pause(.milliseconds(1)))
        queue.stop()
        #expect(!queue.pause(.seconds(60)))
        #expect(!queue.pause(.seconds(60)))
    }
}

/// What was logged: message, fit and error of each line.
private final class LogLines: Sendable {
    private let store = Mutex<[String]>([])

    var lines: [String] { store.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.error

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let values = ["fit", "error"].compactMap { event.metadata?[$0]?.description }
            let line = ([event.message.description] + values).joined(separator: " ")
            log.store.withLock { $0.append(line) }
        }
    }
}
