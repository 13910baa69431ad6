import Foundation
import Laws
import LeastSquares

/// Assembles the report of a forecast: the fit's usual object, and what was done.
struct ForecastReportBuilder {
    let prepared: Fitter.Prepared
    let law: ForecastLaw
    let members: [MemberFit]
    let outcomes: [MemberFit.Outcome]
    let validation: ForecastValidation
    /// Empty where the share was fixed.
    let judged: [ForecastValidation.Outcome]
    let sizes: [FittedSize]

    private var request: FitRequest { prepared.request }
    private var observations: Observations { prepared.observations }

    func report() -> FitReport {
        // The largest size is the one that forecasts are for.
        let largest = sizes[sizes.count - 1]
        var report = FitReport(
            law: ForecastLaw.about.id,
            parameters: law.parameters.indices.map { parameter($0, of: largest) })
        report.objective = request.objective
        report.options = prepared.law.options.values
        report.fittedRange = FittedRange(observations, law: prepared.law)
        report.series = request.series
        report.excludeHighest = request.excludeHighest > 0 ? request.excludeHighest : nil
        report.fromStep = request.fromStep
        report.intervalLevel = UncertaintyEstimate.level
        report.cost = sizes.reduce(0) { sum, size in
            sum + size.residuals.reduce(0) { $0 + request.objective.loss.value($1) }
        }
        report.termination = termination()
        report.metrics = metrics()
        report.runs = observations.groups.map(\.runID)
        report.points = observations.pointCount
        report.covariance = largest.covariance
        report.noise = largest.noiseReport(of: law)
        report.uncertainty = FitReport.Uncertainty(method: request.uncertainty.name)
        report.seed = request.seed
        report.dataDigest = DataDigest.text(of: observations)
        report.version = Version.current
        report.forecast = forecast()
        report.warnings = warnings()
        return report
    }

    private func parameter(_ index: Int, of size: FittedSize) -> FitReport.Parameter {
        let spec = law.parameters[index]
        let value = size.values[index]
        var parameter = FitReport.Parameter(name: spec.name, symbol: spec.symbol, value: value)
        parameter.isFixed = prepared.fixed[index] != nil
        parameter.atBound = !parameter.isFixed && size.atBound[index]
        let variance = size.covariance[index][index]
        guard variance > 0, variance.isFinite else { return parameter }
        let error = variance.squareRoot()
        let quantile = Quantiles.studentT(
            0.5 + 0.5 * UncertaintyEstimate.level, degreesOfFreedom: size.noise.degreesOfFreedom)
        let center = spec.scale.coordinate(of: value)
        let half = quantile * error / spec.scale.slope(at: value)
        parameter.standardError = error
        parameter.interval = [spec.value(at: center - half), spec.value(at: center + half)]
        return parameter
    }

    /// The members' searches as one: converged when all did, for the heaviest one's reason.
    private func termination() -> FitReport.Termination {
        let weights = law.weights(sizes[0].values)
        let heaviest = weights[0] >= weights[1] ? outcomes[0] : outcomes[1]
        return FitReport.Termination(
            reason: heaviest.termination.reason.rawValue,
            converged: outcomes.allSatisfy(\.termination.converged),
            explanation: heaviest.termination.explanation,
            iterations: outcomes.reduce(0) { $0 + $1.iterations },
            evaluations: outcomes.reduce(0) { $0 + $1.evaluations },
            starts: outcomes.reduce(0) { $0 + $1.starts },
            startsAgreeing: outcomes.reduce(0) { $0 + $1.startsAgreeing })
    }

    private func metrics() -> Metrics {
        let isLog = request.objective.residual == .log
        let observed = sizes.flatMap { $0.size.observations.losses }
        let predicted = zip(observed, sizes.flatMap(\.residuals)).map { loss, residual in
            isLog ? loss * exp(-residual) : loss - residual
        }
        return Metrics(observed: observed, predicted: predicted)
    }

    private func forecast() -> ForecastReport {
        let weights = law.weights(sizes[0].values)
        return ForecastReport(
            method: method,
            members: law.members.enumerated().map { index, member in
                ForecastReport.Member(
                    law: member.law.about.id, options: member.law.options.values,
                    weight: weights[index],
                    crossValidatedError: judged.isEmpty ? nil : judged[index].error,
                    folds: judged.isEmpty ? [] : folds(judged[index]))
            },
            pointWeights: "forward area to the power \(Int(PointWeights.exponent))",
            priors: zip(law.members, members).flatMap { member, fit in
                fit.held.map { prior($0, of: member) }
            },
            sizes: sizes.map { size in
                ForecastReport.Size(
                    parameterCount: size.size.parameterCount,
                    runs: size.size.observations.groups.map(\.runID),
                    points: size.size.observations.pointCount, values: size.values,
                    covariance: size.covariance, noise: size.noiseReport(of: law))
            })
    }

    private var method: String {
        guard !judged.isEmpty else { return "the share of the multi-power law was given" }
        guard judged.contains(where: { $0.error != nil }) else {
            return "equal shares: too few points to leave some out"
        }
        return "shares fall with the \(Int(ForecastValidation.sharpness))th power of the error on "
            + "what was left out: each run in turn, and the end of all runs"
    }

    private func folds(_ outcome: ForecastValidation.Outcome) -> [ComparisonReport.Fold] {
        zip(validation.folds, outcome.errors).map {
            ComparisonReport.Fold(leftOut: $0.leftOut, meanRelativeError: $1)
        }
    }

    private func prior(
        _ held: PooledProblem.Held, of member: ForecastLaw.Member
    ) -> ForecastReport.Prior {
        let spec = member.law.parameters[held.index]
        return ForecastReport.Prior(
            parameter: ForecastLaw.name(of: spec.name, in: member.law.about.id),
            center: spec.scale.value(at: held.prior.center), spread: held.prior.spread,
            scale: spec.scale.rawValue)
    }

    private func warnings() -> [String] {
        var warnings = observations.warnings
        let free = Set(
            law.parameters.enumerated().filter { prepared.fixed[$0.offset] == nil }
                .map(\.element.name))
        for size in sizes {
            warnings += law.cautions(for: size.size.observations.inputs, free: free)
        }
        for (member, outcome) in zip(law.members, outcomes) where !outcome.termination.converged {
            warnings.append(
                "the search of \(member.law.about.id) did not converge: "
                    + outcome.termination.explanation)
        }
        if observations.pointCount > MemberFit.searchPoints * sizes.count {
            warnings.append(
                "the searches looked at about \(MemberFit.searchPoints) points of each size; cost "
                    + "and errors are of all \(observations.pointCount)")
        }
        return warnings
    }
}
