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
        let height = kept.count
        for (column, parameter) in free.enumerated() {
            let source = memory.jacobian + parameter * rows
            let target = memory.tall + column * height
            for (position, row) in kept.enumerated() {
                target[position] = memory.change[position] * source[row]
            }
        }
        if isSquares {
            let target = memory.tall + columns * height
            for (position, row) in kept.enumerated() {
                target[position] = memory.change[position] * residuals[row]
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
        kept.removeAll(keepingCapacity: true)
        var hasNegative = false
        for row in activeRows {
            let bend =
                curvature == .newton ? loss.curvature(residuals[row]) : loss.weight(residuals[row])
            if bend > 0 {
                memory.change[kept.count] = (memory.weights[row] * bend).squareRoot()
                kept.append(row)
            } else if bend < 0 {
                hasNegative = true
            }
        }
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
