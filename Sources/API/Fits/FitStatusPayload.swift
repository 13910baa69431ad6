import Fitting
import Foundation
import HTTP
package import JSONText
import Records
package import Store

/// A fit that is not done, and one entry of the list of fits.
package struct FitStatusPayload: Sendable, Equatable {
    package var fit: FitRecord
    /// 0 to 1, from the work itself where it is still on its way.
    package var progress: Double
    package var isRunning: Bool

    package init(_ fit: FitRecord) {
        self.fit = fit
        progress = fit.progress
        isRunning = fit.status == .running
    }

    package var json: JSONValue {
        let status = isRunning ? FitRecord.Status.running : fit.status
        return .present([
            "id": .string(fit.id), "law": .string(fit.law), "status": .string(status.rawValue),
            "progress": .number(progress),
            "created_at": (fit.createdAt?.rfc3339).map(JSONValue.string) ?? .null,
            "finished_at": (fit.finishedAt?.rfc3339).map(JSONValue.string) ?? .null,
            "error": fit.failure.flatMap { try? JSONParser.parse(Array($0.utf8)) },
        ])
    }
}

/// Why a fit that ran in the background failed, as the store keeps it.
struct FitFailure {
    let error: any Error

    /// The sentence for the client; nil for a failure of the server's own, whose reason is for the log.
    var fault: HTTPError? { error as? HTTPError ?? FaultMapping.fault(for: error) }

    var json: String {
        guard let fault else {
            return JSONWriter.text(of: [
                "reason": "internal",
                "detail": "The server failed on this fit; its log has the reason.",
            ])
        }
        return JSONWriter.text(of: [
            "reason": "refused", "detail": .string(fault.detail),
            "errors": .array(fault.errors.map(\.json)),
        ])
    }
}
