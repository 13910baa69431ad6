package import Records
package import Schedules

/// The loss along a run as the average of two laws of learning-rate schedules.
///
///     L(s) = w·M(s) + (1 − w)·A(s)
///
/// M is the multi-power law with a gain that fades and the worth of the warm-up fitted, A the
/// LR-annealing law, each with parameters of its own: their names with `multi_power_` and
/// `lr_annealing_` before them, and their units and bounds. w is `multi_power_weight`, 0 … 1.
///
/// Its way of being fitted makes it a forecaster, not the formula: each law alone, under weak
/// priors on its shape, with late points before early ones, and weighed by how well it predicts
/// runs and horizons that it was not fitted on. The fit's `forecast` object says what was done.
///
/// `annealing_from=start` counts the warm-up's rises in both members, so that the peak rate matters.
/// With fitted runs of several peaks, the fit takes what predicts left-out runs better. Of
/// `drop_measure` it takes what follows the fitted runs best, where there are three or more and their
/// rates have fallen, and `power` where none but short cooldowns were seen.
///
/// Source: Luo et al. 2025, arXiv 2503.12811; Tissue et al. 2024, arXiv 2408.11029.
package struct ForecastLaw: ScalingLaw {
    private static let annealingFrom = LawOption(
        "annealing_from", values: ["end_of_warmup", "start"],
        meaning: "which changes of the learning rate count; by default what predicts left-out runs")

    private static let dropMeasure = LawOption(
        MultiPowerLaw.dropMeasure.name, values: MultiPowerLaw.dropMeasure.values,
        meaning: MultiPowerLaw.dropMeasure.meaning + "; by default what fits three or more runs")

    package static let about = LawDescription(
        id: "forecast", title: "Forecast: a loss curve beyond the data, from laws averaged",
        kind: .curve, formula: "L(s) = w·multi-power(s) + (1 − w)·lr-annealing(s)",
        reference: "Luo et al. 2025, arXiv:2503.12811; Tissue et al. 2024, arXiv:2408.11029",
        options: [annealingFrom, dropMeasure, .pointsFrom],
        limits: "Weak priors and late points decide: for the optimum of the data alone, fit the "
            + "laws themselves. Runs of several sizes are fitted jointly and need parameter_count.")

    /// The members' options beside those of the forecast: gains fade, the warm-up's area is fitted.
    private static let memberOptions = [
        MultiPowerLaw.about.id: [
            MultiPowerLaw.annealingGain.name: "fading",
            MultiPowerLaw.warmupArea.name: "fitted",
        ]
    ]

    package let mixture: LawMixture
    package let parameters: [ParameterSpec]
    package let requiredFeatures: [Feature] = []
    package let optionalFeatures: [Feature] = [.parameterCount]

    package init(options: LawOptions) {
        var members: [LawMixture.Member] = []
        var parameters: [ParameterSpec] = []
        for type in [MultiPowerLaw.self, AnnealingLaw.self] as [any ScalingLaw.Type] {
            let chosen = LawOptions(
                chosen: options.values.merging(Self.memberOptions[type.about.id] ?? [:]) { $1 },
                offered: type.about.options)
            let law = ConfiguredLaw(
                about: type.about, options: chosen, law: type.init(options: chosen))
            let start = parameters.count
            parameters += law.parameters.map { spec in
                var spec = spec
                spec.name = LawMixture.name(of: spec.name, in: type.about.id)
                return spec
            }
            members.append(LawMixture.Member(law: law, range: start..<parameters.count))
        }
        parameters.append(
            ParameterSpec(
                "multi_power_weight", symbol: "w", meaning: "share of the multi-power law",
                bounds: 0...1, start: .searched(0.1...0.9)))
        mixture = LawMixture(
            members: members, weightIndex: parameters.count - 1, peakOption: Self.annealingFrom,
            dropOption: Self.dropMeasure)
        self.parameters = parameters
    }

    package var fitting: FittingMethod { .average(mixture) }

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        mixture.evaluator(for: inputs)
    }

    package func firstStep(on areas: ScheduleAreas) -> Int {
        mixture.members.reduce(0) { max($0, $1.law.law.firstStep(on: areas)) }
    }

    package func cautions(for inputs: [LawInput], free: Set<String>) -> [String] {
        guard inputs.count == 1 else { return [] }
        return [
            "one curve says little about what a change of the learning rate does: under other "
                + "schedules this forecast rests on its priors"
        ]
    }
}
