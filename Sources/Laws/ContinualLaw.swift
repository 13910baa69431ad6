import Foundation
package import Records
import Schedules

/// The loss along a run whose data change on the way: continual pre-training.
///
///     L(s) = L0 + A·(S1pt + S1cpt)^−α − C1·S2pt − C2·S2cpt + B·(1 − (1 + E·S1cpt)^−β)
///     L(s) = … − C1·N^γ1·S2pt − C2·N^γ2·S2cpt + F·N^−γ3 …              model_size=included
///
/// S1 and S2 are the areas of `lr-annealing`, `pt` those of the steps before `phase_step` and `cpt`
/// those from it on. The last term is the shift: on a validation set of the first phase's data the
/// loss rises (B > 0), on one of the second's it falls (B < 0).
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | L0 | `irreducible_loss` | nats per token | ≥ 0 |
/// | A | `area_coefficient` | nats · (rate·steps)^α | ≥ 0 |
/// | α | `area_exponent` | – | 0 … 5 |
/// | C1, C2 | `annealing_coefficient`, `second_annealing_coefficient` | nats per rate·step | ≥ 0 |
/// | λ | `annealing_decay` | per step | 0.5 … 1 − 10⁻⁶ |
/// | B | `shift_coefficient` | nats | −100 … 100 |
/// | E | `shift_rate` | per rate·step | 10⁻³ … 10⁷ |
/// | β | `shift_exponent` | – | 10⁻³ … 5 |
/// | F | `parameter_coefficient` | nats · parameters^γ3 | > 0 |
/// | γ3 | `parameter_exponent` | – | 0 … 3 |
/// | γ1, γ2 | `annealing_growth_exponent`, `second_annealing_growth_exponent` | – | −1 … 1 |
/// | a1, a2 | `replay_annealing_rate`, `replay_shift_rate` | – | −10 … 10, 10⁻³ … 20 |
///
/// With a share r of the first data replayed (`replay_share`), on the first data's validation set
/// (`replay=old_data`) C2 counts e^(a1·r) times and the shift 1 − e^(−a2·(1 − r)) times; on the second
/// data's (`replay=new_data`) they count e^(a1·(1 − r)) and e^(a2·(1 − r)) − 1 times.
///
///     isoloss fit --law continual study --series old_corpus --fix annealing_decay=0.999
///
/// Source: Wang et al. 2025, arXiv 2505.07796, equations 4, 7 and 8. How the momentum of S2 passes the
/// change of data is not in the paper: here it ends with the first phase, and the change of rate onto
/// `phase_step` is the second's first.
///
/// Where β is small or the second phase short, B, E and β are not told apart, only the shift itself: a
/// fit says so, and names the surest of `shift_slope`, `shift_log_slope` and `shift_at_end` instead.
/// A run of the first data alone has its total steps as `phase_step`.
package struct ContinualLaw: ScalingLaw {
    private static let replay = LawOption(
        "replay", values: ["ignored", "old_data", "new_data"],
        meaning:
            "the validation set, of the first phase's data or the second's, where runs differ in "
            + "replay_share")

    private static let modelSize = LawOption(
        "model_size", values: ["ignored", "included"],
        meaning: "included adds F·N^−γ3 and scales C1 and C2 by N^γ1 and N^γ2, for runs of several "
            + "sizes")

    package static let about = LawDescription(
        id: "continual", title: "Continual: a loss curve across a change of data", kind: .curve,
        formula: "L(s) = L0 + A·S1^−α − C1·S2pt − C2·S2cpt + B·(1 − (1 + E·S1cpt)^−β)",
        reference: "Wang et al. 2025, arXiv:2505.07796", options: [replay, modelSize, .pointsFrom],
        limits:
            "One change of data, one batch size; one validation set per fit. B, E and β trade off "
            + "where the shift is slow.")

    package let parameters: [ParameterSpec]
    package let requiredFeatures: [Feature]
    package let optionalFeatures: [Feature] = [.replayShare]
    private let set: ValidationSet?
    private let includesSize: Bool

    /// The data of the validation set, where replay counts.
    private enum ValidationSet { case old, new }

    package var formula: String {
        guard includesSize else { return Self.about.formula }
        return "L(s) = L0 + A·S1^−α − C1·N^γ1·S2pt − C2·N^γ2·S2cpt + B·(1 − (1 + E·S1cpt)^−β) + "
            + "F·N^−γ3"
    }

    package init(options: LawOptions) {
        set =
            options.has(Self.replay, "ignored")
            ? nil : options.has(Self.replay, "old_data") ? .old : .new
        includesSize = options.has(Self.modelSize, "included")
        requiredFeatures = [.phaseStep] + (includesSize ? [.parameterCount] : [])
        parameters =
            Self.phaseParameters + (includesSize ? Self.sizeParameters : [])
            + (set == nil ? [] : Self.replayParameters)
    }

    private static let phaseParameters = [
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
            "annealing_coefficient", symbol: "C1",
            meaning: "loss gained per annealing area of the first phase",
            bounds: 0...1e6, start: .projected),
        ParameterSpec(
            "second_annealing_coefficient", symbol: "C2",
            meaning: "loss gained per annealing area of the second phase",
            bounds: 0...1e6, start: .projected),
        ParameterSpec(
            "annealing_decay", symbol: "λ", meaning: "memory of past changes of the rate, per step",
            bounds: 0.5...(1 - 1e-6), scale: .decay, start: .searched(0.95...0.9999)),
        ParameterSpec(
            "shift_coefficient", symbol: "B",
            meaning: "loss added by endless training on the second data",
            bounds: -100...100, start: .projected),
        ParameterSpec(
            "shift_rate", symbol: "E", meaning: "how soon the shift sets in, per forward area",
            bounds: 1e-3...1e7, scale: .log, start: .searched(1...1e4)),
        ParameterSpec(
            "shift_exponent", symbol: "β", meaning: "how fast the shift approaches its limit",
            bounds: 1e-3...5, scale: .log, start: .searched(0.05...1)),
    ]

    private static let sizeParameters =
        [
            ParameterSpec(
                "parameter_coefficient", symbol: "F", meaning: "size of the model-size term",
                bounds: 1e-6...1e40, scale: .log, start: .projected),
            ParameterSpec(
                "parameter_exponent", symbol: "γ3", meaning: "how fast loss falls with model size",
                bounds: 0...3, start: .searched(0.1...1)),
        ]
        + [
            ("annealing_growth_exponent", "γ1", "first"),
            ("second_annealing_growth_exponent", "γ2", "second"),
        ].map { name, symbol, phase in
            ParameterSpec(
                name, symbol: symbol,
                meaning: "how the gain from annealing in the \(phase) phase grows with model size",
                bounds: -1...1, start: .searched(-0.2...0.2))
        }

    private static let replayParameters = [
        ParameterSpec(
            "replay_annealing_rate", symbol: "a1",
            meaning: "how the validation set's share of the data changes the gain from annealing",
            bounds: -10...10, start: .searched(-1...1)),
        ParameterSpec(
            "replay_shift_rate", symbol: "a2",
            meaning: "how the second data's share changes the shift",
            bounds: 1e-3...20, scale: .log, start: .searched(0.3...3)),
    ]

    package func features(of run: Run) throws(LawError) -> [Feature: Double] {
        if let share = run.features[.replayShare], !(share < 1) {
            throw .badRun(
                run.id, field: "replay_share = \(share)",
                rule: "must be a share, above 0 and below 1")
        }
        return run.features
    }

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        Evaluator(
            curves: inputs.map(Curve.init), set: set, includesSize: includesSize,
            parameterCount: parameters.count)
    }

    /// One run's steps and areas, split where its data change.
    private struct Curve {
        let areas: ScheduleAreas
        let steps: [Int]
        let logForwardAreas: [Double]
        /// S1cpt.
        let secondAreas: [Double]
        /// The steps at which S2pt is read: it stays where the first phase ends.
        let firstSteps: [Int]
        /// Nil for a run of one phase.
        let phaseStep: Int?
        /// The share of the first data in the second phase.
        let replayShare: Double
        /// log N; 0 where sizes are ignored.
        let logSize: Double

        init(_ input: LawInput) {
            guard let areas = input.areas else {
                preconditionFailure("a curve law is evaluated on curves")
            }
            self.areas = areas
            steps = input.steps
            replayShare = input.features[.replayShare] ?? 0
            logSize = log(input.features[.parameterCount] ?? 1)
            let forwardAreas = areas.forwardArea(at: steps)
            logForwardAreas = forwardAreas.map { log($0) }
            let total = Double(areas.schedule.totalSteps)
            let change = Int(min(max(1, input.required(.phaseStep).rounded()), total))
            guard change < areas.schedule.totalSteps else {
                phaseStep = nil
                firstSteps = steps
                secondAreas = steps.map { _ in 0 }
                return
            }
            phaseStep = change
            firstSteps = steps.map { min($0, change - 1) }
            let first = areas.forwardArea(at: [change - 1])[0]
            secondAreas = zip(steps, forwardAreas).map { $0 < change ? 0 : max(0, $1 - first) }
        }
    }

    /// With S1 = 0 (before any learning) the loss comes out infinite: the law says nothing there.
    private struct Evaluator: LawEvaluator {
        let curves: [Curve]
        let set: ValidationSet?
        let includesSize: Bool
        let parameterCount: Int
        let pointCount: Int

        init(curves: [Curve], set: ValidationSet?, includesSize: Bool, parameterCount: Int) {
            self.curves = curves
            self.set = set
            self.includesSize = includesSize
            self.parameterCount = parameterCount
            pointCount = curves.reduce(0) { $0 + $1.steps.count }
        }

        func evaluate(
            _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
            jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            var point = 0
            for curve in curves {
                let first = curve.areas.annealingArea(
                    at: curve.firstSteps, decay: parameters[5],
                    from: curve.areas.schedule.warmupSteps + 1)
                let second = curve.phaseStep.map {
                    curve.areas.annealingArea(at: curve.steps, decay: parameters[5], from: $0)
                }
                let size = includesSize ? Size(curve.logSize, parameters) : Size()
                let replay = Replay(
                    set, share: curve.replayShare, parameters, from: parameterCount - 2)
                for index in curve.steps.indices {
                    losses[point] = loss(
                        curve, index, parameters, size, replay,
                        first: (first.areas[index], first.derivatives[index]),
                        second: second.map { ($0.areas[index], $0.derivatives[index]) } ?? (0, 0)
                    ) { column, slope in jacobian?[column * pointCount + point] = slope }
                    point += 1
                }
            }
        }

        /// The loss at a point; areas come with their derivatives by λ.
        private func loss(
            _ curve: Curve, _ index: Int, _ parameters: UnsafeBufferPointer<Double>,
            _ size: Size, _ replay: Replay, first: (area: Double, slope: Double),
            second: (area: Double, slope: Double), _ slope: (Int, Double) -> Void
        ) -> Double {
            let logArea = curve.logForwardAreas[index]
            guard logArea > -.infinity else {
                // Before any learning; coefficients of 0 would make it no number.
                for column in 0..<parameterCount { slope(column, 0) }
                return .infinity
            }
            let areaPower = exp(-parameters[2] * logArea)
            let areaTerm = parameters[1] * areaPower
            let firstGain = parameters[3] * size.firstGain
            let secondGain = parameters[4] * size.secondGain * replay.gain
            let (shift, rate, exponent) = (parameters[6], parameters[7], parameters[8])
            // log1p and expm1 keep the digits of a shift that has hardly begun.
            let logStretch = log1p(rate * curve.secondAreas[index])
            let left = exp(-exponent * logStretch)
            let shifted = -expm1(-exponent * logStretch)
            slope(0, 1)
            slope(1, areaPower)
            slope(2, -areaTerm * logArea)
            slope(3, -size.firstGain * first.area)
            slope(4, -size.secondGain * replay.gain * second.area)
            slope(5, -firstGain * first.slope - secondGain * second.slope)
            slope(6, replay.shift * shifted)
            let stretch = curve.secondAreas[index] / (1 + rate * curve.secondAreas[index])
            slope(7, replay.shift * shift * exponent * left * stretch)
            slope(8, replay.shift * shift * left * logStretch)
            if includesSize {
                slope(9, size.power)
                slope(10, -size.term * curve.logSize)
                slope(11, -firstGain * first.area * curve.logSize)
                slope(12, -secondGain * second.area * curve.logSize)
            }
            if set != nil {
                slope(parameterCount - 2, -secondGain * replay.gainRate * second.area)
                slope(parameterCount - 1, shift * shifted * replay.shiftSlope)
            }
            return parameters[0] + size.term + areaTerm - firstGain * first.area
                - secondGain * second.area + replay.shift * shift * shifted
        }
    }

    /// F·N^−γ3 and the factors of C1 and C2 at a size.
    private struct Size {
        var power = 0.0
        var term = 0.0
        var firstGain = 1.0
        var secondGain = 1.0

        init() {}

        init(_ logSize: Double, _ parameters: UnsafeBufferPointer<Double>) {
            power = exp(-parameters[10] * logSize)
            term = parameters[9] * power
            firstGain = exp(parameters[11] * logSize)
            secondGain = exp(parameters[12] * logSize)
        }
    }

    /// The factors of C2 and of the shift under replay, with the latter's derivative by a2.
    private struct Replay {
        var gain = 1.0
        /// The derivative of log `gain` by a1.
        var gainRate = 0.0
        var shift = 1.0
        var shiftSlope = 0.0

        init(
            _ set: ValidationSet?, share: Double, _ parameters: UnsafeBufferPointer<Double>,
            from index: Int
        ) {
            guard let set else { return }
            let rest = 1 - share
            let power = (set == .old ? -1 : 1) * parameters[index + 1] * rest
            gainRate = set == .old ? share : rest
            gain = exp(parameters[index] * gainRate)
            shift = abs(expm1(power))
            shiftSlope = rest * exp(power)
        }
    }

    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] {
        let slope = parameters[6] * parameters[8]
        return [
            DerivedQuantity(
                "annealing_memory_steps",
                meaning: "steps over which a change of the rate is felt, 1/(1 − λ)",
                value: 1 / (1 - parameters[5])),
            DerivedQuantity(
                "shift_slope", meaning: "B·β·E: shift per rate·step as the second phase begins",
                value: slope * parameters[7]),
            DerivedQuantity(
                "shift_log_slope",
                meaning: "B·β: shift per factor e of 1 + E·S1cpt, for as long as β is small",
                value: slope),
        ]
    }

    /// Beside them the shift where the second phases of a fit end, which its points tell best of all.
    package func derivedQuantities(
        _ parameters: [Double], over inputs: [LawInput]
    ) -> [DerivedQuantity] {
        let longest = inputs.flatMap { Curve($0).secondAreas }.max() ?? 0
        guard longest > 0 else { return derivedQuantities(parameters) }
        let shifted = -expm1(-parameters[8] * log1p(parameters[7] * longest))
        return derivedQuantities(parameters) + [
            DerivedQuantity(
                "shift_at_end",
                meaning: "B·(1 − (1 + E·S1cpt)^−β): shift after the longest second phase fitted",
                value: parameters[6] * shifted)
        ]
    }

    package var tradeOff: TradeOff? {
        TradeOff(
            parameters: ["shift_coefficient", "shift_rate", "shift_exponent"],
            quantities: ["shift_slope", "shift_log_slope", "shift_at_end"])
    }

    /// The gain of the annealing that a prediction is mostly asked about, as in `lr-annealing`.
    package var misspecifiedTerm: String? { "second_annealing_coefficient" }

    package func cautions(for inputs: [LawInput], free: Set<String>) -> [String] {
        let curves = inputs.map(Curve.init)
        guard curves.contains(where: { $0.secondAreas.contains { $0 > 0 } }) else {
            return [
                "no point lies in a second phase: phase_step is the end of every run, and the shift is "
                    + "not determined; lr-annealing fits runs of one phase"
            ]
        }
        var cautions: [String] = []
        if set != nil, Set(curves.map(\.replayShare)).count < 2 {
            cautions.append(
                "all runs have one replay_share: replay_annealing_rate and replay_shift_rate need "
                    + "runs of several")
        }
        if includesSize, Set(curves.map(\.logSize)).count < 3 {
            cautions.append(
                "model_size=included needs runs of at least three sizes: a term and an exponent of N "
                    + "are not told apart by fewer")
        }
        return cautions
    }
}
