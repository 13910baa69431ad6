import Foundation
import Laws
import Schedules

/// How much each point of a forecast's fit counts: the later, the more.
///
/// A law's misfit is largest early, where the warm-up still shows, and a forecast starts from the
/// end of the data. Weights rise with the square of the forward area; their mean is 1.
enum PointWeights {
    /// The power of S1 that a squared residual is weighted by.
    static let exponent = 2.0

    /// The square root of each point's weight: what its residual is multiplied by.
    static func rowScales(of observations: Observations) -> [Double] {
        let areas = observations.inputs.flatMap { input in
            input.areas?.forwardArea(at: input.steps) ?? []
        }
        let scales = areas.map { pow($0, 0.5 * exponent) }
        let mean = scales.reduce(0) { $0 + $1 * $1 } / Double(max(1, scales.count))
        return mean > 0 ? scales.map { $0 / mean.squareRoot() } : scales.map { _ in 1 }
    }
}
