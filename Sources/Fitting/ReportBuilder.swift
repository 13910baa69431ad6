import Foundation
import Laws
import LeastSquares
import Records

/// Writes the report of a fit from what its procedure found: the fields and warnings of every fit.
struct ReportBuilder {
    let prepared: Fitter.Prepared
    let findings: FitFindings

    private var law: ConfiguredLaw { findings.law }
    private var request: FitRequest { prepared.request }
    private var observations: Observations { prepared.observations }

    func report() -> FitReport {
        var report = FitReport(law: law.about.id, parameters: findings.parameters)
        report.objective = request.objective
        report.options = law.options.values
        report.series = request.series
        report.excludeHighest = request.excludeHighest > 0 ? request.excludeHighest : nil
        report.fromStep = request.fromStep
        report.intervalLevel = UncertaintyEstimate.level
        report.derived = findings.derived
        report.cost = findings.cost
        report.termination = termination()
        report.metrics = metrics()
        report.runs = observations.groups.map(\.runID)
        report.points = observations.pointCount
        report.fittedRange = FittedRange(observations, law: law)
        report.covariance = findings.covariance
        report.noise = findings.noise
        report.uncertainty = findings.uncertainty
        report.forecast = findings.forecast
        report.seed = request.seed
        report.dataDigest = DataDigest.text(of: observations)
        report.version = Version.current
        report.warnings = warnings()
        return report
    }

    private func metrics() -> Metrics {
        let isLog = request.objective.residual == .log
        let predicted = zip(findings.observed, findings.residuals).map { loss, residual in
            isLog ? loss * exp(-residual) : loss - residual
        }
        return Metrics(observed: findings.observed, predicted: predicted)
    }

    /// All searches as one: converged when all did, for the first one's reason.
    private func termination() -> FitReport.Termination {
        let outcomes = findings.searches.map(\.outcome)
        let first = outcomes[0].best.termination
        return FitReport.Termination(
            reason: first.reason.rawValue, converged: findings.searches.allSatisfy(\.converged),
            explanation: first.explanation, iterations: outcomes.reduce(0) { $0 + $1.iterations },
            evaluations: outcomes.reduce(0) { $0 + $1.evaluations },
            starts: outcomes.reduce(0) { $0 + $1.starts },
            startsAgreeing: outcomes.reduce(0) { $0 + $1.agreeing })
    }

    private func warnings() -> [String] {
        let free = Set(
            law.parameters.enumerated().filter { prepared.fixed[$0.offset] == nil }
                .map(\.element.name))
        return observations.warnings + law.law.cautions(for: observations.inputs, free: free)
            + findings.searches.flatMap(warnings) + findings.warnings + tradeOff()
    }

    /// A parameter whose standard error is a larger share of it says little by itself.
    private static let loose = 0.5

    /// The warnings of parameters that these points do not tell apart.
    private func tradeOff() -> [String] {
        guard let tradeOff = law.law.tradeOff else { return [] }
        func isLoose(_ value: Double, _ error: Double?) -> Bool {
            error.map { $0 > Self.loose * abs(value) } ?? true
        }
        let loose = findings.parameters.filter { parameter in
            tradeOff.parameters.contains(parameter.name) && !parameter.fixed
                && isLoose(parameter.value, parameter.standardError)
        }
        guard !loose.isEmpty else { return [] }
        let told = findings.derived.filter { quantity in
            tradeOff.quantities.contains(quantity.name)
                && !isLoose(quantity.value, quantity.standardError)
        }.min { abs(($0.standardError ?? 0) / $0.value) < abs(($1.standardError ?? 0) / $1.value) }
        let names = loose.map(\.name).joined(separator: ", ")
        guard let told, let error = told.standardError else {
            return [
                "not-identified: these runs do not determine \(names), nor anything that stands for "
                    + "them; add runs, or fix one"
            ]
        }
        return [
            "not-identified: these runs do not determine \(names) by themselves, only "
                + "\(told.name) = \(String(format: "%.4g ± %.2g", told.value, error))"
                + " (\(told.meaning)); read that, or fix one of them"
        ]
    }

    private func warnings(of search: FitFindings.Search) -> [String] {
        let (outcome, termination) = (search.outcome, search.outcome.best.termination)
        let owner = search.member.map { " of \($0)" } ?? ""
        let name = "the search\(owner)"
        var warnings: [String] = []
        if !termination.converged {
            warnings.append("\(name) did not converge: \(termination.explanation)")
        }
        if outcome.stride > 1 {
            warnings.append(
                "\(name) looked at one point in \(outcome.stride); the optimum, its cost and its "
                    + "errors are of all \(observations.pointCount)")
        }
        if outcome.starts > 1, outcome.agreeing < 2 {
            warnings.append(
                "only \(outcome.agreeing) of \(outcome.starts) starts\(owner) reached the best "
                    + "cost; it may not be the global optimum")
        }
        for parameter in search.parametersAtBound {
            warnings.append(
                "\(parameter) ended on its bound; its standard error is left out, and the others "
                    + "hold with it fixed there")
        }
        return warnings
    }
}
