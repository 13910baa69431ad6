/// The answer of a fit: the JSON object that the API returns, the CLI prints and a fit file holds.
///
/// A file with only `law` and `parameters` (name and value) decodes too and predicts, without
/// intervals; everything else describes how the parameters were found.
package struct FitReport: Sendable, Equatable {
    /// One fitted parameter.
    package struct Parameter: Sendable, Equatable {
        package var name: String
        package var symbol: String?
        package var value: Double
        /// Nil for fixed parameters, for those on a bound, and where the data do not tell.
        package var standardError: Double?
        /// Lower and upper end at the report's interval level.
        package var interval: [Double]?
        package var isFixed = false
        package var atBound = false

        package init(name: String, symbol: String? = nil, value: Double) {
            self.name = name
            self.symbol = symbol
            self.value = value
        }
    }

    /// How the search ended.
    package struct Termination: Sendable, Equatable, Codable {
        package var reason: String
        package var converged: Bool
        /// The inequality that ended the best start's search, in words.
        package var explanation: String?
        package var iterations: Int
        package var evaluations: Int
        package var starts: Int
        package var startsAgreeing: Int

        private enum CodingKeys: String, CodingKey {
            case reason
            case converged
            case explanation
            case iterations
            case evaluations
            case starts
            case startsAgreeing = "starts_agreeing"
        }
    }

    /// What the residuals say about the noise.
    package struct Noise: Sendable, Equatable, Codable {
        /// Standard deviation of a residual, in the objective's residual (log or linear).
        package var scale: Double
        /// Correlation of neighbouring residuals along a curve.
        package var autocorrelation: Double
        /// How many independent points the data are worth.
        package var effectivePoints: Double
        /// Effective points less free parameters: the t distribution behind intervals.
        package var degreesOfFreedom: Double
        /// Standard deviation of a point about its own curve; nil for tables.
        package var pointScale: Double?
        /// The scatter of curves about the law, as a covariance of the parameters in their own
        /// units; nil for tables.
        ///
        /// `CurveScatter` says what it is and how it was chosen.
        package var curveCovariance: [[Double]]?

        private enum CodingKeys: String, CodingKey {
            case scale
            case autocorrelation
            case effectivePoints = "effective_points"
            case degreesOfFreedom = "degrees_of_freedom"
            case pointScale = "point_scale"
            case curveCovariance = "curve_covariance"
        }
    }

    /// A quantity that follows from the parameters.
    package struct Derived: Sendable, Equatable, Codable {
        package var name: String
        package var meaning: String
        package var value: Double
        package var standardError: Double?

        private enum CodingKeys: String, CodingKey {
            case name
            case meaning
            case value
            case standardError = "standard_error"
        }
    }

    package var id: String?
    package var law: String
    package var status = "done"
    package var objective = Objective.standard
    package var parameters: [Parameter]
    package var intervalLevel = 0.9
    package var derived: [Derived] = []
    package var cost: Double?
    package var termination: Termination?
    package var metrics: Metrics?
    /// How the fit predicts runs that it was asked to leave out.
    package var holdout: ScoreReport?
    package var runs: [String] = []
    package var points = 0
    /// How far the fitted data reach.
    package var fittedRange: FittedRange?
    package var options: [String: String] = [:]
    package var series: String?
    package var excludeHighest: Int?
    package var fromStep: Int?
    /// Of the parameters in their own units, in their order; zero rows for fixed ones, an infinite
    /// variance (null in JSON) for those that the data do not determine.
    package var covariance: [[Double]]?
    package var noise: Noise?
    /// How standard errors, intervals and covariance were found.
    package var uncertainty: Uncertainty?
    /// What the law `forecast` did; nil for every other law.
    package var forecast: ForecastReport?
    package var seed: UInt64 = 0
    package var dataDigest: String?
    package var version: String?
    package var warnings: [String] = []
    package var durationSeconds: Double?

    package init(law: String, parameters: [Parameter]) {
        self.law = law
        self.parameters = parameters
    }
}
