package import Fitting
import JSONText
package import Laws

/// The body of `POST /v1/fits`: what to fit, how, and on which runs.
///
/// ```json
/// {"law":"lr-annealing","study":"mine","fixed":{"annealing_decay":0.99},"holdout":["wsd"]}
/// ```
///
/// A field of a fit touches three files: `FitRequest` declares it, `visit` below says its name, rule
/// and meaning once for reading, writing and the schema, and `FitOptions` of the command line has
/// its option. The code that uses it comes on top.
package struct FitSubmission: RequestFields, Equatable {
    package var request: FitRequest
    /// The name of a published fit, which needs no runs; nil fits runs.
    package var published: String?
    /// The runs to fit; nil where a study is named.
    package var runs: [String]?
    /// The study whose train runs are fitted.
    package var study: String?
    /// Runs to be left out of the fit and predicted.
    package var holdout: [String]

    package init(
        request: FitRequest = FitRequest(law: ""), published: String? = nil, runs: [String]? = nil,
        study: String? = nil,
        holdout: [String] = []
    ) {
        self.request = request
        self.published = published
        self.runs = runs
        self.study = study
        self.holdout = holdout
    }

    package mutating func visit(_ fields: inout some FieldVisitor) {
        fields.field("law", &request.law, .name, standard: "", "The law to fit.")
        fields.field(
            "published", &published, .name, "A published fit, taken as it is in place of runs.")
        if request.law.isEmpty, published == nil, fields.errorCount == 0 {
            fields.refuse("law", saying: "law is missing; name one, GET /v1/laws lists them.")
        }
        fields.field(
            "options", &request.options,
            .map(
                "must be a text", { $0.string }, write: { .string($0) }, schema: "string"),
            standard: [:], "Options of the law, by name.")
        fields.field(
            "fixed", &request.fixed,
            .map(
                "must be a finite number", { $0.double }, write: { .number($0) },
                schema: "number"), standard: [:], "Parameters held at a value, by name.")
        fields.field(
            "objective", &request.objective, .objective, standard: .standard,
            "What is minimised: log-huber[:δ], log-squares, huber[:δ], squares or "
                + "dominated-pairs[:δ].")
        fields.field(
            "series", &request.series, .name,
            "A further logged loss to fit in place of the main one.")
        fields.field(
            "exclude_highest", &request.excludeHighest, .count(0...Int.max), standard: 0,
            "How many of the highest losses to leave out.")
        fields.field(
            "from_step", &request.fromStep, .count(0...Int.max),
            "Points before this step are left out.")
        var seed = Int(clamping: request.seed)
        fields.field(
            "seed", &seed, .count(0...Int.max), standard: 0,
            "Seed of the search for starting points.")
        request.seed = UInt64(seed)
        fields.field(
            "uncertainty", &request.uncertainty, .uncertainty, standard: .delta,
            "How standard errors and intervals are found: delta, profile or "
                + "bootstrap[:n[:runs|blocks]].")
        visitRuns(&fields)
    }

    private mutating func visitRuns(_ fields: inout some FieldVisitor) {
        let errors = fields.errorCount
        fields.field("runs", &runs, .ids, "Ids of the runs to fit.")
        fields.field("study", &study, .name, "The study whose train runs are fitted.")
        switch (runs, study) {
        case (_?, _?): fields.refuse("study", saying: "give runs or study, not both.")
        case (_?, nil), (nil, _?):
            if published != nil {
                fields.refuse(
                    "published", saying: "a published fit takes no runs; leave out one of the two.")
            }
        case (nil, nil) where published == nil && errors == fields.errorCount:
            fields.refuse(
                "runs", saying: "runs is missing; give a list of run ids, or a study.")
        case (nil, nil): break
        }
        fields.field(
            "holdout", &holdout, .ids, standard: [],
            "Runs to be left out of the fit and predicted.")
        if let runs, let both = holdout.first(where: runs.contains) {
            fields.refuse(
                "holdout", saying: "run \(both) is in runs and in holdout; name it once.")
        }
    }
}

extension FieldRule where Value == Objective {
    /// A name of the command line, or the object that a fit echoes.
    static let objective = FieldRule.named(
        example: "log-huber:0.001",
        parse: { (text) throws(FieldRefusal) in
            do throws(FittingError) {
                return try Objective(parsing: text)
            } catch {
                throw FieldRefusal(error.message)
            }
        }, text: \.text,
        object: { reader in
            let residual =
                reader.value("residual", .word([Objective.Residual.log, .linear])) ?? .log
            let loss = reader.value("loss", .name) ?? ""
            let delta = reader.value("delta", .positive).map { ":\($0)" } ?? ""
            if reader.value("over", .word([Objective.Terms.points, .dominatedPairs]))
                == .dominatedPairs
            {
                return Objective.dominatedPairs + delta
            }
            return (residual == .log ? "log-" : "") + loss + delta
        })
}

extension FieldRule where Value == UncertaintyMethod {
    /// A name of the command line, or an object with method and resamples.
    static let uncertainty = FieldRule.named(
        example: "bootstrap:4000",
        parse: { (text) throws(FieldRefusal) in
            do throws(FittingError) {
                return try UncertaintyMethod(parsing: text)
            } catch {
                throw FieldRefusal(error.message)
            }
        }, text: \.text,
        object: { reader in
            let resamples = reader.value("resamples", .count(UncertaintyMethod.resampleLimits))
            return (reader.value("method", .name) ?? "") + (resamples.map { ":\($0)" } ?? "")
        })
}

extension FitReport {
    /// The fit that a paper printed, as one that is done: parameters without intervals.
    ///
    /// ```swift
    /// let report = try FitReport(PublishedFit.named("hoffmann-2022", law: "chinchilla"))
    /// ```
    ///
    /// - Parameters:
    ///   - published: The published fit.
    ///   - catalog: The laws that are known.
    /// - Throws: `LawError` where its law is not among them.
    package init(_ published: PublishedFit, catalog: LawCatalog = .standard) throws(LawError) {
        let law = try published.configuredLaw(in: catalog)
        self.init(
            law: published.law,
            parameters: zip(law.parameters, published.parameters).map { spec, value in
                Parameter(name: spec.name, symbol: spec.symbol, value: value)
            })
        options = published.options
        warnings = ["\(published.name): \(published.source)"] + published.warnings
        warnings.append(PublishedFit.noInterval)
    }
}
