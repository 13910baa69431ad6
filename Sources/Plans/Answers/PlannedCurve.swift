import Fitting
import Plots
import Schedules

/// A predicted curve that an answer draws, at some of its steps.
package struct PlannedCurve: Codable, Sendable, Equatable {
    /// The schedule's words in the legend.
    package var name: String
    package var steps: [Int]
    package var loss: [Double]
    package var lower: [Double]?
    package var upper: [Double]?

    private static let mostSteps = 160

    /// Predicts a schedule, without the steps at which the law says nothing.
    ///
    /// - Parameters:
    ///   - schedule: The schedule.
    ///   - name: Its words in the legend.
    ///   - first: The step to begin at.
    ///   - context: The fit.
    /// - Throws: `FittingError`, or what ends the plan's budget.
    init(
        of schedule: LearningRateSchedule, _ name: String, from first: Int = 0,
        _ context: PlanContext
    ) throws {
        try context.budget.check()
        let length = schedule.totalSteps - 1 - first
        let steps = Set(
            (0...Self.mostSteps).map {
                first + Int(Double($0) / Double(Self.mostSteps) * Double(length))
            }
        ).sorted()
        let band = try context.predictor.curve(
            schedule: schedule, features: context.features, steps: steps,
            interval: context.interval)
        let told = steps.indices.filter { index in
            [band.losses[index], band.lower?[index], band.upper?[index]]
                .allSatisfy { $0?.isFinite ?? true }
        }
        self.name = name
        self.steps = told.map { steps[$0] }
        loss = told.map { band.losses[$0] }
        lower = band.lower.map { lower in told.map { lower[$0] } }
        upper = band.upper.map { upper in told.map { upper[$0] } }
    }
}

extension LineChart.Panel {
    /// Losses along some curves, with the interval of the first.
    init(_ curves: [PlannedCurve]) {
        self.init(
            yLabel: "loss",
            series: curves.enumerated().map { index, curve in
                let look = LineChart.Series.look(index)
                return .init(
                    name: curve.name, points: [PlotPoint](curve.steps, curve.loss),
                    mark: look.mark, ink: look.ink)
            })
        if let first = curves.first, let lower = first.lower, let upper = first.upper {
            bands = [
                .init(
                    name: "interval", lower: [PlotPoint](first.steps, lower),
                    upper: [PlotPoint](first.steps, upper))
            ]
        }
    }
}
