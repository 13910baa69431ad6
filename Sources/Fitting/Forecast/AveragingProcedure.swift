import Laws
import LeastSquares
import Schedules

/// Fits an average of laws: every member alone under its parameters' priors, and the shares by what
/// members predict of points left out.
///
/// For fitted runs with several peak rates, where the request leaves it open, the same is done
/// with the rises of the rate counted: without them nothing in a member knows the peak. The better
/// member of each way is compared on the points left out. Runs of one peak say nothing of rises, which
/// move all of them alike, so that the way without them stays.
struct AveragingProcedure: FittingProcedure {
    let prepared: Fitter.Prepared
    let mixture: LawMixture

    private var request: FitRequest { prepared.request }

    /// Peaks that differ by less are one: a trainer's rounding, or a warm-up's last step.
    private static let peakRatio = 1.05

    /// One way of counting the rate's rises, fitted and judged.
    private struct Way {
        let law: ConfiguredLaw
        let mixture: LawMixture
        let outcomes: [MemberFit.Outcome]
        let judgements: [ForecastValidation.Judgement]

        /// The error of its best member.
        var error: Double { judgements.compactMap(\.error).min() ?? .infinity }
    }

    func findings(
        progress: (Double) -> Void, isCancelled: () -> Bool
    ) throws(FittingError) -> FitFindings {
        guard request.uncertainty == .delta else {
            throw .unsupportedUncertainty(
                law: prepared.law.about.id, method: request.uncertainty.name)
        }
        let sizes = try ModelSizePoints.sizes(
            of: prepared.observations, law: prepared.law.about.id)
        let validation = ForecastValidation(sizes.map(\.observations))
        let laws = laws()
        var ways: [Way] = []
        for (index, law) in laws.enumerated() {
            let share = 1 / Double(laws.count)
            let way = try way(
                law, sizes, validation, progress: { progress(share * (Double(index) + $0)) },
                isCancelled: isCancelled)
            ways.append(way)
        }
        // Of ways that nothing tells apart, the last: the one that knows peaks.
        var best = ways[ways.count - 1]
        for way in ways.dropLast() where way.error < best.error { best = way }
        return findings(best, of: ways, sizes, validation)
    }

    /// The law under every option that the procedure may choose from.
    private func laws() -> [ConfiguredLaw] {
        let option = mixture.peakOption
        guard request.options[option.name] == nil else { return [prepared.law] }
        let peaks = prepared.observations.inputs.compactMap {
            $0.areas?.schedule.peakLearningRate
        }
        guard let low = peaks.min(), let high = peaks.max(), high > Self.peakRatio * low else {
            return [prepared.law]
        }
        return option.values.map { prepared.law.choosing($0, of: option) }
    }

    private func way(
        _ law: ConfiguredLaw, _ sizes: [ModelSizePoints], _ validation: ForecastValidation,
        progress: (Double) -> Void, isCancelled: () -> Bool
    ) throws(FittingError) -> Way {
        guard case .average(let mixture) = law.law.fitting else {
            preconditionFailure("a law keeps its procedure under every option")
        }
        let given = prepared.fixed[mixture.weightIndex]
        var outcomes: [MemberFit.Outcome] = []
        var judgements: [ForecastValidation.Judgement] = []
        for (index, member) in fits(of: mixture).enumerated() {
            guard !isCancelled() else { throw .cancelled }
            guard let outcome = member.fit(sizes.map(\.observations)) else {
                throw .notEvaluable(law: law.about.id)
            }
            outcomes.append(outcome)
            if given == nil { judgements.append(validation.judgement(of: member)) }
            progress(Double(index + 1) / Double(mixture.members.count))
        }
        guard !isCancelled() else { throw .cancelled }
        return Way(law: law, mixture: mixture, outcomes: outcomes, judgements: judgements)
    }

    private func fits(of mixture: LawMixture) -> [MemberFit] {
        mixture.members.map { member in
            MemberFit(
                law: member.law, objective: request.objective, fixed: member.fixed(prepared.fixed))
        }
    }

    private func findings(
        _ way: Way, of ways: [Way], _ sizes: [ModelSizePoints], _ validation: ForecastValidation
    ) -> FitFindings {
        let (law, mixture) = (way.law, way.mixture)
        let weight =
            prepared.fixed[mixture.weightIndex] ?? ForecastValidation.weights(way.judgements)[0]
        let fits = sizes.enumerated().map { position, size in
            ModelSizeFit(
                prepared: prepared, law: law, mixture: mixture, size: size,
                values: way.outcomes.flatMap { $0.values[position] } + [weight],
                atBound: way.outcomes.flatMap { $0.atBound[position] } + [false])
        }
        // The largest size is the one that forecasts are for.
        let largest = fits[fits.count - 1]
        let searches = zip(mixture.members, way.outcomes).map { member, outcome in
            FitFindings.Search(
                member: member.law.about.id, outcome: outcome.search,
                parametersAtBound: namesAtBound(of: member, outcome, fits, law: law))
        }
        let isFirstHeaviest = mixture.heaviest(largest.values).range == mixture.members[0].range
        return FitFindings(
            law: law, searches: isFirstHeaviest ? searches : searches.reversed(),
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
            forecast: report(way, of: ways, fits, validation), warnings: warnings(fits, law: law))
    }

    private func namesAtBound(
        of member: LawMixture.Member, _ outcome: MemberFit.Outcome, _ fits: [ModelSizeFit],
        law: ConfiguredLaw
    ) -> [String] {
        zip(fits, outcome.atBound).flatMap { fit, atBound in
            zip(member.range, atBound).filter { $1 && prepared.fixed[$0] == nil }.map { index, _ in
                let size = fits.count > 1 ? fit.size.parameterCount : nil
                return law.parameters[index].name
                    + (size.map { " (parameter_count \(SizeText.text($0)))" } ?? "")
            }
        }
    }

    /// Warnings for a size of a few curves among several sizes.
    private func warnings(_ fits: [ModelSizeFit], law: ConfiguredLaw) -> [String] {
        guard fits.count > 1 else { return [] }
        let free = Set(
            law.parameters.indices.filter { prepared.fixed[$0] == nil }
                .map { law.parameters[$0].name })
        return fits.flatMap { law.law.cautions(for: $0.size.observations.inputs, free: free) }
    }

    // MARK: The report

    private func report(
        _ way: Way, of ways: [Way], _ fits: [ModelSizeFit], _ validation: ForecastValidation
    ) -> ForecastReport {
        let (mixture, judgements) = (way.mixture, way.judgements)
        let weights = mixture.weights(fits[0].values)
        let inputs = prepared.observations.inputs
        return ForecastReport(
            method: method(way, of: ways),
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
            priors: zip(mixture.members, self.fits(of: mixture)).flatMap { member, fit in
                fit.priors(for: inputs).map { prior in
                    let spec = member.law.parameters[prior.index]
                    return ForecastReport.Prior(
                        parameter: LawMixture.name(of: spec.name, in: member.law.about.id),
                        center: spec.scale.value(at: prior.center), spread: prior.spread,
                        scale: spec.scale.rawValue, source: prior.source)
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

    private func method(_ way: Way, of ways: [Way]) -> String {
        guard !way.judgements.isEmpty else { return "the share of the multi-power law was given" }
        let name = mixture.peakOption.name
        let choice =
            ways.count > 1
            ? "; the fitted runs' peak rates differ, so that \(name) is chosen by the same points: "
                + (way.law.options.values[name] ?? "") : ""
        guard way.judgements.contains(where: { $0.error != nil }) else {
            return "equal shares: too few points to leave some out" + choice
        }
        return "shares fall with the \(Int(ForecastValidation.sharpness))th power of the error on "
            + "what was left out: each run in turn, and the end of all runs" + choice
    }
}
