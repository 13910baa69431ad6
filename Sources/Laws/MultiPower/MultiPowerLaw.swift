import Foundation
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
/// | B | `annealing_coefficient` | nats per rate | ≥ 0 |
/// | C | `drop_rate` | rate^γ per rate·step | 10⁻⁶ … 10⁶ |
/// | β | `drop_exponent` | – | 10⁻³ … 10 |
/// | γ | `rate_exponent` | – | 0 … 2 |
/// | ζ | `fading_exponent` | – | −1 … 2 |
///
/// Source: Luo et al. 2025, arXiv 2503.12811. The sum starts at the first step, so the rises of the
/// warm-up are in it; S1 counts the warm-up's area, which the paper writes apart as S_W. Where
/// η_k = 0: G is 0 if S_k(t) = 0, else 1.
///
/// The three shapes of a drop (C, β, γ) trade off along a flat valley: curves of two or three
/// schedules leave them badly determined, and the best fit need not forecast best.
///
/// `annealing_from` says which changes of rate are drops: by the paper all, from the start; those up to
/// and including the first rate after the warm-up are left out by `end_of_warmup`.
///
/// `annealing_gain=fading` is ours, not the paper's. By the paper a drop gains as much late in a long
/// run as early in a short one, or more, for S_k(t) is longer there; in the sample runs the same fall
/// of the rate gains less the further training has come, and ζ lets it.
package struct MultiPowerLaw: ScalingLaw {
    package static let annealingFrom = LawOption(
        "annealing_from", values: ["start", "end_of_warmup"],
        meaning: "which changes of the learning rate count as drops")
    package static let annealingGain = LawOption(
        "annealing_gain", values: ["lasting", "fading"],
        meaning: "fading multiplies what drops gain by S1(t)^−ζ")

    package static let about = LawDescription(
        id: "multi-power", title: "Multi-power: a loss curve from every drop of its learning rate",
        kind: .curve,
        formula: "L(t) = L0 + A·S1(t)^−α − B·Σ_k (η_{k−1} − η_k)·(1 − (C·η_k^−γ·S_k(t) + 1)^−β)",
        reference: "Luo et al. 2025, arXiv:2503.12811",
        options: [annealingFrom, annealingGain, .pointsFrom],
        limits: "One size, batch size and data mix; C, β and γ need several shapes of schedule.")

    package let parameters: [ParameterSpec]
    package let requiredFeatures: [Feature] = []
    let countsWarmupDrops: Bool
    let isFading: Bool

    package init(options: LawOptions) {
        countsWarmupDrops = options.has(Self.annealingFrom, "start")
        isFading = options.has(Self.annealingGain, "fading")
        parameters = Self.paperParameters + (isFading ? [Self.fadingExponent] : [])
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
            bounds: 0...5, start: .searched(0.1...1.5)),
        ParameterSpec(
            "annealing_coefficient", symbol: "B", meaning: "loss gained per drop of the rate",
            bounds: 0...1e9, start: .projected),
        ParameterSpec(
            "drop_rate", symbol: "C", meaning: "how soon the gain of a drop begins",
            bounds: 1e-6...1e6, scale: .log, start: .searched(0.03...30)),
        ParameterSpec(
            "drop_exponent", symbol: "β", meaning: "how fast the gain of a drop completes",
            bounds: 1e-3...10, scale: .log, start: .searched(0.05...1)),
        ParameterSpec(
            "rate_exponent", symbol: "γ", meaning: "how the gain's pace depends on the rate",
            bounds: 0...2, start: .searched(0.2...1)),
    ]

    private static let fadingExponent = ParameterSpec(
        "fading_exponent", symbol: "ζ", meaning: "how fast the gain of a drop fades with S1",
        bounds: -1...2, start: .searched(0...0.4))

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        Evaluator(
            curves: inputs.map { input in
                guard let areas = input.areas else {
                    preconditionFailure("a curve law is evaluated on curves")
                }
                let drops = DropSums(
                    areas, at: input.steps,
                    from: countsWarmupDrops ? 1 : areas.schedule.warmupSteps + 1)
                return Curve(logForwardAreas: drops.pointAreas.map { log($0) }, drops: drops)
            }, isFading: isFading)
    }

    private struct Curve {
        let logForwardAreas: [Double]
        var drops: DropSums
    }

    /// Where S1 is 0 (before any learning) the loss comes out infinite: the law says nothing there.
    private struct Evaluator: LawEvaluator {
        private var curves: [Curve]
        private let isFading: Bool
        let pointCount: Int

        init(curves: [Curve], isFading: Bool) {
            self.curves = curves
            self.isFading = isFading
            pointCount = curves.reduce(0) { $0 + $1.logForwardAreas.count }
        }

        mutating func evaluate(
            _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
            jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            let shape = DropShape(
                rate: parameters[4], exponent: parameters[5], rateExponent: parameters[6])
            let fading = isFading ? parameters[7] : 0
            var point = 0
            for index in curves.indices {
                let sums = curves[index].drops.sums(shape)
                for (logArea, sum) in zip(curves[index].logForwardAreas, sums) {
                    let areaPower = exp(-parameters[2] * logArea)
                    let areaTerm = parameters[1] * areaPower
                    let left = isFading ? exp(-fading * logArea) : 1
                    let gain = parameters[3] * left
                    losses[point] = parameters[0] + areaTerm - gain * sum.value
                    if let jacobian {
                        jacobian[point] = 1
                        jacobian[pointCount + point] = areaPower
                        jacobian[2 * pointCount + point] = -areaTerm * logArea
                        jacobian[3 * pointCount + point] = -left * sum.value
                        jacobian[4 * pointCount + point] = -gain * sum.byRate
                        jacobian[5 * pointCount + point] = -gain * sum.byExponent
                        jacobian[6 * pointCount + point] = -gain * sum.byRateExponent
                        if isFading {
                            jacobian[7 * pointCount + point] = gain * sum.value * logArea
                        }
                    }
                    point += 1
                }
            }
        }
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
