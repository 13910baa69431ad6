/// What the law `forecast` did: which laws it averages and why, and the sizes it knows.
///
/// The parameters of the report are those of the largest size; `sizes` has all of them, so that a
/// fit's file alone predicts again for any of its sizes.
package struct ForecastReport: Sendable, Equatable, Codable {
    /// One of the laws averaged.
    package struct Member: Sendable, Equatable, Codable {
        package var law: String
        package var options: [String: String]
        /// Its share of the prediction.
        package var weight: Double
        /// Geometric mean of its mean relative errors over the folds.
        package var crossValidatedError: Double?
        package var folds: [ComparisonReport.Fold]

        private enum CodingKeys: String, CodingKey {
            case law
            case options
            case weight
            case crossValidatedError = "cross_validated_error"
            case folds
        }
    }

    /// A prior on a shape parameter, in the report's name for it.
    package struct Prior: Sendable, Equatable, Codable {
        package var parameter: String
        /// The centre in the parameter's own unit.
        package var center: Double
        /// Of the value, or of its logarithm where `scale` is `log`.
        package var spread: Double
        package var scale: String
    }

    /// The fit to the runs of one model size.
    package struct Size: Sendable, Equatable {
        /// Nil where no run says its size.
        package var parameterCount: Double?
        package var runs: [String]
        package var points: Int
        /// In the order of the law's parameters.
        package var values: [Double]
        package var covariance: [[Double]]?
        package var noise: FitReport.Noise?
    }

    /// How the shares were found, in words.
    package var method: String
    package var members: [Member]
    /// What a point's squared residual is weighted by, in words.
    package var pointWeights: String
    package var priors: [Prior]
    package var sizes: [Size]

    private enum CodingKeys: String, CodingKey {
        case method
        case members
        case pointWeights = "point_weights"
        case priors
        case sizes
    }
}

extension ForecastReport.Size: Codable {
    private enum CodingKeys: String, CodingKey {
        case parameterCount = "parameter_count"
        case runs
        case points
        case values
        case covariance
        case noise
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let entries = try container.decodeIfPresent([[Double?]].self, forKey: .covariance)
        self.init(
            parameterCount: try container.decodeIfPresent(Double.self, forKey: .parameterCount),
            runs: try container.decodeIfPresent([String].self, forKey: .runs) ?? [],
            points: try container.decodeIfPresent(Int.self, forKey: .points) ?? 0,
            values: try container.decode([Double].self, forKey: .values),
            covariance: entries?.map { $0.map { $0 ?? .infinity } },
            noise: try container.decodeIfPresent(FitReport.Noise.self, forKey: .noise))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(parameterCount, forKey: .parameterCount)
        try container.encode(runs, forKey: .runs)
        try container.encode(points, forKey: .points)
        try container.encode(values, forKey: .values)
        try container.encodeIfPresent(
            covariance?.map { $0.map { $0.isFinite ? $0 : nil } }, forKey: .covariance)
        try container.encodeIfPresent(noise, forKey: .noise)
    }
}
