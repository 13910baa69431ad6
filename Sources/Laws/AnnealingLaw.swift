import Foundation
package import Records
package import Schedules

/// The loss along a run from the areas under its learning-rate schedule.
///
///     L(s) = L0 + A·S1(s)^−α − C·S2(s)                            model_size=ignored
///     L(s) = L0 + A·S1(s)^−α + B·N^−β − C·S2(s)·N^−γ              model_size=included
///
///     S1(s) = Σ_{i=0..s} η_i                          the forward area
///     S2(s) = Σ_{i=1..s} Σ_{k=1..i} (η_{k−1} − η_k)·λ^{i−k}       the annealing area
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | L0 | `irreducible_loss` | nats per token | ≥ 0 |
/// | A | `area_coefficient` | nats · (rate·steps)^α | ≥ 0 |
/// | α | `area_exponent` | – | 0 … 5 |
/// | C | `annealing_coefficient` | nats per rate·step (· parameters^γ) | ≥ 0 |
/// | λ | `annealing_decay` | per step | 0.5 … 1 − 10⁻⁶ |
/// | B | `parameter_coefficient` | nats · parameters^β | > 0 |
/// | β | `parameter_exponent` | – | 0 … 3 |
/// | γ | `annealing_size_exponent` | – | −1 … 1 |
///
/// Source: Tissue et al. 2024, arXiv 2408.11029 (the size terms are its section on model size).
///
/// `annealing_from` says which changes of rate count in S2: from the end of the warm-up (the first
/// rate after it included in what is left out) or from the start. `warmup_area` says whether S1
/// counts the warm-up's rates. λ is weakly determined by one curve alone: fix it at 0.999 there.
package struct AnnealingLaw: ScalingLaw {
    private static let annealingFrom = LawOption(
        "annealing_from", values: ["end_of_warmup", "start"],
        meaning: "which changes of the learning rate count in S2")
    private static let warmupArea = LawOption(
        "warmup_area", values: ["counted", "ignored"],
        meaning: "whether the warm-up's learning rates count in S1")
    private static let modelSize = LawOption(
        "model_size", values: ["ignored", "included"],
        meaning: "included adds B·N^−β and scales C by N^−γ, for runs of several sizes")

    package static let about = LawDescription(
        id: "lr-annealing", title: "LR annealing: a loss curve from its learning-rate schedule",
        kind: .curve, formula: "L(s) = L0 + A·S1(s)^−α − C·S2(s)",
        reference: "Tissue et al. 2024, arXiv:2408.11029",
        options: [annealingFrom, warmupArea, modelSize, .pointsFrom],
        limits: "One batch size and one data mix; λ needs more than one shape of schedule.")

    package let parameters: [ParameterSpec]
    package let requiredFeatures: [Feature]
    let countsWarmupDrops: Bool
    let countsWarmupArea: Bool
    let includesSize: Bool

    package var formula: String {
        includesSize
            ? "L(s) = L0 + A·S1(s)^−α + B·N^−β − C·S2(s)·N^−γ" : Self.about.formula
    }

    package init(options: LawOptions) {
        countsWarmupDrops = options.has(Self.annealingFrom, "start")
        countsWarmupArea = options.has(Self.warmupArea, "counted")
        includesSize = options.has(Self.modelSize, "included")
        parameters = Self.curveParameters + (includesSize ? Self.sizeParameters : [])
        requiredFeatures = includesSize ? [.parameterCount] : []
    }

    private static let curveParameters = [
        ParameterSpec(
            "irreducible_loss", symbol: "L0", meaning: "loss left after endless training",
            bounds: 0...100, start: .projected),
        ParameterSpec(
            "area_coefficient", symbol: "A", meaning: "size of the forward-area term",
            bounds: 0...1e6, start: .projected),
        ParameterSpec(
            "area_exponent", symbol: "α", meaning: "how fast loss falls with the forward area",
            bounds: 0...5, start: .searched(0.1...1.5),
            prior: ParameterPrior(center: 0.45, spread: 0.15)),
        ParameterSpec(
            "annealing_coefficient", symbol: "C", meaning: "loss gained per annealing area",
            bounds: 0...1e6, start: .projected),
        ParameterSpec(
            "annealing_decay", symbol: "λ", meaning: "memory of past changes of the rate, per step",
            bounds: 0.5...(1 - 1e-6), scale: .decay, start: .searched(0.95...0.9999),
            trials: [0.995, 0.98, 0.999]),
    ]

    private static let sizeParameters = [
        ParameterSpec(
            "parameter_coefficient", symbol: "B", meaning: "size of the model-size term",
            bounds: 1e-6...1e40, scale: .log, start: .projected),
        ParameterSpec(
            "parameter_exponent", symbol: "β", meaning: "how fast loss falls with model size",
            bounds: 0...3, start: .searched(0.1...1)),
        ParameterSpec(
            "annealing_size_exponent", symbol: "γ",
            meaning: "how the gain from annealing changes with model size",
            bounds: -1...1, start: .searched(-0.2...0.2)),
    ]

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        Evaluator(
            curves: inputs.map { input in
                guard let areas = input.areas else {
                    preconditionFailure("a curve law is evaluated on curves")
                }
                return curve(of: input, areas: areas)
            }, includesSize: includesSize)
    }

    /// With the warm-up's area ignored, S1 begins after it.
    package func firstStep(on areas: ScheduleAreas) -> Int {
        countsWarmupArea ? 0 : areas.schedule.warmupSteps
    }

    private func curve(of input: LawInput, areas: ScheduleAreas) -> Curve {
        let warmup = areas.schedule.warmupSteps
        var forwardAreas = areas.forwardArea(at: input.steps)
        if !countsWarmupArea {
            let warmupArea = areas.warmupArea
            for (index, step) in input.steps.enumerated() {
                // Within the warm-up nothing is left, not even the rounding of a difference.
                forwardAreas[index] =
                    step < warmup ? 0 : max(0, forwardAreas[index] - warmupArea)
            }
        }
        return Curve(
            areas: areas, steps: input.steps, logForwardAreas: forwardAreas.map { log($0) },
            firstDropStep: countsWarmupDrops ? 1 : warmup + 1,
            logSize: includesSize ? log(input.required(.parameterCount)) : 0)
    }

    private struct Curve {
        let areas: ScheduleAreas
        let steps: [Int]
        let logForwardAreas: [Double]
        let firstDropStep: Int
        let logSize: Double
    }

    /// With S1 = 0 (before any learning) the loss comes out infinite: the law says nothing there.
    private struct Evaluator: LawEvaluator {
        let curves: [Curve]
        let includesSize: Bool
        let pointCount: Int
        private var annealingAreas: [Double]
        private var annealingDerivatives: [Double]

        init(curves: [Curve], includesSize: Bool) {
            self.curves = curves
            self.includesSize = includesSize
            pointCount = curves.reduce(0) { $0 + $1.steps.count }
            annealingAreas = Array(repeating: 0, count: pointCount)
            annealingDerivatives = annealingAreas
        }

        mutating func evaluate(
            _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
            jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            updateAnnealingAreas(decay: parameters[4], derivatives: jacobian != nil)
            var start = 0
            for curve in curves {
                let points = start..<(start + curve.steps.count)
                evaluate(curve, points, parameters, losses, jacobian)
                start = points.upperBound
            }
        }

        private mutating func updateAnnealingAreas(decay: Double, derivatives: Bool) {
            annealingAreas.withUnsafeMutableBufferPointer { values in
                annealingDerivatives.withUnsafeMutableBufferPointer { slopes in
                    var start = 0
                    for curve in curves {
                        let points = start..<(start + curve.steps.count)
                        curve.areas.annealingArea(
                            at: curve.steps, decay: decay, from: curve.firstDropStep,
                            into: UnsafeMutableBufferPointer(rebasing: values[points]),
                            derivatives: derivatives
                                ? UnsafeMutableBufferPointer(rebasing: slopes[points]) : nil)
                        start = points.upperBound
                    }
                }
            }
        }

        private func evaluate(
            _ curve: Curve, _ points: Range<Int>, _ parameters: UnsafeBufferPointer<Double>,
            _ losses: UnsafeMutableBufferPointer<Double>,
            _ jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            let (areaCoefficient, areaExponent) = (parameters[1], parameters[2])
            let annealingCoefficient = parameters[3]
            let sizePower = includesSize ? exp(-parameters[6] * curve.logSize) : 0
            let sizeTerm = includesSize ? parameters[5] * sizePower : 0
            let annealingScale = includesSize ? exp(-parameters[7] * curve.logSize) : 1
            for (index, point) in points.enumerated() {
                let logArea = curve.logForwardAreas[index]
                guard logArea > -.infinity else {
                    // Before any learning; coefficients of 0 would make it no number.
                    losses[point] = .infinity
                    for column in 0..<(includesSize ? 8 : 5) {
                        jacobian?[column * pointCount + point] = 0
                    }
                    continue
                }
                let areaPower = exp(-areaExponent * logArea)
                let areaTerm = areaCoefficient * areaPower
                let annealed = annealingAreas[point] * annealingScale
                losses[point] =
                    parameters[0] + areaTerm + sizeTerm - annealingCoefficient * annealed
                guard let jacobian else { continue }
                jacobian[point] = 1
                jacobian[pointCount + point] = areaPower
                jacobian[2 * pointCount + point] = -areaTerm * logArea
                jacobian[3 * pointCount + point] = -annealed
                jacobian[4 * pointCount + point] =
                    -annealingCoefficient * annealingDerivatives[point] * annealingScale
                guard includesSize else { continue }
                jacobian[5 * pointCount + point] = sizePower
                jacobian[6 * pointCount + point] = -sizeTerm * curve.logSize
                jacobian[7 * pointCount + point] = annealingCoefficient * annealed * curve.logSize
            }
        }
    }

    /// The priors with an annealing gain of usual size, felt over a usual time.
    ///
    /// A rate that falls from its peak to 0 gains C·peak/(1 − λ), by fits of this law 0.08 nats at a peak
    /// of 2e-4 (the published fits of Wang et al. 2025, arXiv 2505.07796), 0.18 at 5e-4 and 0.24 at
    /// 2e-3 (a public sweep of one 124M model), 0.24 and 0.26 at 3e-3 (the sample runs for fitting):
    /// a power of 0.37 of the peak, each within a quarter. The memory 1/(1 − λ) was 0.01 to 0.04 of a
    /// run's length. Tried and left: gains as a share of the forward-area term (0.25 to 0.6) or of the
    /// loss, which agree less.
    package func priors(for inputs: [LawInput]) -> [String: ParameterPrior] {
        var priors = staticPriors
        guard !includesSize, let scale = CurveScale(inputs), scale.pacePriorShare > 0 else {
            return priors
        }
        let memory = max(3, 0.025 * Double(scale.length))
        let coefficient = scale.usualGain / (scale.peak * memory)
        if scale.gainPriorShare > 0 {
            priors["annealing_coefficient"] = ParameterPrior(
                center: coefficient, spread: 0.4 * coefficient, share: scale.gainPriorShare,
                source: CurveScale.gainSource)
        }
        priors["annealing_decay"] = ParameterPrior(
            center: 1 - 1 / memory, spread: 0.7, share: scale.pacePriorShare,
            source: CurveScale.gainSource)
        return priors
    }

    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] {
        [
            DerivedQuantity(
                "annealing_memory_steps",
                meaning: "steps over which a change of the rate is felt, 1/(1 − λ)",
                value: 1 / (1 - parameters[4]))
        ]
    }

    /// The gain from annealing: real runs forget a change of rate by a power of the steps rather than
    /// exponentially, and not in proportion to the change.
    package var misspecifiedTerm: String? { "annealing_coefficient" }

    package func cautions(for inputs: [LawInput], free: Set<String>) -> [String] {
        guard inputs.count == 1, free.contains("annealing_decay") else { return [] }
        return [
            "annealing_decay is fitted on one curve, which hardly determines it; a fit with "
                + "annealing_decay fixed at 0.999 usually forecasts better"
        ]
    }
}
