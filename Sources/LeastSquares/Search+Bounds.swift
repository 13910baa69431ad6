extension Search {
    /// Solves a system for the increment, within the bounds that the step so far leaves.
    ///
    /// Columns that sit on a bound with descent beyond it are held; a column that would cross is
    /// put on its bound, and the others are solved for again. At most as many rounds as columns.
    ///
    /// - Parameters:
    ///   - system: The factored model.
    ///   - query: Damping, scales and right-hand side.
    ///   - slope: The gradient of the model at the step so far.
    /// - Returns: False when the system is singular.
    mutating func solve(
        _ system: SmallSystem, _ query: SmallSystem.Query, slope: UnsafeMutablePointer<Double>
    ) -> Bool {
        open.removeAll(keepingCapacity: true)
        for (column, parameter) in free.enumerated() {
            let place = memory.point[parameter]
            memory.least[column] = memory.lower[parameter] - place - memory.step[column]
            memory.greatest[column] = memory.upper[parameter] - place - memory.step[column]
            memory.increment[column] = 0
            let isHeld =
                (memory.least[column] >= 0 && slope[column] >= 0)
                || (memory.greatest[column] <= 0 && slope[column] <= 0)
            if !isHeld { open.append(column) }
        }
        let memory = memory
        while !open.isEmpty {
            switch system.solve(query, open: open, x: memory.increment) {
            case .solved:
                break
            case .dependent(let column) where query.damping == 0:
                // Undamped, a direction that the data do not determine stays where it is.
                open.removeAll { $0 == column }
                memory.increment[column] = 0
                continue
            case .dependent, .indefinite:
                return false
            }
            var hasCrossed = false
            for column in open {
                if memory.increment[column] < memory.least[column] {
                    memory.increment[column] = memory.least[column]
                    hasCrossed = true
                } else if memory.increment[column] > memory.greatest[column] {
                    memory.increment[column] = memory.greatest[column]
                    hasCrossed = true
                }
            }
            guard hasCrossed else { return true }
            open.removeAll { column in
                memory.increment[column] == memory.least[column]
                    || memory.increment[column] == memory.greatest[column]
            }
        }
        return true
    }

    /// Fills the trial point with point + step, bounds hit exactly.
    ///
    /// - Returns: Whether any parameter changed.
    func moveTrial() -> Bool {
        for index in 0..<parameterCount {
            memory.trialPoint[index] = memory.point[index]
        }
        var hasMoved = false
        for (column, parameter) in free.enumerated() where memory.step[column] != 0 {
            let place = memory.point[parameter]
            let low = memory.lower[parameter]
            let high = memory.upper[parameter]
            var target = place + memory.step[column]
            // place + (bound − place) need not be the bound.
            if memory.step[column] <= low - place || target < low { target = low }
            if memory.step[column] >= high - place || target > high { target = high }
            memory.trialPoint[parameter] = target
            if target != place { hasMoved = true }
        }
        return hasMoved
    }
}
