package import Foundation

/// One fit: the request, how far it is, and what came of it.
package struct FitRecord: Equatable, Sendable {
    /// `queued` and `running` fits may still change; the other three are ends.
    package enum Status: String, CaseIterable, Sendable {
        case queued
        case running
        case done
        case failed
        case cancelled

        /// True when the fit changes no more.
        var isEnd: Bool { self != .queued && self != .running }
    }

    /// The end of a fit.
    package enum Outcome: Equatable, Sendable {
        /// The fit's report, JSON.
        case done(report: String)
        /// Why there is none, JSON.
        case failed(failure: String)
        case cancelled
    }

    /// Failure of a fit that was queued or running when its process ended, JSON.
    package static let interruptedFailure =
        #"{"reason":"interrupted","detail":"the server stopped before the fit ended; post it again"}"#

    /// 1 to 128 of `A–Z a–z 0–9 . _ -`.
    package let id: String
    package let law: String
    package internal(set) var status: Status
    /// 0 until the fit ends, 1 once it is done; what lies between only its worker knows.
    package internal(set) var progress: Double
    /// The request, JSON; the store does not read it.
    package let request: String
    /// JSON; present if and only if `status` is `done`.
    package internal(set) var report: String?
    /// JSON; present if and only if `status` is `failed`.
    package internal(set) var failure: String?
    /// When the fit was stored, to the millisecond; nil until it is.
    package internal(set) var createdAt: Date?
    /// When it ended, to the millisecond; nil while it has not.
    package internal(set) var finishedAt: Date?

    /// A fit that has not ended; `RunStore.finishFit` ends it.
    package init(id: String, law: String, request: String, isRunning: Bool = false) {
        self.id = id
        self.law = law
        self.request = request
        status = isRunning ? .running : .queued
        progress = 0
    }

    /// A fit that ended before it was stored.
    package init(id: String, law: String, request: String, outcome: Outcome) {
        self.init(id: id, law: law, request: request)
        end(with: outcome)
    }

    mutating func end(with outcome: Outcome) {
        switch outcome {
        case .done(let text):
            status = .done
            progress = 1
            report = text
        case .failed(let text):
            status = .failed
            failure = text
        case .cancelled:
            status = .cancelled
        }
    }
}
