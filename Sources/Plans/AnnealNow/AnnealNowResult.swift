package import Fitting
import Foundation
import Laws
package import Plots
import Records

/// The answer of `anneal-now`.
package struct AnnealNowResult: Codable, Sendable, Equatable {
    /// One cooldown and what it brings.
    package struct Cooldown: Codable, Sendable, Equatable {
        package var shape: String
        /// The step at which the rate begins to fall.
        package var startStep: Int
        package var length: Int
        /// The run's steps by then.
        package var endStep: Int
        package var finalRate: Double
        /// In the schedule language, from the run's own steps on.
        package var schedule: String
        package var final: PlannedLoss
        /// The loss at the same step with the rate kept.
        package var keeping: PlannedLoss
        /// The difference by which `keeping` is higher.
        package var gain: PlannedLoss
        /// The difference by which the same shape, started now with the same end, is higher; nil for one
        /// that starts now.
        package var waiting: PlannedLoss?

        init(
            _ cooldown: Plans.Cooldown, schedule: String, final: PlannedLoss, keeping: PlannedLoss,
            gain: PlannedLoss, waiting: PlannedLoss?
        ) {
            shape = cooldown.shape
            startStep = cooldown.start
            length = cooldown.length
            endStep = cooldown.end
            finalRate = cooldown.finalRate
            self.schedule = schedule
            self.final = final
            self.keeping = keeping
            self.gain = gain
            self.waiting = waiting
        }
    }

    /// The place of a run's last points relative to the law's curve.
    package struct Offset: Codable, Sendable, Equatable {
        package var points: Int
        /// Mean of log observed − log predicted.
        package var relative: Double
        /// Standard deviation of one point's noise in the fit, where it is relative, too.
        package var noise: Double?

        /// More of the noise than this is no chance.
        private static let notable = 2.0

        /// A warning of it, where it is more than noise.
        var warning: String? {
            guard let noise, abs(relative) > Self.notable * noise else { return nil }
            let side = relative > 0 ? "above" : "below"
            return "its last \(points) points lie "
                + "\(PlanText.number(100 * abs(relative), digits: 2)) % \(side) the law's curve, "
                + "more than the noise of the fit; losses here are the law's, and gains hardly "
                + "feel it"
        }
    }

    package var kind = AnnealNowPlan.about.id
    package var law: String
    /// The law's, as in `isoloss laws`.
    package var formula: String
    package var lossUnit: String
    package var run: String
    /// Steps taken so far.
    package var now: Int
    /// The rate that keeping going keeps.
    package var learningRate: Double
    package var offset: Offset?
    package var cooldowns: [Cooldown] = []
    /// The index of the cooldown from now with the lowest loss.
    package var best = 0
    /// The best cooldown's curve and that of the rate kept, from the middle of the steps so far.
    package var curves: [PlannedCurve] = []
    package var interval: Double?
    package var intervalOf: LawPredictor.Interval.Target?
    package var warnings: [String]

    init(_ context: PlanContext, live: LiveRun) {
        law = context.predictor.law.about.id
        formula = context.predictor.law.law.formula
        lossUnit = context.lossUnit
        run = live.id
        now = live.now
        learningRate = live.rate
        offset = live.offset
        warnings = live.warnings
    }

    /// Picks the best, and says which interval there is.
    mutating func complete(interval: LawPredictor.Interval?) {
        let first = cooldowns.map(\.startStep).min() ?? now
        let early = cooldowns.indices.filter { cooldowns[$0].startStep == first }
        best = early.min { cooldowns[$0].final.loss < cooldowns[$1].final.loss } ?? 0
        set(interval, of: cooldowns.first?.final)
    }
}

extension AnnealNowResult: ScheduleAnswer {
    package var rows: Table {
        Table(
            header: [
                "shape", "start_step", "length", "end_step", "final_rate", "loss", "lower",
                "upper", "keeping", "gain", "gain_lower", "gain_upper", "waiting", "schedule",
            ],
            rows: cooldowns.map { cooldown in
                let numbers = [
                    cooldown.finalRate, cooldown.final.loss, cooldown.final.lower,
                    cooldown.final.upper, cooldown.keeping.loss, cooldown.gain.loss,
                    cooldown.gain.lower, cooldown.gain.upper, cooldown.waiting?.loss,
                ]
                return [
                    .text(cooldown.shape), .count(cooldown.startStep), .count(cooldown.length),
                    .count(cooldown.endStep),
                ] + numbers.map { .number($0, digits: 17) } + [.text(cooldown.schedule)]
            })
    }

    package var page: PlanPage {
        PlanPage(
            title: title, advice: advice, chart: chart,
            tables: [
                shapesTable, startsTable, wordsTable,
            ])
    }

    private var title: String {
        "\(law): cooling run \(run) down from step \(now), rate \(PlanText.number(learningRate))"
    }

    /// The cooldowns of the best one's shape and length, by start.
    private var startsOfBest: [Cooldown] {
        guard cooldowns.indices.contains(best) else { return [] }
        let chosen = cooldowns[best]
        return cooldowns.filter { $0.shape == chosen.shape && $0.length == chosen.length }
    }

    private var advice: String {
        guard cooldowns.indices.contains(best) else { return "" }
        let chosen = cooldowns[best]
        var text =
            "From step \(chosen.startStep), \(chosen.shape) over \(chosen.length) steps is best: "
            + "predicted \(PlanText.number(chosen.final.loss, digits: 5)) at step "
            + "\(chosen.endStep), \(difference(chosen.gain)) keeping the rate."
        if let later = startsOfBest.last, let waiting = later.waiting {
            let total = PlannedLoss(loss: chosen.final.loss - later.final.loss)
            text +=
                " Started \(later.startStep - chosen.startStep) steps later it ends "
                + "\(difference(total)) that; a cooldown stretched from now to the same end "
                + "would be \(PlanText.number(abs(waiting.loss), digits: 2)) "
                + (waiting.loss >= 0 ? "higher." : "lower.")
        }
        return text
    }

    /// As in `0.12 (0.10 to 0.14) below`.
    private func difference(_ gain: PlannedLoss) -> String {
        let isBelow = gain.loss >= 0
        let size = PlanText.number(abs(gain.loss), digits: 3)
        return size + (isBelow ? gain.ends(digits: 2) + " below" : " above")
    }

    /// Final losses of the best shape and length by start, beside the two ways to spend the same
    /// steps: cooling down from now on, and keeping the rate.
    private var chart: LineChart? {
        let line = startsOfBest
        guard line.count > 1, let chosen = line.first else {
            guard curves.contains(where: { $0.steps.count > 1 }) else { return nil }
            return LineChart(title: title, xLabel: "step", panels: [.init(curves)])
        }
        let losses = [
            ("\(chosen.shape) over \(chosen.length)", line.map(\.final.loss)),
            ("from now", line.map { $0.final.loss + ($0.waiting?.loss ?? 0) }),
            ("rate kept", line.map(\.keeping.loss)),
        ]
        let series = losses.enumerated().map { index, curve in
            let look = LineChart.Series.look(index)
            return LineChart.Series(
                name: curve.0, points: [PlotPoint](line.map(\.startStep), curve.1),
                mark: look.mark, ink: look.ink)
        }
        return LineChart(
            title: title, xLabel: "start of the cooldown (step)",
            panels: [.init(yLabel: "loss at its end", series: series)])
    }

    /// Every shape and length at the first start.
    private var shapesTable: Table {
        let first = cooldowns.map(\.startStep).min()
        let rows = cooldowns.filter { $0.startStep == first }.map { cooldown in
            [.text(cooldown.shape), .count(cooldown.length), .count(cooldown.endStep)]
                + cooldown.final.cells(digits: 5)
                + [.number(cooldown.keeping.loss, digits: 5)]
                + cooldown.gain.cells(digits: 3, ends: 3)
        }
        return Table(
            header: [
                "shape", "steps", "end step", "final loss", "lower", "upper", "rate kept", "gain",
                "lower", "upper",
            ], rows: rows)
    }

    /// The best shape and length at every start.
    private var startsTable: Table {
        Table(
            header: [
                "start", "end step", "final loss", "lower", "upper", "gain", "same end from now",
            ],
            rows: startsOfBest.map { cooldown in
                [.count(cooldown.startStep), .count(cooldown.endStep)]
                    + cooldown.final.cells(digits: 5)
                    + [
                        .number(cooldown.gain.loss, digits: 3),
                        .number(
                            cooldown.waiting.map { $0.loss + cooldown.final.loss }, digits: 5),
                    ]
            })
    }
}
