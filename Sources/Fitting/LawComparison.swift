import Foundation
package import Laws
package import Records

/// Fits several laws to the same runs and ranks them by cross-validated error.
package struct LawComparison: Sendable {
    package var fitter: Fitter

    package init(catalog: LawCatalog = .standard) {
        fitter = Fitter(catalog: catalog)
    }

    /// Compares laws.
    ///
    /// A law that cannot be fitted to these runs is part of the answer, with its reason; only
    /// requests that no law could serve are thrown.
    ///
    /// - Parameters:
    ///   - laws: Names of laws.
    ///   - request: Everything else about the fits; its law is replaced by each in turn.
    ///   - runs: The runs.
    ///   - progress: Told the share done after each law.
    /// - Returns: The ranking.
    /// - Throws: `FittingError` for an unknown law, no laws, or no runs.
    package func compare(
        _ laws: [String], request: FitRequest, runs: [Run],
        progress: (Double) -> Void = { _ in }
    ) throws(FittingError) -> ComparisonReport {
        guard !runs.isEmpty else { throw .noRuns }
        let kinds = try laws.map { name throws(FittingError) in try kind(of: name) }
        let regions = RegionValidation(runs)
        var entries: [ComparisonReport.Entry] = []
        var methods: [String] = []
        for (position, (name, kind)) in zip(laws, kinds).enumerated() {
            let validation = CrossValidation(runs, kind: kind)
            var request = request
            request.law = name
            var entry = entry(request, validation, runs: runs)
            if kind == .table, entry.failure == nil {
                entry.regions = regions?.errors { errors(training: $0, tests: $1, request) }
            }
            entries.append(entry)
            if entry.failure == nil, !methods.contains(validation.method) {
                methods.append(validation.method)
            }
            progress(Double(position + 1) / Double(laws.count))
        }
        return ComparisonReport(
            method: methods.joined(separator: "; "),
            laws: entries.filter { $0.failure == nil }.sorted { rank($0) < rank($1) }
                + entries.filter { $0.failure != nil },
            fittedUpTo: regions?.limits, mixedDifference: MixedDifference(runs),
            runs: runs.map(\.id), seed: request.seed, version: Version.current)
    }

    private func kind(of name: String) throws(FittingError) -> LawDescription.Kind {
        do throws(LawError) {
            return try fitter.catalog.law(name).about.kind
        } catch {
            throw .law(error)
        }
    }

    private func rank(_ entry: ComparisonReport.Entry) -> Double {
        entry.crossValidatedError ?? .infinity
    }

    private func entry(
        _ request: FitRequest, _ validation: CrossValidation, runs: [Run]
    ) -> ComparisonReport.Entry {
        var entry = ComparisonReport.Entry(law: request.law, folds: [], warnings: [])
        do throws(FittingError) {
            try addFit(request, runs: runs, to: &entry)
        } catch {
            entry.failure = error.message
            return entry
        }
        entry.folds = validation.splits.map { split in
            ComparisonReport.Fold(
                leftOut: split.leftOut, meanRelativeError: error(of: split, request))
        }
        let errors = entry.folds.compactMap(\.meanRelativeError)
        if errors.count < entry.folds.count {
            entry.warnings.append(
                "\(entry.folds.count - errors.count) of \(entry.folds.count) folds had too little "
                    + "data for this law; the error is that of the others")
        }
        if !errors.isEmpty {
            entry.crossValidatedError = errors.reduce(0, +) / Double(errors.count)
        }
        return entry
    }

    /// Fits everything, and states the information criteria.
    ///
    /// Under normal residuals of one variance they are n·log(Σr²/n) plus 2k (Akaike 1974) or
    /// k·log n (Schwarz 1978), k counting the variance too. Residuals are those of the objective,
    /// so only laws on the same points compare.
    private func addFit(
        _ request: FitRequest, runs: [Run], to entry: inout ComparisonReport.Entry
    ) throws(FittingError) {
        let prepared = try fitter.prepare(request, runs: runs)
        let report = try fitter.fit(prepared)
        let predicted = try LawPredictor(report: report, catalog: fitter.catalog)
            .predictions(at: prepared.observations.inputs, interval: nil).losses
        let isLog = request.objective.residual == .log
        let squares = zip(prepared.observations.losses, predicted).reduce(0) { sum, pair in
            let residual = isLog ? log(pair.0 / pair.1) : pair.0 - pair.1
            return sum + residual * residual
        }
        let count = Double(predicted.count)
        let free = report.parameters.count { !$0.fixed }
        let fitTerm = count * log(squares / count)
        entry.metrics = report.metrics
        entry.cost = report.cost
        entry.freeParameters = free
        entry.points = predicted.count
        // Residuals that are all 0 have no likelihood to speak of.
        if fitTerm.isFinite {
            entry.aic = fitTerm + 2 * Double(free + 1)
            entry.bic = fitTerm + log(count) * Double(free + 1)
        }
        entry.warnings = report.warnings
    }

    /// The error on what a split leaves out; nil when the rest cannot be fitted.
    private func error(of split: CrossValidation.Split, _ request: FitRequest) -> Double? {
        errors(training: split.training, tests: [split.test], request)[0]
    }

    /// The errors of one fit on several sets of runs; nil for those that it cannot predict.
    private func errors(
        training: [Run], tests: [[Run]], _ request: FitRequest
    ) -> [Double?] {
        guard let report = try? fitter.fit(request, runs: training),
            let predictor = try? LawPredictor(report: report, catalog: fitter.catalog)
        else { return tests.map { _ in nil } }
        return tests.map { test in
            guard !test.isEmpty, let score = try? predictor.score(test) else { return nil }
            let error = score.average.meanRelativeError
            return error.isFinite ? error : nil
        }
    }
}

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
        /// The errors by where the predicted runs lie; nil for curves, and for tables without a grid.
        package var regions: [RegionValidation.Region]?
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
    }

    /// One split of the data.
    package struct Fold: Sendable, Equatable, Codable {
        /// The part left out: a run's id, or a range of sizes in words.
        package var leftOut: String
        /// Nil when the rest did not suffice for a fit.
        package var meanRelativeError: Double?
    }

    /// The split of the data, in words.
    package var method: String
    /// The best first; laws that could not be fitted last.
    package var laws: [Entry]
    /// The largest size and the most tokens of the fits behind `regions`.
    package var fittedUpTo: RegionValidation.Limits?
    /// The sign of a coupling between size and tokens in the data themselves; nil without a grid.
    package var mixedDifference: MixedDifference?
    package var runs: [String]
    package var seed: UInt64
    package var version: String
}
