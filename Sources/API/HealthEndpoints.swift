import Dispatch
import HTTP
import JSONText
import Store
import Synchronization

/// `/healthz`, the process answers, and `/readyz`, the database does too.
///
/// Both are answered from the event loop, so that no load keeps them waiting.
struct HealthEndpoints: Sendable {
    static let livenessPath = "/healthz"

    let store: RunStore
    let version: String

    func register(in routes: inout Routes) {
        routes.onUnread(
            .get, Self.livenessPath, "Tells whether the process answers.", .loop
        ) { _, _ in Self.answer("ok", version) }
        let check = ReadinessCheck { [store, version] in
            do throws(StoreError) {
                try store.checkFile()
                _ = try store.runs(limit: 1)
            } catch {
                throw HTTPError(
                    .serviceUnavailable, detail: "The database does not answer: \(error.message).")
            }
            return Self.answer("ready", version)
        }
        routes.onUnread(.get, "/readyz", "Tells whether the database answers.", .loop) { _, _ in
            .later(check.run)
        }
    }

    private static func answer(_ status: String, _ version: String) -> Response {
        .json(["status": .string(status), "version": .string(version)])
    }
}

/// A check that may hang, made for many askers at once, each of whom waits a second at most.
private final class ReadinessCheck: Sendable {
    private static let patience = DispatchTimeInterval.seconds(1)

    private struct State {
        var waiting: [Int: Deferral.Finish] = [:]
        var nextID = 0
        var isRunning = false
    }

    private let check: @Sendable () throws -> Response
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "readiness")

    init(_ check: @escaping @Sendable () throws -> Response) {
        self.check = check
    }

    /// Finishes with the check's result, or after a second with 503.
    @Sendable func run(_ finish: @escaping Deferral.Finish) {
        let (id, starts) = state.withLock { state in
            defer {
                state.waiting[state.nextID] = finish
                state.nextID += 1
                state.isRunning = true
            }
            return (state.nextID, !state.isRunning)
        }
        if starts { queue.async { self.answerAll() } }
        DispatchQueue.global(qos: .userInitiated).asyncAfter(deadline: .now() + Self.patience) {
            self.state.withLock { $0.waiting.removeValue(forKey: id) }?(
                .failure(
                    HTTPError(
                        .serviceUnavailable,
                        detail: "The database has not answered for a second.")))
        }
    }

    private func answerAll() {
        let result = Result { try check() }
        let waiting = state.withLock { state in
            defer {
                state.waiting = [:]
                state.isRunning = false
            }
            return state.waiting.values
        }
        for finish in waiting { finish(result) }
    }
}
