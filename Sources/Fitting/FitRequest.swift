/// The question of a fit: everything a fit depends on beside the runs themselves.
package struct FitRequest: Sendable, Equatable {
    package var law: String
    /// Law options by name; the rest keep their defaults.
    package var options: [String: String]
    package var objective: Objective
    /// Parameters held at a value, by name.
    package var fixed: [String: Double]
    /// A further logged loss to fit in place of the run's main one, by name: `validation` for the
    /// column `loss/validation`, whose own name is taken as well.
    package var series: String? {
        didSet { series = Self.seriesName(series) }
    }
    /// The count of the highest losses to leave out.
    package var excludeHighest: Int
    /// Points before this step are left out.
    package var fromStep: Int?
    package var seed: UInt64
    package var uncertainty: UncertaintyMethod

    package init(
        law: String, options: [String: String] = [:], objective: Objective = .standard,
        fixed: [String: Double] = [:], series: String? = nil, excludeHighest: Int = 0,
        fromStep: Int? = nil, seed: UInt64 = 0, uncertainty: UncertaintyMethod = .delta
    ) {
        self.law = law
        self.options = options
        self.objective = objective
        self.fixed = fixed
        self.series = Self.seriesName(series)
        self.excludeHighest = excludeHighest
        self.fromStep = fromStep
        self.seed = seed
        self.uncertainty = uncertainty
    }

    private static func seriesName(_ given: String?) -> String? {
        let prefix = "loss/"
        return given.map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
    }
}
