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
///
/// The measure of a drop of the rate (η, η^0.7 or √η) is left open too, and is that by which the
/// multi-power law comes closest to the fitted runs, under the same priors and with as many
/// parameters. One run or two hardly tell the size of a drop from the pace of its gain, and runs at a
/// constant rate tell nothing of either: there drops are measured as the paper does. Tried beside it:
/// 0.7 for every study, which costs 0.06 % where curves follow the paper's law exactly; the measure
/// that best predicts left-out runs, which chose the same in five studies at twice the time; powers of
/// 0.4, 0.55 and 0.85, between which the misfit is as smooth as a parabola, so that three values do;
/// the choice from two runs, by which one of three runs for fitting of the 25M study, left out, was
/// missed by 0.24 % instead of 0.11 %. Runs with none but short cooldowns follow every measure as
/// well as another and are measured by 0.7: a public sweep of two peaks, its long cooldowns and cosines
/// forecast from 30 % of each and two cooldowns of a tenth, was missed by 2.1 and 0.84 % (medians) before
/// that and the prior of the gains' pace (`CurveScale.pacePriorShare`), and by 0.69 and 0.60 % with them.
struct AveragingProcedure: FittingProcedure {
    let prepared: Fitter.Prepared
    let mixture: LawMixture

    private var request: FitRequest { prepared.request }

    /// Peaks that differ by less are one: a trainer's rounding, or a warm-up's last step.
    private static let peakRatio = 1.05
    /// Runs that tell the size of a drop from the pace of its gain, as `MultiPowerLaw` cautions.
    private static let fewestRuns = 3
    /// The measure nearest to the powers that whole studies were fitted by, 0.56 to 0.8.
    private static let usualMeasure = "power"

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
        let measured = measured(law, sizes)
        let law = measured?.law ?? law
        guard case .average(let mixture) = law.law.fitting else {
            preconditionFailure("a law keeps its procedure under every option")
        }
        let given = prepared.fixed[mixture.weightIndex]
        var outcomes: [MemberFit.Outcome] = []
        var judgements: [ForecastValidation.Judgement] = []
        for (index, member) in fits(of: mixture).enumerated() {
            guard !isCancelled() else { throw .cancelled }
            let known = index == 0 ? measured?.outcome : nil
            guard let outcome = known ?? member.fit(sizes.map(\.observations)) else {
                throw .notEvaluable(law: law.about.id)
            }
            outcomes.append(outcome)
            if given == nil { judgements.append(validation.judgement(of: member)) }
            progress(Double(index + 1) / Double(mixture.members.count))
        }
        guard !isCancelled() else { throw .cancelled }
        return Way(law: law, mixture: mixture, outcomes: outcomes, judgements: judgements)
    }

    /// The law with the measure of drops that its first member follows the runs best by, and that
    /// member's fit; nil where the measure is given, or the runs do not tell.
    private func measured(
        _ law: ConfiguredLaw, _ sizes: [ModelSizePoints]
    ) -> (law: ConfiguredLaw, outcome: MemberFit.Outcome)? {
        let inputs = prepared.observations.inputs
        guard request.options[mixture.dropOption.name] == nil, let scale = CurveScale(inputs),
            scale.gainPriorShare == 0
        else { return nil }
        let isOpen = Self.leavesPaceOpen(scale)
        guard isOpen || inputs.count >= Self.fewestRuns else { return nil }
        var best: (law: ConfiguredLaw, outcome: MemberFit.Outcome)?
        for measure in isOpen ? [Self.usualMeasure] : mixture.dropOption.values {
            let law = law.choosing(measure, of: mixture.dropOption)
            guard case .average(let mixture) = law.law.fitting,
                let outcome = fits(of: mixture)[0].fit(sizes.map(\.observations))
            else { continue }
            let least = best?.outcome.search.best.cost ?? .infinity
            if outcome.search.best.cost < least { best = (law, outcome) }
        }
        return best
    }

    /// True where the runs' cooldowns are too short to tell one measure of drops from another.
    private static func leavesPaceOpen(_ scale: CurveScale) -> Bool { scale.pacePriorShare > 0.5 }

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
        var choice =
            ways.count > 1
            ? "; the fitted runs' peak rates differ, so that \(name) is chosen by the same points: "
                + (way.law.options.values[name] ?? "") : ""
        let drops = mixture.dropOption
        if request.options[drops.name] == nil, let measure = way.law.options.values[drops.name],
            measure != drops.defaultValue
        {
            choice +=
                CurveScale(prepared.observations.inputs).map(Self.leavesPaceOpen) == true
                ? "; the runs' cooldowns are short, so that drops of the rate are measured as in most "
                    + "studies: \(measure)"
                : "; drops of the rate are measured by what fits the runs best: \(measure)"
        }
        guard way.judgements.contains(where: { $0.error != nil }) else {
            return "equal shares: too few points to leave some out" + choice
        }
        return "shares fall with the \(Int(ForecastValidation.sharpness))th power of the error on "
            + "what was left out: each run in turn, and the end of all runs" + choice
    }
}
