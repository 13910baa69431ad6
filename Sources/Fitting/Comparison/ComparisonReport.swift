/// Laws ranked by how well they predict what they were not fitted on: the answer of
/// `isoloss compare`.
package struct ComparisonReport: Sendable, Equatable, Codable {
    /// One law on the data.
    package struct Entry: Sendable, Equatable, Codable {
        package var law: String
        /// Mean relative error averaged over the folds; what the ranking goes by.
        package var crossValidatedError: Double?
        /// The mean relative error of each fold, by what it left out.
        package var folds: [Fold]
        /// Of the fit to all the data.
        package var metrics: Metrics?
        package var cost: Double?
        package var freeParameters: Int?
        package var points: Int?
        /// Akaike's and Schwarz's criteria of the fit to all the data; lower is better.
        package var aic: Double?
        package var bic: Double?
        /// Why the law could not be fitted to these runs.
        package var failure: String?
        package var warnings: [String]

        private enum CodingKeys: String, CodingKey {
            case law
            case crossValidatedError = "cross_validated_error"
            case folds
            case metrics
            case cost
            case freeParameters = "free_parameters"
            case points
            case aic
            case bic
            case failure
            case warnings
        }
    }

    /// One split of the data.
    package struct Fold: Sendable, Equatable, Codable {
        /// What was left out: a run's id, or a range of sizes in words.
        package var leftOut: String
        /// Nil when the rest did not suffice for a fit.
        package var meanRelativeError: Double?

        private enum CodingKeys: String, CodingKey {
            case leftOut = "left_out"
            case meanRelativeError = "mean_relative_error"
        }
    }

    /// How the data were split, in words.
    package var method: String
    /// The best first; laws that could not be fitted last.
    package var laws: [Entry]
    package var runs: [String]
    package var seed: UInt64
    package var version: String
}
