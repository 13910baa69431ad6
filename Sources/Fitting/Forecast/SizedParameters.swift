import Laws

/// The parameters that a fitted law predicts a run with: those of the run's model size, where the
/// fit has several.
struct SizedParameters: Sendable {
    /// What one prediction is made from.
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

    /// What to tell about a prediction for a size that was not fitted.
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
