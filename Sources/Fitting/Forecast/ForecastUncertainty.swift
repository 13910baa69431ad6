import Foundation
import Laws
import LeastSquares

/// How sure the parameters of one size are, given the priors that they were fitted under.
///
/// Each member alone, linearised at its optimum: (JᵀWJ/v + P)⁻¹ in the solver's coordinates, with
/// the weights W of points and robust loss, v the variance of a residual times n/n_eff, because
/// neighbours on a curve repeat each other, and P the inverse squares of the priors' spreads: where
/// the data say nothing, a parameter is as sure as it was before them. Members are taken as
/// independent; their shares count as known.
struct ForecastUncertainty {
    let law: ForecastLaw
    let objective: Objective
    /// The forecast's parameters for the size.
    let values: [Double]
    let atBound: [Bool]
    let fixed: [Int: Double]
    let observations: Observations
    let noise: NoiseEstimate

    /// The residuals of the forecast with the derivatives of its heaviest member, as an optimum.
    ///
    /// Both are weighted as in the fit: the noise of a forecast is that of late points, and the
    /// large misfit of a curve's beginning says nothing of it.
    ///
    /// - Returns: What the noise of the points is estimated from; the parameters are the member's.
    static func solution(
        law: ForecastLaw, values: [Double], atBound: [Bool], observations: Observations,
        objective: Objective
    ) -> Solution {
        let named = ConfiguredLaw(
            about: ForecastLaw.about,
            options: law.members[0].law.options, law: law)
        let (residuals, jacobian) = evaluation(
            of: named, values: values, observations: observations, objective: objective)
        let heaviest = law.heaviest(values)
        let points = residuals.count
        let scales = PointWeights.rowScales(of: observations)
        let weighted = zip(scales, residuals).map { $0 * $1 }
        let columns = heaviest.range.flatMap { column in
            scales.indices.map { scales[$0] * jacobian[column * points + $0] }
        }
        return Solution(
            parameters: heaviest.range.map {
                law.parameters[$0].scale.coordinate(of: values[$0])
            },
            cost: weighted.reduce(0) { $0 + objective.loss.value($1) }, residuals: weighted,
            jacobian: columns,
            gradient: heaviest.range.map { _ in 0 }, atBound: heaviest.range.map { atBound[$0] },
            termination: Termination(
                reason: .cost, measure: 0, tolerance: 0, iterations: 0, evaluations: 1))
    }

    /// Residuals and their derivatives by the solver's coordinates, unweighted.
    static func evaluation(
        of law: ConfiguredLaw, values: [Double], observations: Observations, objective: Objective
    ) -> (residuals: [Double], jacobian: [Double]) {
        var problem = LawProblem(
            law: law, observations: observations, residual: objective.residual)
        let coordinates = zip(law.parameters, values).map { $0.scale.coordinate(of: $1) }
        var residuals = Array(repeating: 0.0, count: problem.residualCount)
        var jacobian = Array(
            repeating: 0.0, count: problem.residualCount * problem.parameterCount)
        coordinates.withUnsafeBufferPointer { coordinates in
            residuals.withUnsafeMutableBufferPointer { residuals in
                jacobian.withUnsafeMutableBufferPointer { jacobian in
                    problem.evaluate(coordinates, residuals: residuals, jacobian: jacobian)
                }
            }
        }
        return (residuals, jacobian)
    }

    /// The covariance of all parameters of the forecast in their own units.
    ///
    /// - Returns: Zero rows for what is fixed or on a bound, and for the share.
    func covariance() -> [[Double]] {
        let count = law.parameters.count
        var matrix = Array(repeating: Array(repeating: 0.0, count: count), count: count)
        for member in law.members {
            let block = covariance(of: member)
            for (row, entries) in zip(member.range, block) {
                for (column, value) in zip(member.range, entries) { matrix[row][column] = value }
            }
        }
        return matrix
    }

    private func covariance(of member: ForecastLaw.Member) -> [[Double]] {
        let values = member.range.map { self.values[$0] }
        let specs = member.law.parameters
        let (residuals, jacobian) = Self.evaluation(
            of: member.law, values: values, observations: observations, objective: objective)
        let priors = PooledProblem.Held.all(of: member.law, fixed: member.fixed(fixed))
        let scales = PointWeights.rowScales(of: observations)
        let points = residuals.count
        let rows = points + priors.count
        var extended = Array(repeating: 0.0, count: rows * specs.count)
        for column in specs.indices {
            for point in 0..<points {
                extended[column * rows + point] = scales[point] * jacobian[column * points + point]
            }
        }
        let variance =
            noise.scale * noise.scale * Double(points) / max(1, noise.effectivePoints)
        var weights = zip(scales, residuals).map { objective.loss.weight($0 * $1) }
        for (position, entry) in priors.enumerated() {
            extended[entry.index * rows + points + position] = 1 / entry.prior.spread
            weights.append(variance)
        }
        let covariance = Covariance(
            jacobian: extended, variance: variance,
            isHeld: member.range.map { fixed[$0] != nil || atBound[$0] }, weights: weights)
        let slopes = zip(specs, values).map { $0.scale.slope(at: $1) }
        return specs.indices.map { row in
            specs.indices.map {
                covariance.matrix[row * specs.count + $0] * slopes[row] * slopes[$0]
            }
        }
    }

}

extension ForecastLaw {
    /// The member with the largest share.
    func heaviest(_ values: [Double]) -> Member {
        let weights = weights(values)
        return weights[0] >= weights[1] ? members[0] : members[1]
    }
}

extension ForecastLaw.Member {
    /// What of the forecast's fixed parameters is this member's, by its own positions.
    func fixed(_ fixed: [Int: Double]) -> [Int: Double] {
        var own: [Int: Double] = [:]
        for (index, value) in fixed where range.contains(index) {
            own[index - range.lowerBound] = value
        }
        return own
    }
}
