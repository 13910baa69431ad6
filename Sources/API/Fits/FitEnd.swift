import Logging
import Store

/// Keeps how a fit ended for which no client waits any more.
struct FitEnd {
    /// Between two attempts, doubled up to the longest.
    private static let shortestPause = Duration.milliseconds(200)
    private static let longestPause = Duration.seconds(5)

    let id: String
    let ending: FitJob.Ending
    let logger: Logger

    /// Stores the end, again and again until it is stored: a fit that nobody works on must not be
    /// shown as running for ever.
    ///
    /// - Parameters:
    ///   - store: Stores it once.
    ///   - pause: Waits; false when the server stops, whose next start ends the fit.
    func keep(
        store: (FitRecord.Outcome) throws(StoreError) -> Void, pause: (Duration) -> Bool
    ) {
        let outcome = outcome
        var interval = Self.shortestPause
        while true {
            do throws(StoreError) {
                return try store(outcome)
            } catch .fitNotFound {
                // Deleted while it ran: nobody waits for it.
                return
            } catch {
                logger.error(
                    "a fit's end was not stored", metadata: ["fit": "\(id)", "error": "\(error)"])
            }
            guard pause(interval) else { return }
            interval = min(interval * 2, Self.longestPause)
        }
    }

    private var outcome: FitRecord.Outcome {
        switch ending {
        case .done(let report): return .done(report: String(decoding: report, as: UTF8.self))
        case .failed(let error):
            let failure = FitFailure(error: error)
            if failure.fault == nil {
                logger.error("a fit failed", metadata: ["fit": "\(id)", "error": "\(error)"])
            }
            return .failed(failure: failure.json)
        // A client's cancelling has ended the fit in the store before; this is the server's.
        case .cancelled: return .failed(failure: FitRecord.interruptedFailure)
        }
    }
}
