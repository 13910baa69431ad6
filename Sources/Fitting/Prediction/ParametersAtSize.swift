import Foundation
import Laws
import Records

/// The parameters that a fitted law predicts a run with: those of the run's model size, where the
/// fit has several.
struct ParametersAtSize: Sendable {
    /// The inputs of one prediction.
    struct Fitted: Sendable, Equatable {
        var values: [Double]
        var covariance: [[Double]]?
        var noise: FitReport.Noise?
    }

    /// For fits without sizes, and for those whose runs do not say theirs.
    private let common: Fitted
    private let sizes: [(parameterCount: Double, fitted: Fitted)]
    private let specs: [ParameterSpec]
    private let law: String

    /// - Parameters:
    ///   - report: The fit.
    ///   - law: Its law.
    ///   - values: The report's own parameters in the law's order, inside their bounds.
    /// - Throws: `FittingError.unusableReport` when a size's parameters are not the law's.
    init(report: FitReport, law: ConfiguredLaw, values: [Double]) throws(FittingError) {
        common = Fitted(values: values, covariance: report.covariance, noise: report.noise)
        specs = law.parameters
        self.law = law.about.id
        var sizes: [(parameterCount: Double, fitted: Fitted)] = []
        for size in report.forecast?.sizes ?? [] {
            guard let count = size.parameterCount else { continue }
            guard size.values.count == specs.count,
                zip(specs, size.values).allSatisfy({ $0.bounds.contains($1) })
            else {
                throw .unusableReport(
                    "its values for parameter_count \(SizeText.text(count)) are not "
                        + "\(specs.count) parameters inside their bounds")
            }
            sizes.append(
                (
                    count,
                    Fitted(values: size.values, covariance: size.covariance, noise: size.noise)
                ))
        }
        self.sizes = sizes
    }

    /// The parameters for one input.
    ///
    /// - Parameter input: Where the law is evaluated; its `parameter_count` decides.
    /// - Returns: Those of its size; between and beyond fitted sizes interpolated ones, which have
    ///   no covariance.
    /// - Throws: `FittingError.sizeNeeded` or `FittingError.unknownSize`.
    func fitted(for input: LawInput) throws(FittingError) -> Fitted {
        guard !sizes.isEmpty else { return common }
        guard let count = input.features[.parameterCount] else {
            guard sizes.count == 1 else {
                throw .sizeNeeded(law: law, known: sizes.map(\.parameterCount))
            }
            return sizes[0].fitted
        }
        if let known = sizes.first(where: { $0.parameterCount == count }) { return known.fitted }
        guard sizes.count >= SizeInterpolation.fewestSizes else {
            throw .unknownSize(
                law: law, parameterCount: count, known: sizes.map(\.parameterCount),
                fewest: SizeInterpolation.fewestSizes)
        }
        let interpolation = SizeInterpolation(
            specs: specs, sizes: sizes.map { ($0.parameterCount, $0.fitted.values) })
        return Fitted(values: interpolation.values(at: count))
    }

    /// The warnings of a prediction for a size that was not fitted.
    func warnings(for features: [Feature: Double]) -> [String] {
        guard let count = features[.parameterCount], sizes.count >= SizeInterpolation.fewestSizes,
            !sizes.contains(where: { $0.parameterCount == count })
        else { return [] }
        let known = SizeText.list(sizes.map(\.parameterCount))
        return [
            "no run has parameter_count \(SizeText.text(count)): its parameters follow powers of "
                + "size through those of \(known), and there is no interval"
        ]
    }
}

/// Model sizes in sentences.
enum SizeText {
    static func text(_ count: Double) -> String {
        count == count.rounded() && count < 1e15 ? String(Int(count)) : "\(count)"
    }

    static func list(_ counts: [Double]) -> String {
        counts.map(text).joined(separator: ", ")
    }
}

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
