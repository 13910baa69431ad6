extension Search {
    /// Which parabola stands for the loss in each row.
    enum Curvature {
        /// ρ″: right close to the solution, where it makes convergence fast.
        case newton

        /// ψ/r: a parabola above ρ, whose step never raises the cost of the linearised problem.
        case majorant
    }

    /// Factors the local model at the given residuals.
    ///
    /// - Parameters:
    ///   - curvature: Which parabola.
    ///   - residuals: Where the loss is expanded: at the point, or shifted along a step.
    ///   - system: Receives R, Qᵀr (plain squares only) and the negative curvatures.
    /// - Returns: Whether any curvature was negative.
    mutating func factor(
        _ curvature: Curvature, at residuals: UnsafeMutablePointer<Double>, into system: SmallSystem
    ) -> Bool {
        let hasNegative = keepRows(curvature, at: residuals)
        let height = HouseholderQR.paddedRows(keptCount)
        for (column, parameter) in free.enumerated() {
            gather(memory.jacobian + parameter * rows, into: column, height: height)
        }
        if isSquares { gather(residuals, into: columns, height: height) }
        let width = isSquares ? columns + 1 : columns
        HouseholderQR.factor(
            memory.tall, rows: height, columns: width, into: memory.triangle, stride: columns + 1)
        for column in 0..<columns {
            for row in 0..<columns {
                let index = column * columns + row
                system.factor[index] = memory.triangle[column * (columns + 1) + row]
                system.extra[index] = hasResidualCurvature ? memory.residualCurvature[index] : 0
            }
            system.rotated[column] =
                isSquares ? memory.triangle[columns * (columns + 1) + column] : 0
        }
        if hasNegative { addNegative(at: residuals, to: system) }
        return hasNegative
    }

    /// Copies the kept rows of a vector, times their roots, into a column of the tall matrix.
    private func gather(_ source: UnsafeMutablePointer<Double>, into column: Int, height: Int) {
        let target = memory.tall + column * height
        if keptCount == rows {
            for row in 0..<rows { target[row] = memory.change[row] * source[row] }
        } else {
            kept.withUnsafeBufferPointer { kept in
                for position in 0..<keptCount {
                    target[position] = memory.change[position] * source[kept[position]]
                }
            }
        }
        for position in keptCount..<height { target[position] = 0 }
    }

    /// Lists the rows of positive curvature in `kept`, with their square roots in `change`.
    ///
    /// - Returns: Whether any curvature was negative.
    private mutating func keepRows(
        _ curvature: Curvature, at residuals: UnsafeMutablePointer<Double>
    ) -> Bool {
        let (roots, weights) = (memory.change, memory.weights)
        var hasNegative = false
        switch (curvature, loss) {
        case (_, .squares):
            VectorKernels.copy(memory.roots, to: roots, count: rows)
        case (.newton, .huber(let delta)):
            VectorKernels.huberRoots(
                residuals, roots: memory.roots, delta: delta, count: rows, into: roots)
        case (.newton, _):
            for row in 0..<rows {
                let bend = weights[row] * loss.curvature(residuals[row])
                hasNegative = hasNegative || bend < 0
                roots[row] = max(0, bend).squareRoot()
            }
        case (.majorant, _) where residuals == memory.residuals:
            for row in 0..<rows { roots[row] = memory.rowWeights[row].squareRoot() }
        case (.majorant, _):
            for row in 0..<rows {
                roots[row] = (weights[row] * loss.weight(residuals[row])).squareRoot()
            }
        }
        listKept()
        return hasNegative
    }

    /// Moves the roots above 0 to the front.
    private mutating func listKept() {
        let (roots, rows) = (memory.change, rows)
        keptCount = kept.withUnsafeMutableBufferPointer { kept in
            var count = 0
            for row in 0..<rows {
                // Written always and kept or overwritten: cheaper than a branch that is often
                // mispredicted.
                let root = roots[row]
                kept[count] = row
                roots[count] = root
                count += root > 0 ? 1 : 0
            }
            return count
        }
    }

    /// Adds Σ w ρ″ J Jᵀ over the rows of negative curvature.
    private func addNegative(at residuals: UnsafeMutablePointer<Double>, to system: SmallSystem) {
        for row in 0..<rows {
            let bend = memory.weights[row] * loss.curvature(residuals[row])
            guard bend < 0 else { continue }
            for (column, parameter) in free.enumerated() {
                let scaled = bend * memory.jacobian[parameter * rows + row]
                for (other, otherParameter) in free.enumerated() {
                    system.extra[column * columns + other] +=
                        scaled * memory.jacobian[otherParameter * rows + row]
                }
            }
        }
    }

    /// Fills `change` with base + J·x for one number per column.
    func move(_ base: UnsafeMutablePointer<Double>, along x: UnsafeMutablePointer<Double>) {
        free.withUnsafeBufferPointer { free in
            VectorKernels.combine(
                base, columns: memory.jacobian, stride: rows, chosen: free, factors: x,
                into: memory.change, count: rows)
        }
    }
}
