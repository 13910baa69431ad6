import Laws
import LeastSquares

/// One law fitted to runs of one or several model sizes under priors on its shape.
///
/// One size: its weighted points, and for each prior ½·c·((u − centre)/spread)² in the solver's
/// coordinate u. Several sizes: each has all parameters for itself, and a common value μ of each
/// shape is fitted too; a size's shapes are held near μ by priors of their own, and μ by the prior
/// that a single size has. Sizes thus share what the data do not tell apart.
///
/// Robust losses are squares near 0 only, and a prior is to be square throughout: its residual is
/// kept small by a unit far below the loss's width, and its weight makes up for that.
struct PooledProblem: LeastSquaresProblem {
    /// A prior with the position of its parameter in the law.
    struct Held {
        let index: Int
        let prior: ShapePrior

        /// The priors on a law's parameters that are not fixed, by position.
        static func all(of law: ConfiguredLaw, fixed: [Int: Double]) -> [Held] {
            (ShapePrior.byLaw[law.about.id] ?? []).compactMap { prior in
                guard let index = law.parameters.firstIndex(where: { $0.name == prior.parameter }),
                    fixed[index] == nil
                else { return nil }
                return Held(index: index, prior: prior)
            }
        }
    }

    let residualCount: Int
    let parameterCount: Int
    /// Parameters of one size.
    let blockCount: Int
    /// The weight of each residual, for the solver.
    let weights: [Double]
    private let held: [Held]
    private var sizes: [Size]
    /// The residual of a prior at a spread's distance from its centre.
    private let priorUnit: Double

    private struct Size {
        var problem: LawProblem
        let rowScales: [Double]
        var residuals: [Double]
        var jacobian: [Double]

        /// c: twice what a spread's distance costs.
        var priorPrecision: Double { ShapePrior.precisionOfPoint * Double(rowScales.count) }

        /// Residuals and derivatives of the size's own points, unweighted.
        mutating func evaluate(
            _ parameters: UnsafeBufferPointer<Double>, wantsJacobian: Bool
        ) {
            residuals.withUnsafeMutableBufferPointer { residuals in
                jacobian.withUnsafeMutableBufferPointer { jacobian in
                    problem.evaluate(
                        parameters, residuals: residuals,
                        jacobian: wantsJacobian ? jacobian : nil)
                }
            }
        }
    }

    init(law: ConfiguredLaw, sizes: [Observations], objective: Objective, held: [Held]) {
        self.held = held
        priorUnit = Self.priorUnit(under: objective.loss)
        blockCount = law.parameters.count
        self.sizes = sizes.map { observations in
            let rowScales = PointWeights.rowScales(of: observations)
            return Size(
                problem: LawProblem(
                    law: law, observations: observations, residual: objective.residual),
                rowScales: rowScales, residuals: Array(repeating: 0, count: rowScales.count),
                jacobian: Array(
                    repeating: 0, count: rowScales.count * law.parameters.count))
        }
        let points = self.sizes.reduce(0) { $0 + $1.rowScales.count }
        let isPooled = sizes.count > 1
        residualCount = points + held.count * (sizes.count + (isPooled ? 1 : 0))
        parameterCount = blockCount * sizes.count + (isPooled ? held.count : 0)
        let precisions = self.sizes.map(\.priorPrecision)
        let common = precisions.reduce(0, +)
        let ofPriors = held.flatMap { _ in isPooled ? [common] + precisions : [common] }
        weights =
            Array(repeating: 1, count: points)
            + ofPriors.map { [priorUnit] in $0 / (priorUnit * priorUnit) }
    }

    /// A hundredth of the width within which a loss is square.
    static func priorUnit(under loss: RobustLoss) -> Double {
        switch loss {
        case .squares: 1e-5
        case .huber(let delta), .softL1(let delta), .cauchy(let delta), .tukey(let delta):
            0.01 * delta
        }
    }

    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>,
        residuals: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        if let jacobian {
            for entry in jacobian.indices { jacobian[entry] = 0 }
        }
        var row = 0
        for index in sizes.indices {
            addPoints(of: index, at: row, parameters, residuals, jacobian)
            row += sizes[index].rowScales.count
        }
        addPriors(from: row, parameters, residuals, jacobian)
    }

    private mutating func addPoints(
        of index: Int, at row: Int, _ parameters: UnsafeBufferPointer<Double>,
        _ residuals: UnsafeMutableBufferPointer<Double>,
        _ jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        let block = (index * blockCount)..<((index + 1) * blockCount)
        sizes[index].evaluate(
            UnsafeBufferPointer(rebasing: parameters[block]), wantsJacobian: jacobian != nil)
        let size = sizes[index]
        let count = size.rowScales.count
        for point in 0..<count {
            residuals[row + point] = size.rowScales[point] * size.residuals[point]
        }
        guard let jacobian else { return }
        for (position, parameter) in block.enumerated() {
            let column = parameter * residualCount + row
            for point in 0..<count {
                jacobian[column + point] =
                    size.rowScales[point] * size.jacobian[position * count + point]
            }
        }
    }

    private func addPriors(
        from first: Int, _ parameters: UnsafeBufferPointer<Double>,
        _ residuals: UnsafeMutableBufferPointer<Double>,
        _ jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        var row = first
        func add(_ parameter: Int, from center: Double, common: Int?, spread: Double) {
            let factor = priorUnit / spread
            residuals[row] = factor * (parameters[parameter] - center)
            jacobian?[parameter * residualCount + row] = factor
            if let common { jacobian?[common * residualCount + row] = -factor }
            row += 1
        }
        for (position, entry) in held.enumerated() {
            let prior = entry.prior
            guard sizes.count > 1 else {
                add(entry.index, from: prior.center, common: nil, spread: prior.spread)
                continue
            }
            let common = blockCount * sizes.count + position
            add(common, from: prior.center, common: nil, spread: prior.spread)
            for index in sizes.indices {
                add(
                    index * blockCount + entry.index, from: parameters[common], common: common,
                    spread: prior.spreadOfSizes)
            }
        }
    }
}
