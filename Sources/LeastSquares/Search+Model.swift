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
        let height = keptCount
        for (column, parameter) in free.enumerated() {
            let source = memory.jacobian + parameter * rows
            let target = memory.tall + column * height
            kept.withUnsafeBufferPointer { kept in
                for position in 0..<height {
                    target[position] = memory.change[position] * source[kept[position]]
                }
            }
        }
        if isSquares {
            let target = memory.tall + columns * height
            for position in 0..<height {
                target[position] = memory.change[position] * residuals[kept[position]]
            }
        }
        let width = isSquares ? columns + 1 : columns
        if height > 0, width > 0 {
            LAPACK.factorQR(memory.tall, rows: height, columns: width, scratch: memory.scratch)
        }
        for column in 0..<columns {
            for row in 0..<columns {
                system.factor[column * columns + row] =
                    row <= column && row < height ? memory.tall[column * height + row] : 0
                system.extra[column * columns + row] =
                    hasResidualCurvature ? memory.residualCurvature[column * columns + row] : 0
            }
            system.rotated[column] =
                isSquares && column < height ? memory.tall[columns * height + column] : 0
        }
        if hasNegative { addNegative(at: residuals, to: system) }
        return hasNegative
    }

    /// Lists the rows of positive curvature in `kept`, with their square roots in `change`.
    private mutating func keepRows(
        _ curvature: Curvature, at residuals: UnsafeMutablePointer<Double>
    ) -> Bool {
        let memory = memory
        let loss = loss
        let rows = rows
        var count = 0
        var hasNegative = false
        kept.withUnsafeMutableBufferPointer { kept in
            for row in 0..<rows {
                let residual = residuals[row]
                let bend =
                    curvature == .newton ? loss.curvature(residual) : loss.weight(residual)
                let weighted = memory.weights[row] * bend
                // Written always and kept or overwritten: cheaper than a branch that is often
                // mispredicted.
                kept[count] = row
                memory.change[count] = weighted
                count += weighted > 0 ? 1 : 0
                hasNegative = hasNegative || weighted < 0
            }
        }
        for position in 0..<count {
            memory.change[position] = memory.change[position].squareRoot()
        }
        keptCount = count
        return hasNegative
    }

    /// Adds Σ w ρ″ J Jᵀ over the rows of negative curvature.
    private func addNegative(at residuals: UnsafeMutablePointer<Double>, to system: SmallSystem) {
        for row in activeRows {
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

    /// Fills `change` with J·x for one number per column.
    func multiply(_ x: UnsafeMutablePointer<Double>) {
        for row in 0..<rows {
            memory.change[row] = 0
        }
        for (column, parameter) in free.enumerated() where x[column] != 0 {
            VectorKernels.add(
                x[column], memory.jacobian + parameter * rows, to: memory.change, count: rows)
        }
    }
}
