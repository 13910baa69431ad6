import Laws
import LeastSquares

/// Fits an average of laws: every member alone under its parameters' priors, and the shares by what
/// members predict of points left out.
struct AveragingProcedure: FittingProcedure {
    let prepared: Fitter.Prepared
    let mixture: LawMixture

    private var law: ConfiguredLaw { prepared.law }
    private var request: FitRequest { prepared.request }

    private var members: [MemberFit] {
        mixture.members.map { member in
            MemberFit(
                law: member.law, objective: request.objective, fixed: member.fixed(prepared.fixed))
        }
    }

    func findings(
        progress: (Double) -> Void, isCancelled: () -> Bool
    ) throws(FittingError) -> FitFindings {
        guard request.uncertainty == .delta else {
            throw .unsupportedUncertainty(law: law.about.id, method: request.uncertainty.name)
        }
        let sizes = try ModelSizePoints.sizes(of: prepared.observations, law: law.about.id)
        let validation = ForecastValidation(sizes.map(\.observations))
        let given = prepared.fixed[mixture.weightIndex]
        var outcomes: [MemberFit.Outcome] = []
        var judgements: [ForecastValidation.Judgement] = []
        for (index, member) in members.enumerated() {
            guard !isCancelled() else { throw .cancelled }
            guard let outcome = member.fit(sizes.map(\.observations)) else {
                throw .notEvaluable(law: law.about.id)
            }
            outcomes.append(outcome)
            if given == nil { judgements.append(validation.judgement(of: member)) }
            progress(Double(index + 1) / Double(members.count))
        }
        guard !isCancelled() else { throw .cancelled }
        let weight = given ?? ForecastValidation.weights(judgements)[0]
        let fits = sizes.enumerated().map { position, size in
            ModelSizeFit(
                prepared: prepared, mixture: mixture, size: size,
                values: outcomes.flatMap { $0.values[position] } + [weight],
                atBound: outcomes.flatMap { $0.atBound[position] } + [false])
        }
        return findings(fits, outcomes, validation, judgements)
    }

    private func findings(
        _ fits: [ModelSizeFit], _ outcomes: [MemberFit.Outcome],
        _ validation: ForecastValidation, _ judgements: [ForecastValidation.Judgement]
    ) -> FitFindings {
        // The largest size is the one that forecasts are for.
        let largest = fits[fits.count - 1]
        let searches = zip(mixture.members, outcomes).map { member, outcome in
            FitFindings.Search(
                member: member.law.about.id, outcome: outcome.search,
                parametersAtBound: namesAtBound(of: member, outcome, fits))
        }
        let isFirstHeaviest = mixture.heaviest(largest.values).range == mixture.members[0].range
        return FitFindings(
            searches: isFirstHeaviest ? searches : searches.reversed(),
            parameters: law.parameters.indices.map {
                largest.parameter($0, isFixed: prepared.fixed[$0] != nil)
            },
            cost: fits.reduce(0) { sum, fit in
                fit.residuals.reduce(sum) { $0 + request.objective.loss.value($1) }
            },
            observed: fits.flatMap { $0.size.observations.losses },
            residuals: fits.flatMap(\.residuals), covariance: largest.covariance,
            noise: largest.noiseReport,
            uncertainty: FitReport.Uncertainty(method: request.uncertainty.name),
            forecast: report(fits, validation, judgements), warnings: warnings(fits))
    }

    private func namesAtBound(
        of member: LawMixture.Member, _ outcome: MemberFit.Outcome, _ fits: [ModelSizeFit]
    ) -> [String] {
        zip(fits, outcome.atBound).flatMap { fit, atBound in
            zip(member.range, atBound).filter { $1 && prepared.fixed[$0] == nil }.map { index, _ in
                let size = fits.count > 1 ? fit.size.parameterCount : nil
                return law.parameters[index].name
                    + (size.map { " (parameter_count \(SizeText.text($0)))" } ?? "")
            }
        }
    }

    /// Cautions for a size of a few curves among several sizes.
    private func warnings(_ fits: [ModelSizeFit]) -> [String] {
        guard fits.count > 1 else { return [] }
        let free = Set(
            law.parameters.indices.filter { prepared.fixed[$0] == nil }
                .map { law.parameters[$0].name })
        return fits.flatMap { law.law.cautions(for: $0.size.observations.inputs, free: free) }
    }

    private func report(
        _ fits: [ModelSizeFit], _ validation: ForecastValidation,
        _ judgements: [ForecastValidation.Judgement]
    ) -> ForecastReport {
        let weights = mixture.weights(fits[0].values)
        return ForecastReport(
            method: Self.method(judgements),
            members: mixture.members.enumerated().map { index, member in
                ForecastReport.Member(
                    law: member.law.about.id, options: member.law.options.values,
                    weight: weights[index],
                    crossValidatedError: judgements.isEmpty ? nil : judgements[index].error,
                    folds: judgements.isEmpty
                        ? []
                        : zip(validation.folds, judgements[index].errors).map {
                            ComparisonReport.Fold(leftOut: $0.leftOut, meanRelativeError: $1)
                        })
            },
            pointWeights: "forward area to the power \(Int(PointWeights.exponent))",
            priors: zip(mixture.members, members).flatMap { member, fit in
                fit.priors.map { prior in
                    let spec = member.law.parameters[prior.index]
                    return ForecastReport.Prior(
                        parameter: LawMixture.name(of: spec.name, in: member.law.about.id),
                        center: spec.scale.value(at: prior.center), spread: prior.spread,
                        scale: spec.scale.rawValue)
                }
            },
            sizes: fits.map { fit in
                ForecastReport.Size(
                    parameterCount: fit.size.parameterCount,
                    runs: fit.size.observations.groups.map(\.runID),
                    points: fit.size.observations.pointCount, values: fit.values,
                    covariance: fit.covariance, noise: fit.noiseReport)
            })
    }

    private static func method(_ judgements: [ForecastValidation.Judgement]) -> String {
        guard !judgements.isEmpty else { return "the share of the multi-power law was given" }
        guard judgements.contains(where: { $0.error != nil }) else {
            return "equal shares: too few points to leave some out"
        }
        return "shares fall with the \(Int(ForecastValidation.sharpness))th power of the error on "
            + "what was left out: each run in turn, and the end of all runs"
    }
}
