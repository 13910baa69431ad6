/// What a prediction cannot be asked for, whatever the fit.
package enum PredictionError: Error, Equatable, Sendable {
    case badSpacing(Int)
    case tooManyPoints(every: Int, points: Int, limit: Int)

    /// The field that is wrong, as a JSON pointer.
    package var pointer: String { "/every" }

    /// What is wrong and what to do, in a sentence.
    package var message: String {
        switch self {
        case .badSpacing(let every):
            "every = \(every) must be a whole number of steps of at least 1."
        case .tooManyPoints(let every, let points, let limit):
            "every = \(every) asks for \(points) points, at most \(limit) are answered; take a "
                + "larger every."
        }
    }
}
