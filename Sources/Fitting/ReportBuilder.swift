import Foundation
import Laws
import LeastSquares

/// Assembles the report of a fit from the best optimum that its search found.
struct ReportBuilder {
    let prepared: Fitter.Prepared
    let outcome: MultiStart.Outcome
    let estimate: UncertaintyEstimate

    private var law: ConfiguredLaw { prepared.law }
    private var request: FitRequest { prepared.request }
    private var observations: Observations { prepared.observations }
    private var fixed: [Int: Double] { prepared.fixed }

    func report() -> FitReport {
        let (noise, uncertainty) = (estimate.noise, estimate.parameters)
        var report = FitReport(
            law: law.about.id,
            parameters: law.parameters.enumerated().map { index, spec in
                uncertainty.parameter(index, spec, level: UncertaintyEstimate.level)
            })
        report.objective = request.objective
        report.options = law.options.values
        report.series = request.series
        report.excludeHighest = request.excludeHighest > 0 ? request.excludeHighest : nil
        report.fromStep = request.fromStep
        report.intervalLevel = UncertaintyEstimate.level
        report.derived = derived(estimate.values, uncertainty)
        report.cost = outcome.best.cost
        report.termination = termination()
        report.metrics = metrics()
        report.runs = observations.groups.map(\.runID)
        report.points = observations.pointCount
        report.fittedRange = FittedRange(observations, law: law)
        report.covariance = uncertainty.covariance
        report.noise = FitReport.Noise(
            noise, pointScale: estimate.scatter?.pointScale,
            curveCovariance: estimate.scatter.map { uncertainty.inOwnUnits($0.matrix) })
        report.uncertainty = estimate.report
        report.seed = request.seed
        report.dataDigest = DataDigest.text(of: observations)
        report.version = Version.current
        report.warnings = warnings(uncertainty)
        return report
    }

    private func metrics() -> Metrics {
        let observed = observations.losses
        let isLog = request.objective.residual == .log
        let predicted = zip(observed, outcome.best.residuals).map { loss, residual in
            isLog ? loss * exp(-residual) : loss - residual
        }
        return Metrics(observed: observed, predicted: predicted)
    }

    private func termination() -> FitReport.Termination {
        let best = outcome.best.termination
        return FitReport.Termination(
            reason: best.reason.rawValue, converged: best.converged,
            explanation: best.explanation, iterations: outcome.iterations,
            evaluations: outcome.evaluations, starts: outcome.starts,
            startsAgreeing: outcome.agreeing)
    }

    /// Standard errors by the delta method, with central differences: the derived quantities are
    /// smooth and a law should not have to state their gradients.
    private func derived(_ values: [Double], _ uncertainty: ParameterUncertainty)
        -> [FitReport.Derived]
    {
        let center = law.law.derivedQuantities(values)
        let gradients = values.indices.map { index in
            let width = 1e-6 * max(abs(values[index]), 1e-12)
            var (above, below) = (values, values)
            above[index] += width
            below[index] -= width
            return zip(law.law.derivedQuantities(above), law.law.derivedQuantities(below)).map {
                ($0.value - $1.value) / (2 * width)
            }
        }
        // A quantity can have no value, as an optimum for a law without an exponent.
        return center.enumerated().filter { $0.element.value.isFinite }.map { position, quantity in
            let gradient = gradients.map { $0[position] }
            return FitReport.Derived(
                name: quantity.name, meaning: quantity.meaning, value: quantity.value,
                standardError: uncertainty.standardError(along: gradient))
        }
    }

    private func warnings(_ uncertainty: ParameterUncertainty) -> [String] {
        var warnings = observations.warnings
        let free = Set(
            law.parameters.enumerated().filter { fixed[$0.offset] == nil }.map(\.element.name))
        warnings += law.law.cautions(for: observations.inputs, free: free)
        if !outcome.best.termination.converged {
            warnings.append(
                "the search did not converge: \(outcome.best.termination.explanation)")
        }
        if outcome.stride > 1 {
            warnings.append(
                "the search looked at one point in \(outcome.stride); the optimum, its cost and "
                    + "its errors are of all \(observations.pointCount)")
        }
        if outcome.starts > 1, outcome.agreeing < 2 {
            warnings.append(
                "only \(outcome.agreeing) of \(outcome.starts) starts reached the best cost; it "
                    + "may not be the global optimum")
        }
        for (index, spec) in law.parameters.enumerated()
        where fixed[index] == nil && outcome.best.atBound[index] {
            warnings.append(
                "\(spec.name) ended on its bound; its standard error is left out, and the others "
                    + "hold with it fixed there")
        }
        return warnings + uncertainty.warnings
    }
}
