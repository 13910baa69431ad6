package import HTTP

/// The most that one request may cost; over it the answer is 422 `over-budget`, before any work.
///
///     try budget.check(.curvePoints, of: 3_000_000)
///
/// The defaults keep a request below about two seconds of one processor and 256 MB. Each limit has
/// a flag of `isoloss serve` that raises it.
package struct WorkBudget: Sendable, Equatable {
    /// A quantity with a limit.
    package enum Quantity: String, Sendable, CaseIterable {
        case curvePoints = "max-curve-points"
        case jsonValues = "max-json-values"
        case bodyBytes = "max-body-bytes"
        case uploadPoints = "max-upload-points"
        case uploadRuns = "max-upload-runs"
        case names = "max-names"
        case resamples = "max-resamples"
        case answerPoints = "max-answer-points"

        /// The noun in a sentence.
        var noun: String {
            switch self {
            case .curvePoints: "points of a predicted curve"
            case .jsonValues: "JSON values in a body"
            case .bodyBytes: "bytes of a body once unpacked"
            case .uploadPoints: "points or lines in one upload"
            case .uploadRuns: "runs in one upload"
            case .names: "different names of columns, losses and tags in one upload"
            case .resamples: "resamples of a bootstrap"
            case .answerPoints: "stored points in one answer"
            }
        }

        /// The way to ask for less.
        var remedy: String {
            switch self {
            case .curvePoints: "ask for fewer by a larger every"
            case .jsonValues, .bodyBytes, .uploadPoints, .uploadRuns, .names:
                "send it in several requests"
            case .resamples: "ask for fewer"
            case .answerPoints: "ask for fewer by from and to, or by max_points"
            }
        }
    }

    private var limits: [Quantity: Int] = [
        .curvePoints: 100_000, .jsonValues: 1_000_000, .bodyBytes: ParserLimits().bodyBytes,
        .uploadPoints: 500_000, .uploadRuns: 10_000, .names: 20_000, .resamples: 5_000,
        .answerPoints: 1_000_000,
    ]

    package init() {}

    package subscript(quantity: Quantity) -> Int {
        get { limits[quantity] ?? .max }
        set { limits[quantity] = newValue }
    }

    /// Refuses what is over the limit.
    ///
    /// - Parameters:
    ///   - quantity: The quantity that is asked for.
    ///   - count: The number asked for; nil for one that was not counted to its end.
    /// - Throws: `HTTPError` 422 of type `over-budget` with the limit, and the flag that raises it.
    package func check(_ quantity: Quantity, of count: Int?) throws(HTTPError) {
        guard count ?? .max > self[quantity] else { return }
        throw error(quantity, of: count)
    }

    /// The refusal of more than the limit.
    func error(_ quantity: Quantity, of count: Int?) -> HTTPError {
        let asked = count.map { "\($0) \(quantity.noun) are" } ?? "The \(quantity.noun) are"
        return HTTPError(
            .unprocessableContent, type: "over-budget", title: "Over Budget",
            detail: "\(asked) more than this server allows for one request, \(self[quantity]); "
                + "\(quantity.remedy), or start the server with a larger "
                + "--\(quantity.rawValue).")
    }
}
