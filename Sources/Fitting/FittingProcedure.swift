import Foundation
import Laws
import LeastSquares

/// A way from checked points to a fit: a law's plain optimum, or an average of laws under priors.
///
/// A new way is a type of this protocol and a case of `FittingMethod`, by which laws choose.
protocol FittingProcedure {
    /// Fits.
    ///
    /// - Parameters:
    ///   - progress: Told the share done.
    ///   - isCancelled: Asked now and then.
    /// - Returns: What the report is written from.
    /// - Throws: `FittingError` for what the procedure refuses, `.notEvaluable` and `.cancelled`.
    func findings(
        progress: (Double) -> Void, isCancelled: () -> Bool
    ) throws(FittingError) -> FitFindings
}

/// The result of a procedure: all that a report says beyond the request and its points.
struct FitFindings {
    /// A search that the result rests on.
    struct Search {
        /// The law searched, for sentences; nil where it is the one that was asked for.
        var member: String?
        var outcome: SearchOutcome
        var converged: Bool { outcome.best.termination.converged }
        /// The report's names of free parameters that ended on a bound.
        var parametersAtBound: [String]
    }

    /// The law fitted, under the options that the procedure took.
    var law: ConfiguredLaw
    /// The first is the one whose end the report explains.
    var searches: [Search]
    var parameters: [FitReport.Parameter]
    var derived: [FitReport.Derived] = []
    var cost: Double
    /// The losses, and observed − predicted in the objective's residual, in one order.
    var observed: [Double]
    var residuals: [Double]
    var covariance: [[Double]]
    var noise: FitReport.Noise
    var uncertainty: FitReport.Uncertainty
    var forecast: ForecastReport?
    /// Sentences of the procedure's own.
    var warnings: [String] = []
}

/// The optimum of a law's formula on all points, from a designed set of starts.
struct OptimumProcedure: FittingProcedure {
    let prepared: Fitter.Prepared

    private var law: ConfiguredLaw { prepared.law }
    private var request: FitRequest { prepared.request }

    func findings(
        progress: (Double) -> Void, isCancelled: () -> Bool
    ) throws(FittingError) -> FitFindings {
        // Refits take longer than the search: most of the way is theirs.
        let searchShare = request.uncertainty == .delta ? 1 : 0.1
        let search = MultiStart(
            specs: law.parameters, fixed: prepared.fixed, objective: request.objective,
            observations: prepared.observations
        ) { [law, request] points in
            LawProblem(law: law, observations: points, residual: request.objective.residual)
        }
        let outcome = search.search(
            from: { $0.designedStarts(of: law, fixed: prepared.fixed, seed: request.seed) },
            wideStarts: {
                $0.designedStarts(
                    of: law, fixed: prepared.fixed, seed: request.seed, isWide: true)
            },
            progress: { progress(searchShare * $0) }, isCancelled: isCancelled)
        guard !isCancelled() else { throw .cancelled }
        guard let outcome else { throw .notEvaluable(law: law.about.id) }
        var estimate = UncertaintyEstimate(prepared: prepared, best: outcome.best)
        estimate.refine(
            progress: { progress(searchShare + (1 - searchShare) * $0) }, isCancelled: isCancelled)
        guard !isCancelled() else { throw .cancelled }
        return findings(outcome, estimate)
    }

    private func findings(_ outcome: SearchOutcome, _ estimate: UncertaintyEstimate) -> FitFindings
    {
        let uncertainty = estimate.parameters
        let atBound = law.parameters.indices.filter {
            prepared.fixed[$0] == nil && outcome.best.atBound[$0]
        }
        return FitFindings(
            law: law,
            searches: [
                .init(
                    outcome: outcome, parametersAtBound: atBound.map { law.parameters[$0].name })
            ],
            parameters: law.parameters.enumerated().map { index, spec in
                uncertainty.parameter(index, spec, level: UncertaintyEstimate.level)
            },
            derived: uncertainty.derived(of: law, over: prepared.observations.inputs),
            cost: outcome.best.cost,
            observed: prepared.observations.losses, residuals: outcome.best.residuals,
            covariance: uncertainty.covariance,
            noise: FitReport.Noise(
                estimate.noise, pointScale: estimate.discrepancy?.pointScale,
                curveCovariance: estimate.discrepancy.map { uncertainty.inOwnUnits($0.matrix) }),
            uncertainty: estimate.report, warnings: uncertainty.warnings)
    }
}
