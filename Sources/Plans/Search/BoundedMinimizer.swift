/// Minimises a smooth function of a few numbers between 0 and a common upper bound.
///
/// BFGS on the numbers that are free to move, a backtracking line search along the projected path
/// (Bertsekas 1982, "Projected Newton methods for optimization problems with simple constraints").
struct BoundedMinimizer {
    /// The largest slope that is taken for none, of numbers that may move against it.
    var slopeTolerance = 1e-10
    var maximumIterations = 200

    struct Outcome {
        var point: [Double]
        var value: Double
        var iterations = 0
        var evaluations = 0
    }

    /// Searches from a point.
    ///
    /// - Parameters:
    ///   - start: Where to begin, within the bounds.
    ///   - upper: What no number may pass; 0 is below.
    ///   - value: The value at a point.
    ///   - slopesAt: The slopes at a point, whose value is given too; asked only where a step ends,
    ///     since slopes by differences cost as many values as there are numbers.
    /// - Returns: A point whose slopes all vanish or push against a bound, unless the iterations
    ///   or the digits ran out.
    func minimum(
        from start: [Double], upper: Double, value: ([Double]) throws -> Double,
        slopes slopesAt: ([Double], Double) throws -> [Double]
    ) rethrows -> Outcome {
        var outcome = Outcome(point: start, value: try value(start), evaluations: 1)
        var slopes = try slopesAt(start, outcome.value)
        var inverse = InverseHessian(count: start.count)
        while outcome.iterations < maximumIterations {
            let isActive = active(outcome.point, slopes, upper: upper)
            guard steepest(slopes, isActive) > slopeTolerance else { break }
            outcome.iterations += 1
            let (before, slopesBefore) = (outcome.point, slopes)
            var direction = inverse.direction(slopes, active: isActive)
            if zip(direction, slopes).reduce(0, { $0 + $1.0 * $1.1 }) >= 0 {
                inverse.reset()
                direction = inverse.direction(slopes, active: isActive)
            }
            guard
                try step(
                    &outcome, &slopes, along: direction, upper: upper, value: value,
                    slopes: slopesAt)
            else {
                if inverse.isFresh { break }
                inverse.reset()
                continue
            }
            inverse.update(
                moved: zip(outcome.point, before).map { $0 - $1 },
                slopeChange: zip(slopes, slopesBefore).map { $0 - $1 })
        }
        return outcome
    }

    /// True for each number at a bound that its slope pushes it against.
    private func active(_ point: [Double], _ slopes: [Double], upper: Double) -> [Bool] {
        zip(point, slopes).map { value, slope in
            (value <= 0 && slope >= 0) || (value >= upper && slope <= 0)
        }
    }

    private func steepest(_ slopes: [Double], _ active: [Bool]) -> Double {
        zip(slopes, active).reduce(0) { $1.1 ? $0 : max($0, abs($1.0)) }
    }

    /// Halves the step until the value falls enough (Armijo's rule); false when it never does.
    ///
    /// A fall that would drown in the value's own rounding says nothing, so a step is then taken for
    /// flatter slopes.
    private func step(
        _ outcome: inout Outcome, _ slopes: inout [Double], along direction: [Double],
        upper: Double, value valueAt: ([Double]) throws -> Double,
        slopes slopesAt: ([Double], Double) throws -> [Double]
    ) rethrows -> Bool {
        var length = 1.0
        for _ in 0..<40 {
            let trial = zip(outcome.point, direction).map {
                min(max($0 + length * $1, 0), upper)
            }
            let expected = zip(zip(trial, outcome.point), slopes).reduce(0) {
                $0 + ($1.0.0 - $1.0.1) * $1.1
            }
            guard expected < 0 else { return false }
            let value = try valueAt(trial)
            outcome.evaluations += 1
            let drowns = -expected < 1e-13 * abs(outcome.value)
            let isLower = value < outcome.value && value <= outcome.value + 1e-4 * expected
            if value.isFinite, drowns || isLower {
                let trialSlopes = try slopesAt(trial, value)
                let isFlatter =
                    steepest(trialSlopes, active(trial, trialSlopes, upper: upper))
                    < steepest(slopes, active(outcome.point, slopes, upper: upper))
                if !drowns || isFlatter {
                    (outcome.point, outcome.value) = (trial, value)
                    slopes = trialSlopes
                    return true
                }
            }
            if drowns { return false }
            length *= 0.5
        }
        return false
    }
}

/// The curvature as BFGS knows it: an approximate inverse of the second derivatives.
private struct InverseHessian {
    private var matrix: [[Double]]
    /// True while nothing has been learned since the start.
    private(set) var isFresh = true

    init(count: Int) {
        matrix = Self.identity(count)
    }

    private static func identity(_ count: Int) -> [[Double]] {
        (0..<count).map { row in (0..<count).map { $0 == row ? 1 : 0 } }
    }

    mutating func reset() {
        matrix = Self.identity(matrix.count)
        isFresh = true
    }

    /// Downhill, with the numbers at active bounds left where they are; of unit size while nothing is known.
    func direction(_ slopes: [Double], active: [Bool]) -> [Double] {
        let free = slopes.indices.filter { !active[$0] }
        var direction = Array(repeating: 0.0, count: slopes.count)
        let largest = free.reduce(0) { max($0, abs(slopes[$1])) }
        let scale = isFresh && largest > 0 ? 1 / largest : 1
        for row in free {
            direction[row] = -scale * free.reduce(0) { $0 + matrix[row][$1] * slopes[$1] }
        }
        return direction
    }

    mutating func update(moved: [Double], slopeChange: [Double]) {
        let curvature = zip(moved, slopeChange).reduce(0) { $0 + $1.0 * $1.1 }
        let square = slopeChange.reduce(0) { $0 + $1 * $1 }
        guard curvature > 1e-14 * square, square > 0 else { return }
        if isFresh {
            // The first pair sets the scale; see Nocedal and Wright, Numerical Optimization, 6.20.
            for index in matrix.indices { matrix[index][index] = curvature / square }
            isFresh = false
        }
        let product = matrix.map { row in zip(row, slopeChange).reduce(0) { $0 + $1.0 * $1.1 } }
        let quadratic = zip(product, slopeChange).reduce(0) { $0 + $1.0 * $1.1 }
        for row in moved.indices {
            for column in moved.indices {
                matrix[row][column] +=
                    (1 + quadratic / curvature) * moved[row] * moved[column] / curvature
                    - (product[row] * moved[column] + moved[row] * product[column]) / curvature
            }
        }
    }
}
