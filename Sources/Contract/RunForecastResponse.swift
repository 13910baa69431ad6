package import Fitting
package import Plots
import Schedules

/// The rest of a run, as `GET /v1/runs/{id}/forecast` answers it.
package struct RunForecastResponse: Sendable, Codable {
    /// A predicted loss with its interval.
    package struct Final: Sendable, Codable {
        package var step: Int
        /// Nil where it is too early to say, and where the prediction cannot be written.
        @Nullable package var loss: Double?
        @Nullable package var lower: Double?
        @Nullable package var upper: Double?
        /// The level of `lower` and `upper`.
        package var interval: Double

        package init(
            step: Int, loss: Double?, lower: Double?, upper: Double?, interval: Double
        ) {
            self.step = step
            self.loss = loss
            self.lower = lower
            self.upper = upper
            self.interval = interval
        }
    }

    /// The step at which a loss is reached.
    package struct Target: Sendable, Equatable, Codable {
        package var step: Int
        /// The earliest step by the interval.
        @Nullable package var lower: Int?
        /// The latest step by the interval; nil where that is beyond the run's end.
        @Nullable package var upper: Int?

        package init(step: Int, lower: Int?, upper: Int?) {
            self.step = step
            self.lower = lower
            self.upper = upper
        }
    }

    /// The forecast of the fit before this one, to be seen beside what came of it.
    package struct Earlier: Sendable, Codable {
        package var fit: String
        package var fittedAtStep: Int
        package var curve: CurveResponse

        package init(fit: String, fittedAtStep: Int, curve: CurveResponse) {
            self.fit = fit
            self.fittedAtStep = fittedAtStep
            self.curve = curve
        }
    }

    package var run: String
    /// The last logged step.
    package var step: Int
    package var totalSteps: Int
    package var final: Final
    /// The predicted curve; nil where it is too early.
    @Nullable package var curve: CurveResponse? = nil
    /// The name of the fit behind it; it changes with every refit.
    @Nullable package var fit: String? = nil
    @Nullable package var fittedAtStep: Int? = nil
    /// Seconds since the fit was made.
    package var ageSeconds: Double?
    /// Nil until the run has been fitted twice.
    package var earlier: Earlier?
    /// The first step from which on the run lies outside the band of the earlier forecast.
    @Nullable package var outsideSince: Int? = nil
    /// When the asked loss is reached; nil where none was asked for, or it is not reached.
    @Nullable package var target: Target? = nil
    package var warnings: [String]

    package init(
        run: String, step: Int, totalSteps: Int, final: Final, warnings: [String] = []
    ) {
        self.run = run
        self.step = step
        self.totalSteps = totalSteps
        self.final = final
        self.warnings = warnings
    }

    /// One row per step of the curve.
    package var table: Table {
        curve?.table ?? Table(header: ["step", "loss", "lower", "upper"], rows: [])
    }

    /// The forecast in one line, for a terminal or a chat.
    package var line: String {
        let place = "\(run): step \(step) of \(totalSteps)"
        guard let loss = final.loss else {
            return "\(place), too early for a forecast: \(warnings.first ?? "no data")"
        }
        var text = "\(place), final loss \(NumberFormat.significant(loss, digits: 5))"
        if let lower = final.lower, let upper = final.upper {
            text +=
                " (\(NumberFormat.significant(lower, digits: 5)) to "
                + "\(NumberFormat.significant(upper, digits: 5)), "
                + "\(NumberFormat.percent(final.interval)) interval)"
        }
        if let target {
            text += ", target at step \(target.step)"
        }
        if let outsideSince { text += ", outside its earlier band since step \(outsideSince)" }
        return text
    }

    /// The forecast over what the run measured.
    package func chart(measured: MeasuredCurve?) -> LineChart {
        guard let curve else {
            var panel = LineChart.Panel(yLabel: "loss", unit: "nats per token", series: [])
            if let measured {
                panel.series = [
                    .init(
                        name: "measured", detail: ": \(measured.run)", points: measured.points,
                        mark: .dots,
                        ink: .orange)
                ]
            }
            return LineChart(
                title: "\(run): too early for a forecast", subtitle: warnings.first,
                xLabel: "optimizer step", panels: [panel])
        }
        var chart = curve.chart(law: run, loss: nil, measured: measured)
        chart.title = line
        return chart
    }
}
