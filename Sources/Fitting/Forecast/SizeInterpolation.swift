import Foundation
import Laws

/// The parameters of a model size that was not fitted, from those of the sizes that were.
///
/// Every parameter follows a power of N: a straight line of its logarithm (or, for exponents and
/// other shapes, of the solver's coordinate) over log N, by least squares through all sizes.
struct SizeInterpolation {
    /// Fewer sizes than these are no trend.
    static let fewestSizes = 3

    let specs: [ParameterSpec]
    let sizes: [(parameterCount: Double, values: [Double])]

    /// - Parameter parameterCount: The size asked for.
    /// - Returns: The law's parameters there, inside their bounds.
    func values(at parameterCount: Double) -> [Double] {
        let logs = sizes.map { log($0.parameterCount) }
        let center = logs.reduce(0, +) / Double(logs.count)
        let spread = logs.reduce(0) { $0 + ($1 - center) * ($1 - center) }
        return specs.enumerated().map { index, spec in
            let takesLog = spec.start == .projected && sizes.allSatisfy { $0.values[index] > 0 }
            let coordinates = sizes.map { size in
                takesLog ? log(size.values[index]) : spec.scale.coordinate(of: size.values[index])
            }
            let mean = coordinates.reduce(0, +) / Double(coordinates.count)
            let slope =
                zip(logs, coordinates).reduce(0) { $0 + ($1.0 - center) * ($1.1 - mean) } / spread
            let coordinate = mean + slope * (log(parameterCount) - center)
            let value = takesLog ? exp(coordinate) : spec.scale.value(at: coordinate)
            return min(max(value, spec.bounds.lowerBound), spec.bounds.upperBound)
        }
    }
}
