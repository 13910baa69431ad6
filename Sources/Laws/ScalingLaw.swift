import Foundation
package import Records
package import Schedules

/// A loss as a function of named parameters, one file of this folder each.
///
/// To add a law, copy `ChinchillaLaw.swift` (rows of a table) or `AnnealingLaw.swift` (curves under
/// a learning-rate schedule) and change, top to bottom: the doc comment with formula, symbols and
/// paper; `about`; the parameters; the evaluator with the loss and its derivatives; the derived
/// quantities. Then add one line to `LawCatalog.standard`. The API, the CLI, the documentation and
/// the conformance tests find it there.
///
/// Derivatives are written by hand: the same formulas on dual numbers, eight derivatives in vector
/// lanes, take 3.5 to 4 times as long for the Chinchilla law and 1.4 times for LR annealing
/// (`isoloss-bench derivatives`), and the conformance tests check every Jacobian.
///
/// Everything here is in the parameters' own units. Robust losses, log residuals, the solver's
/// coordinates, bounds, several starts and intervals are the fit's business.
package protocol ScalingLaw: Sendable {
    /// The law's description, whatever its options.
    static var about: LawDescription { get }

    /// A law with its options chosen.
    init(options: LawOptions)

    /// The formula under the law's options.
    var formula: String { get }

    /// The parameters in the order in which the evaluator takes them.
    var parameters: [ParameterSpec] { get }

    /// The features that every run must carry.
    var requiredFeatures: [Feature] { get }

    /// Features that a run may carry beside them, or in place of one that follows from them.
    var optionalFeatures: [Feature] { get }

    /// Logged series that `features(of:)` reads, so that a store loads them.
    var loggedSeries: [String] { get }

    /// A run's numbers as the evaluator takes them, what follows from others filled in.
    ///
    /// - Parameter run: The run; for a prediction one with features alone.
    /// - Returns: Its features and those that follow.
    /// - Throws: `LawError.badRun` when something to derive a feature from cannot be read.
    func features(of run: Run) throws(LawError) -> [Feature: Double]

    /// Prepares the evaluation at fixed inputs; all that does not depend on parameters is done here.
    ///
    /// The predictions come in the order of the inputs and, within each, of its steps.
    func evaluator(for inputs: [LawInput]) -> any LawEvaluator

    /// The first step of a schedule at which the law says anything; only asked of curve laws.
    func firstStep(on areas: ScheduleAreas) -> Int

    /// A model that completes a start where the loss is linear in functions of parameters only.
    ///
    /// - Parameters:
    ///   - values: The start so far: searched parameters from the design.
    ///   - inputs: The points of the measured losses.
    ///   - losses: The measured losses, one per point.
    /// - Returns: Terms that nearly add up to the loss, or nil for a law that needs none.
    func startModel(at values: [Double], inputs: [LawInput], losses: [Double]) -> StartModel?

    /// Quantities that follow from the parameters, such as the exponent of the compute-optimal size.
    func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity]

    /// The same of a fit, with quantities of where its points lie.
    ///
    /// - Parameters:
    ///   - parameters: Values in the law's own order and units.
    ///   - inputs: The points of the fit.
    /// - Returns: The quantities, always as many for the same points.
    func derivedQuantities(_ parameters: [Double], over inputs: [LawInput]) -> [DerivedQuantity]

    /// Parameters that data often do not tell apart; nil where there are none.
    var tradeOff: TradeOff? { get }

    /// The size N that minimises the loss at a given N·D, in closed form; nil where the law has none.
    ///
    /// - Parameters:
    ///   - parameters: Values in the law's own order and units.
    ///   - product: N·D, parameters times tokens.
    ///   - held: The run's other features, which stay the same, such as the experts.
    /// - Returns: N; the tokens are `product`/N.
    func optimalParameterCount(
        _ parameters: [Double], product: Double, held: [Feature: Double]
    ) -> Double?

    /// Names of parameters that bend along a valley, so that their intervals are those of the profile
    /// even where the linearised model is asked for.
    var profiled: Set<String> { get }

    /// Features that have a best value of their own, given the others, where a run leaves them open.
    ///
    /// - Parameters:
    ///   - parameters: Values in the law's own order and units.
    ///   - features: What is given of the run.
    /// - Returns: Those among the law's features that are not given; mostly none.
    func optimalFeatures(
        _ parameters: [Double], given features: [Feature: Double]
    ) -> [Feature: Double]

    /// The misspecified term, which real curves follow least closely, by the name of its coefficient;
    /// nil if none stands out.
    ///
    /// Intervals of curves are wide where this term is large.
    var misspecifiedTerm: String? { get }

    /// The priors of parameters, before any data, for runs like these.
    ///
    /// - Parameter inputs: The points of the fit, whose rates and lengths a prior may depend on.
    /// - Returns: Priors by the parameters' names.
    func priors(for inputs: [LawInput]) -> [String: ParameterPrior]

    /// The way in which the law is fitted.
    var fitting: FittingMethod { get }

    /// Warnings about a fit on these inputs, whatever its outcome.
    ///
    /// - Parameters:
    ///   - inputs: The points of the fit.
    ///   - free: Names of the parameters that are fitted.
    /// - Returns: Sentences for the fit's warnings.
    func cautions(for inputs: [LawInput], free: Set<String>) -> [String]

    /// The reason for which these inputs cannot determine the law at all; nil where they may.
    ///
    /// - Parameters:
    ///   - inputs: The points of the fit.
    ///   - free: Names of the parameters that are fitted.
    /// - Returns: A sentence without its full stop.
    func refusal(for inputs: [LawInput], free: Set<String>) -> String?
}

extension ScalingLaw {
    package var formula: String { Self.about.formula }

    package var optionalFeatures: [Feature] { [] }

    package var loggedSeries: [String] { [] }

    package var profiled: Set<String> { [] }

    package func features(of run: Run) throws(LawError) -> [Feature: Double] { run.features }

    package func startModel(at values: [Double], inputs: [LawInput], losses: [Double])
        -> StartModel?
    { nil }

    package func firstStep(on areas: ScheduleAreas) -> Int { 0 }

    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] { [] }

    package func derivedQuantities(
        _ parameters: [Double], over inputs: [LawInput]
    ) -> [DerivedQuantity] { derivedQuantities(parameters) }

    package var tradeOff: TradeOff? { nil }

    package func optimalParameterCount(
        _ parameters: [Double], product: Double, held: [Feature: Double]
    ) -> Double? { nil }

    package func optimalFeatures(
        _ parameters: [Double], given features: [Feature: Double]
    ) -> [Feature: Double] { [:] }

    package var misspecifiedTerm: String? { nil }

    package func priors(for inputs: [LawInput]) -> [String: ParameterPrior] { staticPriors }

    /// The priors that do not depend on the runs.
    package var staticPriors: [String: ParameterPrior] {
        Dictionary(
            uniqueKeysWithValues: parameters.compactMap { spec in
                spec.prior.map { (spec.name, $0) }
            })
    }

    package var fitting: FittingMethod { .optimum }

    package func cautions(for inputs: [LawInput], free: Set<String>) -> [String] { [] }

    package func refusal(for inputs: [LawInput], free: Set<String>) -> String? { nil }
}

/// A way from points to the parameters of a law.
package enum FittingMethod: Sendable {
    /// The optimum of the objective over all parameters.
    case optimum
    /// Each member alone under the priors of its parameters, their shares by what they predict of
    /// points left out.
    case average(LawMixture)
}

/// The rates and lengths of the curves of a fit, which priors in a law's own units scale with.
package struct CurveScale: Sendable {
    /// The highest learning rate of any run.
    package let peak: Double
    /// The steps of the longest run's schedule.
    package let length: Int
    /// The share of a prior on annealing gains: 1 while no run's rate has fallen below 0.8 of its peak,
    /// and 0 from 0.5 down, where the data tell gains themselves.
    ///
    /// Runs at a constant rate know nothing of a gain, and a law's misfit of them pushes it anywhere,
    /// so that a prior must decide. Where rates have fallen it would only pull.
    package let gainPriorShare: Double
    /// The share of a prior on the pace of gains: 1 while no cooldown of more than a fifth of the
    /// longest run was seen, and 0 from two fifths on.
    ///
    /// A short cooldown shows what it gained, and hardly how much of that a longer one would add: laws
    /// that follow two cooldowns of a tenth equally well (to 0.1 %) disagree by 5 % on one of four
    /// fifths, and the closest of them forgets changes of the rate far too soon.
    package let pacePriorShare: Double
    /// The steps of the longest cooldown that points were seen of, to less than half the peak; else 0.
    package let longestFall: Int

    /// - Parameter inputs: The points of the fit; nil where there are no curves with a rate.
    package init?(_ inputs: [LawInput]) {
        let schedules = inputs.compactMap { $0.areas?.schedule }
        guard let peak = schedules.map(\.peakLearningRate).max(), peak > 0,
            let length = schedules.map(\.totalSteps).max()
        else { return nil }
        self.peak = peak
        self.length = length
        let falls = inputs.compactMap(Fall.init)
        let lowest = falls.map(\.lowest).min() ?? 1
        gainPriorShare = min(1, max(0, (lowest - 0.5) / 0.3))
        longestFall = falls.filter { $0.lowest < 0.5 }.map(\.steps).max() ?? 0
        pacePriorShare = min(1, max(0, (0.4 - Double(longestFall) / Double(length)) / 0.2))
    }

    /// The fall of the rate as far as the points of one run see it.
    private struct Fall {
        /// The lowest rate after the warm-up, as a share of the peak.
        var lowest = 1.0
        /// From the first point below the peak to the last of all.
        var steps = 0

        init?(_ input: LawInput) {
            guard let schedule = input.areas?.schedule, schedule.peakLearningRate > 0 else {
                return nil
            }
            var first: Int?
            for step in input.steps where step >= schedule.warmupSteps {
                let rate = schedule.learningRate(at: step) / schedule.peakLearningRate
                lowest = min(lowest, rate)
                if rate < 0.99, first == nil { first = step }
                steps = step - (first ?? step)
            }
        }
    }

    /// The gain of annealing from this peak over that from 3e-3; `AnnealingLaw.priors` has its source.
    package var gainFactor: Double { pow(peak / 3e-3, 0.37) }

    /// The loss that a fall from this peak to 0 gains, in nats.
    package var usualGain: Double { 0.26 * gainFactor }

    /// The standard deviation of a gain about the usual one, as a share of it.
    ///
    /// The five studies of `AnnealingLaw.priors` scatter by 0.18 about a line with two numbers fitted
    /// to them, and a study to come may be less like them.
    package static let gainSpread = 0.3

    /// Runs as long as the longest one at this peak: one held to its end, and one whose rate falls to 0
    /// over its last steps.
    ///
    /// - Parameter steps: How many steps; a fifth of the run if nil.
    /// - Returns: The two; nil for lengths and rates that make no schedule.
    package func cooldown(
        over steps: Int? = nil
    ) -> (held: LearningRateSchedule, cooled: LearningRateSchedule)? {
        let fall = max(2, steps ?? length / 5)
        let start = "warmup:1@\(peak),hold:\(max(1, length - 1 - fall))"
        guard let held = try? LearningRateSchedule(parsing: start + ",hold:\(fall)"),
            let cooled = try? LearningRateSchedule(parsing: start + ",linear:\(fall)@0")
        else { return nil }
        return (held, cooled)
    }

    /// The source of gains, as an answer names it.
    package static let gainSource =
        "annealing gains of the sample runs for fitting, a public sweep of peak rates and published "
        + "fits (arXiv 2505.07796), scaled to this peak rate"
}

/// A law bound to the points where it is evaluated.
package protocol LawEvaluator {
    /// The number of predictions of one evaluation.
    var pointCount: Int { get }

    /// Predicts the loss at every point, and the derivatives when asked.
    ///
    /// - Parameters:
    ///   - parameters: Values in the law's own order and units.
    ///   - losses: Receives the predicted loss of each point (`pointCount`).
    ///   - jacobian: Receives ∂loss/∂parameter, column-major, `pointCount` × parameters.
    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?)
}

extension LawEvaluator {
    /// The predicted losses.
    ///
    /// - Parameter parameters: Values in the law's own order and units.
    /// - Returns: One loss per point.
    package mutating func losses(at parameters: [Double]) -> [Double] {
        var losses = Array(repeating: 0.0, count: pointCount)
        parameters.withUnsafeBufferPointer { parameters in
            losses.withUnsafeMutableBufferPointer { losses in
                evaluate(parameters, losses: losses, jacobian: nil)
            }
        }
        return losses
    }

    /// The predicted losses and their derivatives.
    ///
    /// - Parameter parameters: Values in the law's own order and units.
    /// - Returns: One loss per point, and ∂loss/∂parameter, column-major.
    package mutating func lossesAndJacobian(
        at parameters: [Double]
    ) -> (losses: [Double], jacobian: [Double]) {
        var losses = Array(repeating: 0.0, count: pointCount)
        var jacobian = Array(repeating: 0.0, count: pointCount * parameters.count)
        evaluate(parameters, losses: &losses, jacobian: &jacobian)
        return (losses, jacobian)
    }

    /// Predicts into arrays at hand.
    ///
    /// - Parameters:
    ///   - parameters: Values in the law's own order and units.
    ///   - losses: Receives one loss per point.
    ///   - jacobian: Receives ∂loss/∂parameter, column-major.
    package mutating func evaluate(
        _ parameters: [Double], losses: inout [Double], jacobian: inout [Double]
    ) {
        parameters.withUnsafeBufferPointer { parameters in
            losses.withUnsafeMutableBufferPointer { losses in
                jacobian.withUnsafeMutableBufferPointer { jacobian in
                    evaluate(parameters, losses: losses, jacobian: jacobian)
                }
            }
        }
    }
}
