/// The averaging of the law `forecast`: which laws it averages and why, and the sizes it knows.
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
    }

    /// A prior on a shape parameter, in the report's name for it.
    package struct Prior: Sendable, Equatable, Codable {
        package var parameter: String
        /// The centre in the parameter's own unit.
        package var center: Double
        /// Of the value, or of its logarithm where `scale` is `log`.
        package var spread: Double
        package var scale: String
        /// The data and papers behind it; left out of those that the laws' files explain.
        package var source: String?
    }

    /// The fit to the runs of one model size; a file that holds its values alone predicts.
    package struct Size: Sendable, Equatable, Codable {
        /// Nil where no run says its size.
        package var parameterCount: Double?
        @Defaulted package var runs: [String]
        @Defaulted package var points: Int
        /// In the order of the law's parameters.
        package var values: [Double]
        @InfinityAsNull package var covariance: [[Double]]?
        package var noise: FitReport.Noise?
    }

    /// The way in which the shares were found, in words.
    package var method: String
    package var members: [Member]
    /// The weights of squared residuals, in words.
    package var pointWeights: String
    package var priors: [Prior]
    package var sizes: [Size]
}
