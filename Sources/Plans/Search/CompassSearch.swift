/// Minimises a function of a few numbers in 0 … 1 without slopes.
///
/// From a point it tries one step up and down each axis, takes what is lower, and halves the step
/// where nothing is; it ends when no step of `resolution` lowers the value. Whole steps and shapes
/// make a schedule's loss a function without slopes, and two or three axes are few enough.
///
/// Source: Hooke and Jeeves 1961, "Direct search" solution of numerical and statistical problems.
struct CompassSearch {
    /// The step at which the search ends, as a fraction of each axis.
    var resolution = 1.0 / 1024
    var firstStep = 0.25

    struct Outcome {
        var point: [Double]
        var value: Double
        var evaluations: Int
    }

    /// Searches from a point.
    ///
    /// - Parameters:
    ///   - start: Where to begin, each number in 0 … 1.
    ///   - evaluate: The value at a point.
    /// - Returns: A point no step of `resolution` along an axis from which is lower.
    func minimum(from start: [Double], _ evaluate: ([Double]) throws -> Double) rethrows -> Outcome
    {
        var outcome = Outcome(point: start, value: try evaluate(start), evaluations: 1)
        var step = firstStep
        while step >= resolution {
            let origin = outcome.point
            var improved = false
            for axis in start.indices {
                for sign in [1.0, -1.0] {
                    var trial = outcome.point
                    trial[axis] = min(max(trial[axis] + sign * step, 0), 1)
                    guard trial[axis] != outcome.point[axis] else { continue }
                    if try take(trial, &outcome, evaluate) {
                        improved = true
                        break
                    }
                }
            }
            guard improved else {
                step /= 2
                continue
            }
            // Once more the same way, which follows valleys that lie across the axes.
            let onward = zip(outcome.point, origin).map { min(max(2 * $0 - $1, 0), 1) }
            if onward != outcome.point { _ = try take(onward, &outcome, evaluate) }
        }
        return outcome
    }

    private func take(
        _ trial: [Double], _ outcome: inout Outcome, _ evaluate: ([Double]) throws -> Double
    ) rethrows -> Bool {
        let value = try evaluate(trial)
        outcome.evaluations += 1
        guard value < outcome.value else { return false }
        (outcome.point, outcome.value) = (trial, value)
        return true
    }
}
