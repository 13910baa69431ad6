/// A loss logged along a run, as laws are fitted to it: finite values only.
///
/// `steps` are 0-based and strictly rising; the arrays have one entry per point. The loss at step s
/// was measured after the updates 0…s.
///
///     let curve = LossCurve(steps: [0, 100, 200], losses: [10.8, 6.2, 5.1])
package struct LossCurve: Sendable, Equatable {
    package var steps: [Int]
    /// Mean loss in the run's own unit, nats per token unless the run says otherwise.
    package var losses: [Double]
    /// The learning rate of each point's update, nil where the log does not say.
    package var learningRates: [Double?]?
    /// The steps at which a loss was logged that is not finite; no fit uses them.
    package var notFiniteSteps: [Int]

    package init(
        steps: [Int], losses: [Double], learningRates: [Double?]? = nil, notFiniteSteps: [Int] = []
    ) {
        precondition(steps.count == losses.count, "one loss per step")
        precondition(
            learningRates == nil || learningRates?.count == steps.count, "one rate per step")
        self.steps = steps
        self.losses = losses
        self.learningRates = learningRates
        self.notFiniteSteps = notFiniteSteps
    }

    /// Every n-th point, counted from the last.
    ///
    /// - Parameter count: The points that are enough.
    /// - Returns: Fewer than twice as many, without learning rates.
    package func thinned(to count: Int) -> LossCurve {
        let stride = max(1, steps.count / count)
        let kept = steps.indices.filter { (steps.count - 1 - $0).isMultiple(of: stride) }
        return LossCurve(steps: kept.map { steps[$0] }, losses: kept.map { losses[$0] })
    }

    /// The curve of one loss of a run's points; nil where no point has it.
    ///
    /// - Parameters:
    ///   - points: In step order, each step once.
    ///   - series: The loss's name; nil for the main one.
    package init?(_ points: [Point], series: String?) {
        var steps: [Int] = []
        var losses: [Double] = []
        var rates: [Double?] = []
        var notFiniteSteps: [Int] = []
        var hasRates = false
        for point in points {
            guard let loss = point[series: series] else { continue }
            guard loss.isFinite else {
                notFiniteSteps.append(point.step)
                continue
            }
            steps.append(point.step)
            losses.append(loss)
            rates.append(point.learningRate)
            hasRates = hasRates || point.learningRate != nil
        }
        guard !steps.isEmpty || !notFiniteSteps.isEmpty else { return nil }
        self.init(
            steps: steps, losses: losses, learningRates: hasRates ? rates : nil,
            notFiniteSteps: notFiniteSteps)
    }
}

// A run keeps points; laws want curves. Each curve is made when it is asked for, in one pass.
extension Run {
    /// The curve of a loss; nil where no point has it.
    ///
    /// - Parameter name: A further loss, `validation` for `loss/validation`; nil for the main one.
    /// - Returns: The curve, whose steps may be none where no loss is finite.
    package func curve(of name: String?) -> LossCurve? { LossCurve(points, series: name) }

    /// The curve of the main loss.
    package var curve: LossCurve? {
        get { curve(of: nil) }
        set { replace(nil, with: newValue) }
    }

    /// The curves of the further losses by name.
    package var series: [String: LossCurve] {
        get {
            var curves: [String: LossCurve] = [:]
            for name in seriesNames { curves[name] = curve(of: name) }
            return curves
        }
        set {
            for name in seriesNames.union(newValue.keys) { replace(name, with: newValue[name]) }
        }
    }

    /// The names of the further losses that some point has.
    package var seriesNames: Set<String> {
        var names: Set<String> = []
        for point in points where !point.series.isEmpty { names.formUnion(point.series.keys) }
        return names
    }

    /// The loss of the finished run: its own, else the last finite one that was logged.
    package var finalLoss: Double? {
        loss ?? points.last { $0.loss?.isFinite == true }?.loss
    }

    /// The last step at which anything was logged.
    package var lastStep: Int? { points.last?.step ?? stored?.lastStep }

    private mutating func replace(_ name: String?, with curve: LossCurve?) {
        var byStep: [Int: Point] = [:]
        for var point in points {
            point[series: name] = nil
            if name == nil { point.learningRate = nil }
            if !point.isBlank { byStep[point.step] = point }
        }
        if let curve {
            for (index, step) in curve.steps.enumerated() {
                byStep[step, default: Point(step: step)][series: name] = curve.losses[index]
                guard let rate = curve.learningRates?[index] else { continue }
                byStep[step]?.learningRate = rate
            }
            for step in curve.notFiniteSteps {
                byStep[step, default: Point(step: step)][series: name] = .nan
            }
        }
        points = byStep.values.sorted { $0.step < $1.step }
    }
}
