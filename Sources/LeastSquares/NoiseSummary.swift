/// What the residuals say of the noise, through the eyes of a loss.
struct NoiseSummary {
    /// Rows of weight above zero.
    let count: Int

    private let freeCount: Int
    private let influenceSquares: Double
    private let meanCurvature: Double
    private let curvatureVariance: Double

    init(residuals: [Double], weights: [Double], loss: RobustLoss, freeCount: Int) {
        self.freeCount = freeCount
        var count = 0
        var weightSum = 0.0
        var influenceSquares = 0.0
        var curvatureSum = 0.0
        var curvatureSquares = 0.0
        for (residual, weight) in zip(residuals, weights) where weight > 0 {
            let influence = loss.influence(residual)
            let curvature = loss.curvature(residual)
            count += 1
            weightSum += weight
            influenceSquares += weight * influence * influence
            curvatureSum += weight * curvature
            curvatureSquares += weight * curvature * curvature
        }
        self.count = count
        self.influenceSquares = influenceSquares
        meanCurvature = curvatureSum / weightSum
        curvatureVariance = max(
            0, curvatureSquares / weightSum - meanCurvature * meanCurvature)
    }

    /// What multiplies (JᵀWJ)⁻¹ when all rows have the same noise; infinity when unknown.
    var homoscedasticScale: Double {
        guard count > freeCount, meanCurvature > 0 else { return .infinity }
        let square = meanCurvature * meanCurvature
        let correction =
            1 + Double(freeCount) / Double(count) * curvatureVariance / square
        return correction * correction * influenceSquares / Double(count - freeCount) / square
    }

    /// n/(n − p); infinity when there is nothing left over.
    var smallSampleCorrection: Double {
        count > freeCount ? Double(count) / Double(count - freeCount) : .infinity
    }
}
