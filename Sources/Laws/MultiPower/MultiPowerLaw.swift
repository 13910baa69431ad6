import Foundation
package import Records
import Schedules

/// The loss along a run from every drop of its learning rate and what was learned since.
///
///     L(t) = L0 + A·S1(t)^−α − B·D(t)                annealing_gain=lasting
///     L(t) = L0 + A·S1(t)^−α − B·D(t)·S1(t)^−ζ       annealing_gain=fading
///
///     D(t) = Σ_{k=1..t} (η_{k−1} − η_k)·G(η_k^−γ·S_k(t)),      G(x) = 1 − (C·x + 1)^−β
///
///     S1(t) = Σ_{τ=0..t} η_τ          S_k(t) = Σ_{τ=k..t} η_τ
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | L0 | `irreducible_loss` | nats per token | ≥ 0 |
/// | A | `area_coefficient` | nats · (rate·steps)^α | ≥ 0 |
/// | α | `area_exponent` | – | 0 … 5 |
/// | B | `annealing_coefficient` | nats per rate, or per its power p | ≥ 0 |
/// | C | `drop_rate` | rate^γ per rate·step | 10⁻⁶ … 10⁶ |
/// | β | `drop_exponent` | – | 10⁻³ … 10 |
/// | γ | `rate_exponent` | – | 0 … 2 |
/// | ζ | `fading_exponent` | – | −1 … 2 |
/// | ω | `warmup_share` | – | 0.01 … 5 |
///
/// Source: Luo et al. 2025, arXiv 2503.12811. The sum starts at the first step, so the rises of the
/// warm-up are in it; S1 counts the warm-up's area, which the paper writes apart as S_W. Where
/// η_k = 0: G is 0 if S_k(t) = 0, else 1.
///
/// The three shapes of a drop (C, β, γ) trade off along a flat valley: curves of two or three
/// schedules leave them badly determined, and the best fit need not forecast best.
///
/// `annealing_from` says which changes of rate are drops: by the paper all, from the start; those up
/// to and including the first rate after the warm-up are left out by `end_of_warmup`.
///
/// `warmup_area=fitted` counts the warm-up's rates in S1 by a share ω, so that the first points after
/// it say what the warm-up was worth rather than pull at the law's shape.
///
/// `drop_measure=power` and `root` are ours, not the paper's: a drop is η_{k−1}^p − η_k^p, p = 0.7 and ½.
/// By the paper the first half of a fall to 0 gains as much as the second; in measured runs it gains
/// less, the more so the higher the peak, and long cooldowns end far below what the law makes of their
/// beginning. The power fitted to whole studies was 0.56 and 0.77 (a public sweep of one 124M model at
/// peaks of 2e-3 and 5e-4), 0.70 and 0.80 (the sample runs), with half the misfit of 1 in both sweeps.
/// Gains grow with the peak as its power 0.37 from study to study (`AnnealingLaw.priors`), which says
/// the same.
///
/// `annealing_gain=fading` is ours, not the paper's. By the paper a drop gains as much late in a long
/// run as early in a short one, or more, for S_k(t) is longer there; in the sample runs the same
/// fall of the rate gains less the further training has come, and ζ lets it.
package struct MultiPowerLaw: ScalingLaw {
    package static let annealingFrom = LawOption(
        "annealing_from", values: ["start", "end_of_warmup"],
        meaning: "which changes of the learning rate count as drops")
    package static let annealingGain = LawOption(
        "annealing_gain", values: ["lasting", "fading"],
        meaning: "fading multiplies what drops gain by S1(t)^−ζ")
    package static let dropMeasure = LawOption(
        "drop_measure", values: ["rate", "power", "root"],
        meaning: "power and root measure a drop by the fall of η^0.7 and √η, not of η")
    package static let warmupArea = LawOption(
        "warmup_area", values: ["counted", "fitted"],
        meaning: "fitted counts the warm-up's learning rates in S1 by a share ω")

    package static let about = LawDescription(
        id: "multi-power", title: "Multi-power: a loss curve from every drop of its learning rate",
        kind: .curve,
        formula: "L(t) = L0 + A·S1(t)^−α − B·Σ_k (η_{k−1} − η_k)·(1 − (C·η_k^−γ·S_k(t) + 1)^−β)",
        reference: "Luo et al. 2025, arXiv:2503.12811",
        options: [annealingFrom, annealingGain, dropMeasure, warmupArea, .pointsFrom],
        limits: "One size, batch size and data mix; C, β and γ need several shapes of schedule.")

    package let parameters: [ParameterSpec]
    package let requiredFeatures: [Feature] = []
    let countsWarmupDrops: Bool
    let dropMeasure: DropMeasure
    /// The positions of ζ and ω, where they are parameters.
    let fadingIndex: Int?
    let warmupShareIndex: Int?

    package init(options: LawOptions) {
        countsWarmupDrops = options.has(Self.annealingFrom, "start")
        dropMeasure =
            options.has(Self.dropMeasure, "power")
            ? DropMeasure(power: 0.7)
            : DropMeasure(power: options.has(Self.dropMeasure, "root") ? 0.5 : 1)
        let isFading = options.has(Self.annealingGain, "fading")
        let fitsWarmup = options.has(Self.warmupArea, "fitted")
        parameters =
            Self.paperParameters + (isFading ? [Self.fadingExponent] : [])
            + (fitsWarmup ? [Self.warmupShare] : [])
        fadingIndex = isFading ? Self.paperParameters.count : nil
        warmupShareIndex = fitsWarmup ? parameters.count - 1 : nil
    }

    private static let paperParameters = [
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
            "annealing_coefficient", symbol: "B", meaning: "loss gained per drop of the rate",
            bounds: 0...1e9, start: .projected),
        ParameterSpec(
            "drop_rate", symbol: "C", meaning: "how soon the gain of a drop begins",
            bounds: 1e-6...1e6, scale: .log, start: .searched(0.03...30),
            prior: ParameterPrior(center: 1, spread: 3), trials: [1, 8, 0.125]),
        ParameterSpec(
            "drop_exponent", symbol: "β", meaning: "how fast the gain of a drop completes",
            bounds: 1e-3...10, scale: .log, start: .searched(0.05...1),
            prior: ParameterPrior(center: 0.2, spread: 0.7)),
        ParameterSpec(
            "rate_exponent", symbol: "γ", meaning: "how the gain's pace depends on the rate",
            bounds: 0...2, start: .searched(0.2...1),
            prior: ParameterPrior(center: 0.6, spread: 0.25)),
    ]

    private static let fadingExponent = ParameterSpec(
        "fading_exponent", symbol: "ζ", meaning: "how fast the gain of a drop fades with S1",
        bounds: -1...2, start: .searched(0...0.4), prior: ParameterPrior(center: 0.2, spread: 0.1))

    private static let warmupShare = ParameterSpec(
        "warmup_share", symbol: "ω", meaning: "what the warm-up's area counts for in S1",
        bounds: 0.01...5, start: .searched(0.5...1.5), prior: ParameterPrior(center: 1, spread: 1))

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        MultiPowerEvaluator(law: self, inputs: inputs)
    }

    /// The priors with an annealing gain of usual size, for gains that fade.
    ///
    /// B·peak was 0.39 nats at a peak of 5e-4 and 0.60 at 2e-3 (a public sweep of one 124M model), 0.62
    /// and 0.72 at 3e-3 (the sample runs for fitting); by drops measured as a power, B·peak^0.7 was 0.45,
    /// 0.64, 0.73 and 0.87. `AnnealingLaw` says how gains depend on the peak. That of roots follows the
    /// line through the two.
    package func priors(for inputs: [LawInput]) -> [String: ParameterPrior] {
        var priors = staticPriors
        guard fadingIndex != nil, let scale = CurveScale(inputs), scale.gainPriorShare > 0 else {
            return priors
        }
        let gain = 0.7 + (1 - dropMeasure.power) / 3
        let coefficient = gain * scale.gainFactor / pow(scale.peak, dropMeasure.power)
        priors["annealing_coefficient"] = ParameterPrior(
            center: coefficient, spread: 0.4 * coefficient, share: scale.gainPriorShare,
            source: CurveScale.gainSource)
        return priors
    }

    package func cautions(for inputs: [LawInput], free: Set<String>) -> [String] {
        let shapes = ["drop_rate", "drop_exponent", "rate_exponent"]
        guard inputs.count < 3, free.isSuperset(of: shapes) else { return [] }
        return [
            "drop_rate, drop_exponent and rate_exponent are fitted on fewer than three curves, "
                + "which hardly tell them apart; fix one of them or add a schedule of another shape"
        ]
    }
}

/// The multi-power law at fixed inputs.
///
/// With S1 = 0 (before any learning) the loss comes out infinite: the law says nothing there.
private struct MultiPowerEvaluator: LawEvaluator {
    private struct Curve {
        /// The part of S1 at each point that is the warm-up's; 0 where all of it counts.
        let warmupAreas: [Double]
        var drops: RateDropSums
    }

    let pointCount: Int
    private let law: MultiPowerLaw
    private var curves: [Curve]

    init(law: MultiPowerLaw, inputs: [LawInput]) {
        self.law = law
        curves = inputs.map { input in
            guard let areas = input.areas else {
                preconditionFailure("a curve law is evaluated on curves")
            }
            let drops = RateDropSums(
                areas, at: input.steps,
                from: law.countsWarmupDrops ? 1 : areas.schedule.warmupSteps + 1,
                measure: law.dropMeasure)
            let whole = law.warmupShareIndex == nil ? 0 : areas.warmupArea
            return Curve(warmupAreas: drops.pointAreas.map { min($0, whole) }, drops: drops)
        }
        pointCount = curves.reduce(0) { $0 + $1.warmupAreas.count }
    }

    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        let shape = RateDropShape(
            rate: parameters[4], exponent: parameters[5], rateExponent: parameters[6])
        let fading = law.fadingIndex.map { parameters[$0] } ?? 0
        let leftOut = 1 - (law.warmupShareIndex.map { parameters[$0] } ?? 1)
        var point = 0
        for index in curves.indices {
            let sums = curves[index].drops.sums(shape)
            let curve = curves[index]
            for (place, sum) in sums.enumerated() {
                let warmupArea = curve.warmupAreas[place]
                let area = curve.drops.pointAreas[place] - leftOut * warmupArea
                guard area > 0 else {
                    // Before any learning; coefficients of 0 would make it no number.
                    losses[point] = .infinity
                    for column in law.parameters.indices {
                        jacobian?[column * pointCount + point] = 0
                    }
                    point += 1
                    continue
                }
                let logArea = log(area)
                let areaPower = exp(-parameters[2] * logArea)
                let areaTerm = parameters[1] * areaPower
                let left = law.fadingIndex == nil ? 1 : exp(-fading * logArea)
                let gain = parameters[3] * left
                losses[point] = parameters[0] + areaTerm - gain * sum.value
                if let jacobian {
                    func set(_ parameter: Int, _ slope: Double) {
                        jacobian[parameter * pointCount + point] = slope
                    }
                    set(0, 1)
                    set(1, areaPower)
                    set(2, -areaTerm * logArea)
                    set(3, -left * sum.value)
                    set(4, -gain * sum.byRate)
                    set(5, -gain * sum.byExponent)
                    set(6, -gain * sum.byRateExponent)
                    if let index = law.fadingIndex { set(index, gain * sum.value * logArea) }
                    if let index = law.warmupShareIndex {
                        let byLogArea = fading * gain * sum.value - parameters[2] * areaTerm
                        set(index, byLogArea * warmupArea / area)
                    }
                }
                point += 1
            }
        }
    }
}
