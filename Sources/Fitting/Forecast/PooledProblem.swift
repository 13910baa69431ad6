import Foundation
import Laws
import LeastSquares
import Schedules

/// One law fitted to runs of one or several model sizes under priors on its shape.
///
/// One size: its weighted points, and for each prior ½·c·((u − centre)/spread)² in the solver's
/// coordinate u. Several sizes: each has all parameters for itself, and a common value μ of each
/// shape is fitted too; a size's shapes have priors of their own about μ, and μ by the prior
/// that a single size has. Sizes thus share what the data do not tell apart.
///
/// Robust losses are squares near 0 only, and a prior is to be square throughout: its residual is
/// kept small by a unit far below the loss's width, and its weight makes up for that.
struct PooledProblem: SearchProblem {
    let residualCount: Int
    let parameterCount: Int
    /// Parameters of one size.
    let blockCount: Int
    /// The weight of each residual, for the solver.
    let weights: [Double]?
    private let priors: [PlacedPrior]
    private var sizes: [Size]
    /// The residual of a prior at a spread's distance from its centre.
    private let priorUnit: Double

    private struct Size {
        var problem: LawProblem
        let rowScales: [Double]
        var residuals: [Double]
        var jacobian: [Double]

        /// c: twice what a spread's distance costs.
        var priorPrecision: Double { PlacedPrior.precisionOfPoint * Double(rowScales.count) }

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

    init(law: ConfiguredLaw, sizes: [Observations], objective: Objective, priors: [PlacedPrior]) {
        self.priors = priors
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
        residualCount = points + priors.count * (sizes.count + (isPooled ? 1 : 0))
        parameterCount = blockCount * sizes.count + (isPooled ? priors.count : 0)
        let precisions = self.sizes.map(\.priorPrecision)
        let common = precisions.reduce(0, +)
        let ofPriors = priors.flatMap { prior in
            (isPooled ? [common] + precisions : [common]).map { prior.share * $0 }
        }
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
        for (position, prior) in priors.enumerated() {
            guard sizes.count > 1 else {
                add(prior.index, from: prior.center, common: nil, spread: prior.spread)
                continue
            }
            let common = blockCount * sizes.count + position
            add(common, from: prior.center, common: nil, spread: prior.spread)
            for index in sizes.indices {
                add(
                    index * blockCount + prior.index, from: parameters[common], common: common,
                    spread: prior.spreadOfSizes)
            }
        }
    }
}

/// A prior with the position of its parameter in the law, in the solver's coordinate.
struct PlacedPrior {
    let index: Int
    let center: Double
    let spread: Double
    let share: Double
    let source: String?

    /// The spread of the sizes of one study: exponents are shared, but not exactly.
    var spreadOfSizes: Double { spread / 3 }

    /// The cost of a spread's distance from the centre, per fitted point and halved as ½r² is.
    ///
    /// As much as a relative misfit of 0.1 % at every point: little beside what the laws miss of any
    /// real curve, so that only directions which the data hardly know are decided by a prior.
    /// Proportional to the points, so that logging a run more often does not change its forecast.
    static let precisionOfPoint = 1e-6

    /// The priors on a law's parameters that are not fixed, for runs like some.
    static func all(
        of law: ConfiguredLaw, fixed: [Int: Double], for inputs: [LawInput]
    ) -> [PlacedPrior] {
        let priors = law.law.priors(for: inputs)
        return law.parameters.enumerated().compactMap { index, spec in
            guard let prior = priors[spec.name], fixed[index] == nil else { return nil }
            return PlacedPrior(
                index: index, center: spec.scale.coordinate(of: prior.center),
                spread: prior.spread, share: prior.share, source: prior.source)
        }
    }
}

/// The weight of each point of a forecast's fit: the later, the more.
///
/// A law's misfit is largest early, where the warm-up still shows, and a forecast starts from the
/// end of the data. Weights rise with the square of the forward area; their mean is 1.
enum PointWeights {
    /// The power of S1 that a squared residual is weighted by.
    static let exponent = 2.0

    /// The square root of each point's weight, by which its residual is multiplied.
    static func rowScales(of observations: Observations) -> [Double] {
        let areas = observations.inputs.flatMap { input in
            input.areas?.forwardArea(at: input.steps) ?? []
        }
        let scales = areas.map { pow($0, 0.5 * exponent) }
        let mean = scales.reduce(0) { $0 + $1 * $1 } / Double(max(1, scales.count))
        return mean > 0 ? scales.map { $0 / mean.squareRoot() } : scales.map { _ in 1 }
    }
}
