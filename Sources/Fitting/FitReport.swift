/// The answer of a fit: the JSON object that the API returns, the CLI prints and a fit file holds.
///
/// A file with only `law` and `parameters` (name and value) decodes too and predicts, without
/// intervals; everything else describes how the parameters were found.
///
///     let report = try JSONDecoding.value(FitReport.self, from: bytes)
///     let loss = try LawPredictor(report: report).loss(features: sizes, interval: .init())
package struct FitReport: Sendable, Equatable, Codable {
    /// One fitted parameter.
    package struct Parameter: Sendable, Equatable, Codable {
        package var name: String
        @Nullable package var symbol: String?
        package var value: Double
        /// Nil for fixed parameters, for those on a bound, and where the data do not tell.
        @Nullable package var standardError: Double?
        /// Lower and upper end at the report's interval level.
        @Nullable package var interval: [Double]?
        @Defaulted package var fixed: Bool
        @Defaulted package var atBound: Bool

        package init(name: String, symbol: String? = nil, value: Double) {
            self.name = name
            self.symbol = symbol
            self.value = value
            standardError = nil
            interval = nil
            fixed = false
            atBound = false
        }
    }

    /// The end of the search.
    package struct Termination: Sendable, Equatable, Codable {
        package var reason: String
        package var converged: Bool
        /// The inequality that ended the best start's search, in words.
        package var explanation: String?
        package var iterations: Int
        package var evaluations: Int
        package var starts: Int
        package var startsAgreeing: Int
    }

    /// The noise by the residuals.
    package struct Noise: Sendable, Equatable, Codable {
        /// Standard deviation of a residual, in the objective's residual (log or linear).
        package var scale: Double
        /// Correlation of neighbouring residuals along a curve.
        package var autocorrelation: Double
        /// The effective sample size: how many independent points tell as much.
        package var effectivePoints: Double
        /// The effective sample size less the free parameters: the t distribution behind intervals.
        package var degreesOfFreedom: Double
        /// Standard deviation of a point about its own curve; nil for tables.
        package var pointScale: Double?
        /// The discrepancy of curves from the law, as a covariance of the parameters in their own
        /// units; nil for tables.
        ///
        /// `ModelDiscrepancy` says what it is and how it was chosen.
        package var curveCovariance: [[Double]]?
    }

    /// The method behind standard errors, intervals and covariance.
    package struct Uncertainty: Sendable, Equatable, Codable {
        /// `delta`, `bootstrap` or `profile`.
        package var method: String
        /// Refits asked for.
        package var resamples: Int?
        /// The units drawn: `rows`, `runs` or `blocks`.
        package var resampled: String?
        /// Points in a block of residuals.
        package var blockLength: Int?
        /// Parameters whose intervals are of the profile, where the law asks for it beside another method.
        package var profiled: [String]?
        /// Refits, or ends of a profile, that did not converge; they are left out.
        package var failed: Int?

        package init(method: String) {
            self.method = method
        }
    }

    /// A quantity that follows from the parameters.
    package struct Derived: Sendable, Equatable, Codable {
        package var name: String
        package var meaning: String
        package var value: Double
        package var standardError: Double?
    }

    /// The progress of a fit.
    package enum Status: String, Omissible {
        case queued
        case running
        case done
        case failed
        case cancelled

        /// A file of parameters is an answer.
        package static var omitted: Status { .done }
    }

    /// Null where no server keeps the fit.
    @Nullable package var id: String?
    package var law: String
    @Defaulted package var status: Status
    @Defaulted package var objective: Objective
    package var parameters: [Parameter]
    package var intervalLevel: Double?
    @Defaulted package var derived: [Derived]
    package var cost: Double?
    package var termination: Termination?
    package var metrics: Metrics?
    /// The score of the fit on runs that it was asked to leave out.
    package var holdout: ScoreReport?
    @Defaulted package var runs: [String]
    @Defaulted package var points: Int
    /// The reach of the fitted data.
    package var fittedRange: FittedRange?
    @Defaulted package var options: [String: String]
    package var series: String?
    package var excludeHighest: Int?
    package var fromStep: Int?
    /// Of the parameters in their own units, in their order; zero rows for fixed ones, an infinite
    /// variance (null in JSON) for those that the data do not determine.
    @InfinityAsNull package var covariance: [[Double]]?
    package var noise: Noise?
    /// The method behind standard errors, intervals and covariance.
    package var uncertainty: Uncertainty?
    /// The averaging of the law `forecast`; nil for every other law.
    package var forecast: ForecastReport?
    @Defaulted package var seed: UInt64
    package var dataDigest: String?
    package var version: String?
    @Defaulted package var warnings: [String]
    package var durationSeconds: Double?

    package init(law: String, parameters: [Parameter]) {
        self.law = law
        self.parameters = parameters
        id = nil
        status = .done
        objective = .standard
        intervalLevel = LawPredictor.Interval.standardLevel
        derived = []
        runs = []
        points = 0
        options = [:]
        covariance = nil
        seed = 0
        warnings = []
    }
}

/// The release of Isoloss that made an answer.
package enum Version {
    /// Written into every fit, so that a number can be traced to the code that made it.
    package static let current = "0.1.0"
}
