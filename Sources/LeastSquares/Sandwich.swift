/// The sandwich H⁻¹BH⁻¹: bread from the loss's curvature, filling from the influences found.
struct Sandwich {
    let jacobian: [Double]
    let residuals: [Double]
    let weights: [Double]
    let loss: RobustLoss
    let free: [Int]

    /// The covariance of the free parameters.
    ///
    /// - Parameters:
    ///   - form: Which rows share noise.
    ///   - correction: The factor for parameters spent.
    /// - Returns: Free × free, column-major; an infinite variance for each parameter that the
    ///   curvature leaves open, the others' from the pseudo-inverse.
    func covariance(_ form: Covariance.Form, correction: Double) -> [Double] {
        let count = free.count
        let bread = BreadCurvature(residuals: residuals, weights: weights, loss: loss)
        let curvatures = residuals.indices.map {
            weights[$0] > 0 ? weights[$0] * bread.value(residuals[$0]) : 0
        }
        guard
            let spectrum = ScaledSpectrum(jacobian: jacobian, selected: free, weights: curvatures)
        else { return [Double](repeating: .infinity, count: count * count) }
        let inverse = spectrum.inverseGram()
        var result = [Double](repeating: 0, count: count * count)
        // Each cluster's total influence, carried through H⁻¹, adds its outer product.
        for total in totals(form) {
            let carried = (0..<count).map { row in
                (0..<count).reduce(0.0) { $0 + inverse[$1 * count + row] * total[$1] }
            }
            for column in 0..<count {
                for row in 0..<count {
                    result[column * count + row] += correction * carried[row] * carried[column]
                }
            }
        }
        for column in 0..<count where spectrum.isUndetermined(column) {
            result[column * count + column] = .infinity
        }
        return result
    }

    /// The influence of each cluster, or of each row, in an order that is always the same.
    private func totals(_ form: Covariance.Form) -> [[Double]] {
        let rows = residuals.indices.filter { weights[$0] > 0 }
        guard case .clustered(let clusters) = form else { return rows.map(influence(of:)) }
        var byCluster: [Int: [Double]] = [:]
        for row in rows {
            let total = byCluster[clusters[row]] ?? [Double](repeating: 0, count: free.count)
            byCluster[clusters[row]] = zip(total, influence(of: row)).map(+)
        }
        return byCluster.sorted { $0.key < $1.key }.map(\.value)
    }

    private func influence(of row: Int) -> [Double] {
        let influence = weights[row] * loss.influence(residuals[row])
        return free.map { influence * jacobian[$0 * residuals.count + row] }
    }
}
