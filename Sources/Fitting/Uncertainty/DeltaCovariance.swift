import LeastSquares

/// The covariance of the fitted parameters from the model linearised at the optimum.
///
/// A sandwich H⁻¹BH⁻¹: the bread H = Σ ρ″JᵢJᵢᵀ says how firmly the cost holds the parameters, the
/// filling B = Var(Σ ψJ) how far noise pushes them.
/// - Rows of a table, and curves without correlation: B = Σ ψᵢ²JᵢJᵢᵀ/(1 − hᵢ), so that noise may
///   differ by row; hᵢ is the row's leverage, by which the fit has taken from its residual. For
///   plain squares the classic s²(JᵀJ)⁻¹ instead.
/// - Curves with correlated noise: B = v·JᵀKJ with v the mean of ψ² and K the correlation of the
///   influences along each run, from the model that REML chose.
///
/// In `isoloss-bench coverage` the nominal 90 % intervals hold with both; the scalar n/n_eff in
/// place of K does not, because slow noise harms slow terms of a law most.
///
/// Source: Huber, "Robust statistics" (1981), section 7.6; MacKinnon and White 1985,
/// doi:10.1016/0304-4076(85)90158-7, for the leverage (their HC2); Koul 1992, "Weighted empiricals and
/// linear models", for robust losses under dependent noise.
struct DeltaCovariance {
    /// Parameters × parameters in the solver's coordinates; infinite variances where the data do
    /// not determine a parameter.
    let matrix: [[Double]]
    /// H⁻¹ on the same parameters.
    let inverseCurvature: [[Double]]
    let conditionNumber: Double
    /// True when there are no more points than free parameters: the fit passes through all of them,
    /// and nothing says how large the noise is.
    let isInterpolating: Bool
    /// The parameters that trade off along the flattest direction.
    let tradingOff: [Int]

    /// - Parameters:
    ///   - best: The optimum.
    ///   - isKnown: Whether a parameter counts as known, one per parameter.
    ///   - loss: The loss that was minimised.
    ///   - noise: What the residuals say.
    init(best: Solution, isKnown: [Bool], loss: RobustLoss, noise: NoiseEstimate) {
        let count = isKnown.count
        let points = best.residuals.count
        isInterpolating = points <= isKnown.count { !$0 }
        let influence = InfluenceEstimate(
            residuals: best.residuals.map { noise.correction * $0 }, loss: loss)
        let weights = Self.bread(influence, loss: loss, noise: noise)
        let bread = Self.inverse(best, isKnown: isKnown, weights: weights)
        conditionNumber = bread.conditionNumber
        tradingOff = bread.tradingOff()
        let known = (0..<count).filter { !isKnown[$0] && bread.standardErrors[$0].isFinite }
        let inverse = (0..<count).map { row in
            (0..<count).map { bread.matrix[row * count + $0] }
        }
        inverseCurvature = inverse
        let columns = known.map { Array(best.jacobian[($0 * points)..<(($0 + 1) * points)]) }
        let filling = Self.filling(columns, influence, loss: loss, noise: noise)
        var matrix = inverse
        for row in known {
            for column in known {
                var sum = 0.0
                for (left, leftIndex) in known.enumerated() {
                    for (right, rightIndex) in known.enumerated() {
                        sum +=
                            inverse[row][leftIndex] * filling[left][right]
                            * inverse[column][rightIndex]
                    }
                }
                matrix[row][column] = sum
            }
        }
        for index in 0..<count where !isKnown[index] {
            // Rounding in a nearly singular bread, or too few points for any noise to be seen.
            let isTold = matrix[index].allSatisfy(\.isFinite) && matrix[index][index] >= 0
            if !isTold || isInterpolating { Self.forget(index, in: &matrix) }
        }
        self.matrix = matrix
    }

    private static func forget(_ parameter: Int, in matrix: inout [[Double]]) {
        for other in matrix.indices {
            matrix[parameter][other] = 0
            matrix[other][parameter] = 0
        }
        matrix[parameter][parameter] = .infinity
    }

    /// A standard error per coordinate, 0 where the data do not tell one.
    var spread: [Double] {
        matrix.indices.map { index in
            let variance = matrix[index][index]
            return variance.isFinite ? variance.squareRoot() : 0
        }
    }

    /// Row by row where the noise may differ by row; the mean where it is modelled as the same, or
    /// where single curvatures may be negative.
    private static func bread(
        _ influence: InfluenceEstimate, loss: RobustLoss, noise: NoiseEstimate
    ) -> [Double] {
        let isConvex =
            switch loss {
            case .squares, .huber, .softL1: true
            case .cauchy, .tukey: false
            }
        if isConvex, noise.correlation == .none { return influence.curvatures }
        let mean =
            influence.curvatures.reduce(0, +) / Double(max(1, influence.curvatures.count))
        return influence.curvatures.map { _ in max(0, mean) }
    }

    /// (JᵀWJ)⁻¹: the covariance of residuals whose variance is 1.
    private static func inverse(_ best: Solution, isKnown: [Bool], weights: [Double]) -> Covariance
    {
        Covariance(jacobian: best.jacobian, variance: 1, isKnown: isKnown, weights: weights)
    }

    private static func filling(
        _ columns: [[Double]], _ influence: InfluenceEstimate, loss: RobustLoss,
        noise: NoiseEstimate
    ) -> [[Double]] {
        let points = influence.influences.count
        let squares = influence.influences.map { $0 * $0 }
        let carried: [[Double]]
        if noise.correlation != .none {
            let variance = squares.reduce(0, +) / Double(max(1, points))
            carried = InfluenceCorrelation(loss: loss, scale: noise.scale)
                .multiply(columns, noise: noise.correlation, spacing: noise.spacing)
                .map { $0.map { variance * $0 } }
        } else if loss == .squares {
            carried = columns.map { $0.map { noise.scale * noise.scale * $0 } }
        } else {
            let given = zip(squares, leverages(columns)).map { $0 / max(0.05, 1 - $1) }
            carried = columns.map { column in zip(column, given).map { $0 * $1 } }
        }
        return columns.map { column in
            carried.map { other in zip(column, other).reduce(0) { $0 + $1.0 * $1.1 } }
        }
    }

    /// The diagonal of J(JᵀJ)⁻¹Jᵀ, one per point.
    private static func leverages(_ columns: [[Double]]) -> [Double] {
        var leverages = Array(repeating: 0.0, count: columns.first?.count ?? 0)
        let basis = DenseMatrix(columns: columns).orthonormalBasis()
        for column in 0..<basis.columns {
            for point in leverages.indices {
                leverages[point] += basis[point, column] * basis[point, column]
            }
        }
        return leverages
    }
}
