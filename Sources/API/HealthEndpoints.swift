import HTTP
import JSONText
import Store

/// `/healthz`, the process answers, and `/readyz`, the database does too.
struct HealthEndpoints: Sendable {
    static let livenessPath = "/healthz"

    let store: RunStore
    let version: String

    func register(in router: inout Router) {
        router.on(.get, Self.livenessPath) { _, _ in Self.answer("ok", version) }
        router.on(.get, "/readyz") { _, _ in
            do throws(StoreError) {
                _ = try store.runs(limit: 1)
            } catch {
                throw HTTPError(
                    .serviceUnavailable, detail: "The database does not answer: \(error.message).")
            }
            return Self.answer("ready", version)
        }
    }

    private static func answer(_ status: String, _ version: String) -> Response {
        .json(
            JSONWriter.bytes(
                of: .object([
                    .init("status", .string(status)), .init("version", .string(version)),
                ])))
    }
}
