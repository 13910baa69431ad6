import Fitting
import Foundation
import Laws
package import Plots
package import Records
import Schedules

/// The losses that a run measured, to be drawn over a prediction.
package struct MeasuredCurve: Sendable, Equatable {
    package var run: String
    package var points: [PlotPoint]

    package init(run: String, points: [PlotPoint]) {
        self.run = run
        self.points = points
    }

    /// The losses that a run logged, or nil where it logged none.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - series: A further loss that is wanted in place of the main one.
    package init?(_ run: Run, series: String?) {
        guard let curve = run.curve(of: series) else { return nil }
        self.init(run: run.id, points: [PlotPoint](curve.steps, curve.losses))
    }
}

extension CurveResponse {
    /// The chart of a predicted curve: the loss above, the learning rate below.
    ///
    /// - Parameters:
    ///   - law: The law that predicted.
    ///   - name: What is predicted, with its unit; nil takes the usual loss.
    ///   - measured: What a run measured, if it is to be drawn as well.
    /// - Returns: The chart; before the first finite loss nothing is drawn.
    package func chart(law: String, loss name: String?, measured: MeasuredCurve?) -> LineChart {
        var panel = LineChart.Panel(
            yLabel: name ?? "loss", unit: name == nil ? "nats per token" : nil,
            series: [.init(name: "predicted", points: [PlotPoint](steps, loss))])
        panel.weight = 2.6
        if let measured {
            panel.series.append(
                .init(
                    name: "measured", detail: ": \(measured.run)", points: measured.points,
                    mark: .dots,
                    ink: .orange))
        }
        if let lower, let upper, let interval {
            let percent = String(format: "%g", 100 * interval)
            let target = intervalOf.map { " of the \($0.rawValue)" } ?? ""
            panel.bands = [
                .init(
                    name: "\(percent) % interval", detail: target, lower: [PlotPoint](steps, lower),
                    upper: [PlotPoint](steps, upper))
            ]
        }
        if let last = panel.series[0].points.last, last.y.isFinite {
            panel.notes = [.init(at: last, String(format: "%#.4g", last.y))]
        }
        panel.yRange = LossRange.range(
            of: panel.series.flatMap(\.points) + panel.bands.flatMap { $0.lower + $0.upper },
            from: Double(schedule.warmupSteps))
        var rates = LineChart.Panel(
            yLabel: "learning rate",
            series: [.init(name: "", points: [PlotPoint](steps, learningRate), ink: .green)])
        rates.yRange = 0...max(1.06 * (learningRate.max() ?? 0), .leastNormalMagnitude)
        let written = schedule.segmentText ?? "a list of learning rates"
        return LineChart(
            title: measured == nil
                ? "\(law): predicted loss" : "\(law): loss predicted and measured",
            subtitle: "\(written) (\(schedule.totalSteps) steps)",
            xLabel: "optimizer step",
            panels: [panel, rates])
    }
}
