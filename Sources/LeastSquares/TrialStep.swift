/// The step being tried, made of increments that stay within the bounds.
///
/// One entry per column, in the parameters' own units.
struct TrialStep {
    /// The step d.
    let vector: Vector

    /// The addition to the step that was solved for last.
    let increment: Vector

    /// The reduction of the cost that the local model predicts.
    var predicted = 0.0

    /// Columns that the last solve did not hold at a bound.
    private(set) var open: [Int] = []

    private let least: Vector
    private let greatest: Vector
    private let columns: Int

    init(columns: Int, workspace: Workspace) {
        self.columns = columns
        vector = workspace.take(columns)
        increment = workspace.take(columns)
        least = workspace.take(columns)
        greatest = workspace.take(columns)
        open.reserveCapacity(columns)
    }

    /// Makes the step one of no length.
    func clear() {
        for column in 0..<columns { vector[column] = 0 }
    }

    /// Adds the increment.
    func addIncrement() {
        for column in 0..<columns { vector[column] += increment[column] }
    }

    /// Solves for the increment, within the bounds that the step so far leaves.
    ///
    /// Columns that sit on a bound with descent beyond it are held; a column that would cross is
    /// put on its bound, and the others are solved for again. At most as many rounds as columns.
    ///
    /// - Parameters:
    ///   - system: The factored model.
    ///   - query: Damping, scales and right-hand side.
    ///   - slope: The gradient of the model at the step so far.
    ///   - iterate: The point, with its bounds.
    /// - Returns: False when the system is singular.
    mutating func solve(
        _ system: DampedNormalEquations, _ query: DampedNormalEquations.Query, slope: Vector,
        from iterate: Iterate
    ) -> Bool {
        open.removeAll(keepingCapacity: true)
        for (column, parameter) in iterate.free.enumerated() {
            let place = iterate.point[parameter]
            least[column] = iterate.lower[parameter] - place - vector[column]
            greatest[column] = iterate.upper[parameter] - place - vector[column]
            increment[column] = 0
            let isActive =
                (least[column] >= 0 && slope[column] >= 0)
                || (greatest[column] <= 0 && slope[column] <= 0)
            if !isActive { open.append(column) }
        }
        while !open.isEmpty {
            switch system.solve(query, open: open, x: increment) {
            case .solved:
                guard holdCrossing() else { return true }
            case .dependent(let column) where query.damping == 0:
                // Undamped, a direction that the data do not determine stays where it is.
                open.removeAll { $0 == column }
                increment[column] = 0
            case .dependent, .indefinite:
                return false
            }
        }
        return true
    }

    /// Puts the columns that cross a bound on it, and closes them.
    ///
    /// - Returns: True when there were any.
    private mutating func holdCrossing() -> Bool {
        var hasCrossed = false
        for column in open {
            if increment[column] < least[column] {
                increment[column] = least[column]
                hasCrossed = true
            } else if increment[column] > greatest[column] {
                increment[column] = greatest[column]
                hasCrossed = true
            }
        }
        guard hasCrossed else { return false }
        let (increment, least, greatest) = (increment, least, greatest)
        open.removeAll {
            increment[$0] == least[$0] || increment[$0] == greatest[$0]
        }
        return true
    }

    /// Fills the trial point with point + step, bounds hit exactly.
    ///
    /// - Returns: True when a parameter changes.
    func moveTrial(of iterate: Iterate) -> Bool {
        iterate.trialPoint.update(from: iterate.point, count: iterate.parameterCount)
        var hasMoved = false
        for (column, parameter) in iterate.free.enumerated() where vector[column] != 0 {
            let place = iterate.point[parameter]
            let (low, high) = (iterate.lower[parameter], iterate.upper[parameter])
            var target = place + vector[column]
            // place + (bound − place) need not be the bound.
            if vector[column] <= low - place || target < low { target = low }
            if vector[column] >= high - place || target > high { target = high }
            iterate.trialPoint[parameter] = target
            if target != place { hasMoved = true }
        }
        return hasMoved
    }

    /// Half the slope of the cost along the step: the gain of an undamped quadratic model.
    func decrement(at iterate: Iterate) -> Double {
        var sum = 0.0
        for column in 0..<columns { sum -= iterate.gradient[column] * vector[column] }
        return 0.5 * sum
    }

    /// ‖D·d‖/‖D·θ‖ for the step d from the point θ.
    func relativeLength(at iterate: Iterate) -> Double {
        var stepSquare = 0.0
        var pointSquare = 0.0
        for (column, parameter) in iterate.free.enumerated() {
            let scaledStep = iterate.scales[column] * vector[column]
            let scaledPoint = iterate.scales[column] * iterate.point[parameter]
            stepSquare += scaledStep * scaledStep
            pointSquare += scaledPoint * scaledPoint
        }
        return pointSquare > 0 ? (stepSquare / pointSquare).squareRoot() : stepSquare.squareRoot()
    }
}
