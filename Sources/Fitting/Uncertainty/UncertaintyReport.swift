extension FitReport {
    /// How standard errors, intervals and covariance were found.
    package struct Uncertainty: Sendable, Equatable, Codable {
        /// `delta`, `bootstrap` or `profile`.
        package var method: String
        /// Refits asked for.
        package var resamples: Int?
        /// What was drawn: `rows`, `runs` or `blocks`.
        package var resampled: String?
        /// Points in a block of residuals.
        package var blockLength: Int?
        /// Refits, or ends of a profile, that did not converge; they are left out.
        package var failed: Int?

        package init(method: String) {
            self.method = method
        }

        private enum CodingKeys: String, CodingKey {
            case method
            case resamples
            case resampled
            case blockLength = "block_length"
            case failed
        }
    }
}
