/// A loss logged along a run.
///
/// `steps` are 0-based and strictly rising; the arrays have one entry per point. The loss at step s
/// was measured after the updates 0…s.
package struct LossCurve: Sendable, Equatable {
    package var steps: [Int]
    /// Mean loss in the run's own unit, nats per token unless the run says otherwise.
    package var losses: [Double]
    /// The learning rate of each point's update, nil where the log does not say.
    package var learningRates: [Double?]?

    package init(steps: [Int], losses: [Double], learningRates: [Double?]? = nil) {
        precondition(steps.count == losses.count, "one loss per step")
        precondition(
            learningRates == nil || learningRates?.count == steps.count, "one rate per step")
        self.steps = steps
        self.losses = losses
        self.learningRates = learningRates
    }
}
