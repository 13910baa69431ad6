/// The steps at which a predicted curve is answered: 0, k, 2k, … and S − 1.
package enum CurveSteps {
    /// Points of one answer; beyond it a reader wants a larger `every`.
    package static let maximumCount = 1_000_000
    /// About how many points a curve has when nobody says.
    package static let standardCount = 500

    /// The spacing that gives at most `standardCount` points: 1, 2 or 5 times a power of ten.
    package static func standardSpacing(totalSteps: Int) -> Int {
        var power = 1
        while true {
            for factor in [1, 2, 5] where (totalSteps - 1) / (factor * power) < standardCount {
                return factor * power
            }
            power *= 10
        }
    }

    /// The number of steps that `steps` gives.
    package static func count(every: Int?, totalSteps: Int) -> Int {
        let every = max(1, every ?? standardSpacing(totalSteps: totalSteps))
        let last = totalSteps - 1
        return last / every + (last % every == 0 ? 1 : 2)
    }

    /// The steps of a curve.
    ///
    /// - Parameters:
    ///   - every: The spacing k, at least 1; nil takes the standard one.
    ///   - totalSteps: S, at least 1.
    /// - Returns: The spacing and the steps, rising.
    /// - Throws: `CurveRequestError` when the spacing is below 1 or asks for too many points.
    package static func steps(
        every: Int?, totalSteps: Int
    ) throws(CurveRequestError) -> (every: Int, steps: [Int]) {
        let every = every ?? standardSpacing(totalSteps: totalSteps)
        guard every >= 1 else { throw .badSpacing(every) }
        let last = totalSteps - 1
        let count = count(every: every, totalSteps: totalSteps)
        guard count <= maximumCount else {
            throw .tooManyPoints(every: every, points: count, limit: maximumCount)
        }
        var steps = Array(stride(from: 0, through: last, by: every))
        if steps.last != last { steps.append(last) }
        return (every, steps)
    }
}

/// A curve that no fit can answer.
package enum CurveRequestError: Error, Equatable, Sendable {
    case badSpacing(Int)
    case tooManyPoints(every: Int, points: Int, limit: Int)

    /// The field that is wrong, as a JSON pointer.
    package var pointer: String { "/every" }

    /// The fault and its remedy in a sentence.
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
