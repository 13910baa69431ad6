package import Fitting
import Foundation
import Laws
package import Plots
import Schedules

/// The answer of `best-schedule`.
package struct BestScheduleResult: Codable, Sendable, Equatable {
    /// The best of one family.
    package struct Member: Codable, Sendable, Equatable {
        package var name: String
        /// In the schedule language.
        package var schedule: String
        package var peak: Double
        package var finalRate: Double
        /// Steps of the way down.
        package var decaySteps: Int
        /// True where it falls at a single step.
        package var jumps: Bool
        package var final: PlannedLoss
        package var evaluations: Int
        package var starts: Int
        package var startsAgreeing: Int

        init(_ found: FamilySearch.Outcome, schedule: String, final: PlannedLoss) {
            name = found.member.family.name
            self.schedule = schedule
            peak = found.member.peak
            finalRate = found.member.finalRate
            decaySteps = found.member.decaySteps
            jumps = found.member.family.jumps
            self.final = final
            evaluations = found.evaluations
            starts = found.starts
            startsAgreeing = found.agreeing
        }
    }

    /// The best of all that never rise.
    package struct Free: Codable, Sendable, Equatable {
        /// In the schedule language.
        package var schedule: String
        package var final: PlannedLoss
        /// The difference by which the recommended family member's loss is higher.
        package var gain: PlannedLoss
        /// The change of the predicted loss by writing the schedule with few digits, in nats.
        package var roundingError: Double
        /// First-order optimality in nats: the most that any move towards a single cliff lowers the
        /// loss by.
        package var optimalityGap: Double
        package var iterations: Int
        package var evaluations: Int
        package var starts: Int
        package var startsAgreeing: Int
        /// The steps where it falls by more than a hundredth of the peak at one step.
        package var falls: [Fall]
        /// From where on the rate is next to nothing; nil where it never is.
        package var idleFromStep: Int?

        /// Warnings of where the schedule takes its law beyond what any trained run has shown.
        ///
        /// A fitted law is a good interpolator. An optimiser looks for the place where it errs most
        /// in the right direction: LR annealing is linear in every drop, so its optimum is a cliff
        /// from the peak to nothing; the multi-power law credits a drop with the rate it lands on,
        /// so its optimum is a few cliffs.
        func warnings(peak: Double, family: String) -> [String] {
            var warnings: [String] = []
            // A linear way down over twenty steps falls by as much at a step.
            let cliffs = falls.filter { $0.from - $0.to > 0.05 * peak }
            if let deepest = cliffs.max(by: { $0.from - $0.to < $1.from - $1.to }) {
                let count = cliffs.count == 1 ? "a cliff" : "\(cliffs.count) cliffs"
                warnings.append(
                    "the free schedule falls by \(count), the deepest at step \(deepest.step) from "
                        + "\(PlanText.number(deepest.from)) to \(PlanText.number(deepest.to)): "
                        + "there the law is taken at its word, beyond what smooth schedules have "
                        + "shown; \(family) is the sensible choice")
            }
            if let idleFromStep {
                warnings.append(
                    "the free schedule has a rate of next to nothing from step \(idleFromStep) on, "
                        + "where nothing is learned any more; the law does not know that")
            }
            return warnings
        }
    }

    /// A fall of the rate at one step.
    package struct Fall: Codable, Sendable, Equatable {
        package var step: Int
        package var from: Double
        package var to: Double
    }

    package var kind = BestSchedulePlan.about.id
    package var law: String
    /// The law's, as in `isoloss laws`.
    package var formula: String
    package var lossUnit: String
    package var totalSteps: Int
    package var warmupSteps: Int
    /// The limit on the peak.
    package var peak: Double
    package var minimumRate: Double
    /// The name of the schedule to train: a family's, or `free`.
    package var recommended: String
    /// The name of the schedule that plots and rows show.
    package var taken: String
    /// Lowest loss first.
    package var families: [Member]
    /// Nil where it was not asked for, or the law has no slopes by single rates.
    package var free: Free?
    package var interval: Double?
    package var intervalOf: LawPredictor.Interval.Target?
    package var warnings: [String] = []

    init(
        _ context: PlanContext, totalSteps: Int, warmupSteps: Int, peak: Double,
        minimumRate: Double,
        recommended: String, families: [Member]
    ) {
        law = context.predictor.law.about.id
        formula = context.predictor.law.law.formula
        lossUnit = context.lossUnit
        self.totalSteps = totalSteps
        self.warmupSteps = warmupSteps
        self.peak = peak
        self.minimumRate = minimumRate
        self.recommended = recommended
        taken = recommended
        self.families = families
    }

    /// The schedule of a name, and its predicted final loss.
    func schedule(named name: String) -> (text: String, final: PlannedLoss)? {
        if name == "free" { return free.map { ($0.schedule, $0.final) } }
        return families.first { $0.name == name }.map { ($0.schedule, $0.final) }
    }
}

extension BestScheduleResult: ScheduleAnswer {
    /// The taken schedule step by step; every k-th step where there are more than a million.
    package var rows: Table {
        guard let schedule = takenSchedule else { return Table(header: Self.columns, rows: []) }
        let spacing = (schedule.totalSteps - 1) / Self.mostRows + 1
        let rates =
            spacing == 1
            ? schedule.learningRates(through: schedule.totalSteps - 1)
            : stride(from: 0, to: schedule.totalSteps, by: spacing).map {
                schedule.learningRate(at: $0)
            }
        return Table(
            header: Self.columns,
            rows: rates.enumerated().map { index, rate in
                [.count(index * spacing), .number(rate, digits: 17)]
            })
    }

    private static let columns = ["step", "learning_rate"]
    private static let mostRows = 1_000_000
    private static let plotPoints = 240

    private var takenSchedule: LearningRateSchedule? {
        schedule(named: taken).flatMap { try? LearningRateSchedule(parsing: $0.text) }
    }

    package var page: PlanPage {
        PlanPage(
            title: title, advice: advice, chart: chart,
            tables: [table] + (searchTable.map { [$0] } ?? [])
                + [wordsTable])
    }

    private var title: String {
        "\(law): best schedule of \(totalSteps) steps, peak at most \(PlanText.number(peak))"
    }

    private var advice: String {
        guard let best = schedule(named: recommended) else { return "" }
        var text =
            "Train \(best.text): \(recommended) is predicted to end at "
            + "\(PlanText.number(best.final.loss, digits: 6))"
            + best.final.ends(digits: 5) + "."
        guard let free, recommended != "free" else { return text }
        text +=
            free.gain.loss > BestSchedulePlan.worthwhile
            ? " A free schedule is predicted \(PlanText.number(free.gain.loss, digits: 2)) lower, "
                + "by falls that no law should be trusted with."
            : " No other schedule that never rises is predicted to be lower by as much as "
                + "\(PlanText.number(BestSchedulePlan.worthwhile))."
        return text
    }

    private var chart: LineChart? {
        guard let schedule = takenSchedule else { return nil }
        let last = schedule.totalSteps - 1
        let even = (0...Self.plotPoints).map { $0 * last / Self.plotPoints }
        // Jumps stay upright when both sides of each are drawn.
        let edges = schedule.pieceStarts.flatMap { [$0 - 1, $0] }
        let steps = Set(even + edges.filter { $0 >= 0 }).sorted()
        let rates = [PlotPoint](steps, steps.map { schedule.learningRate(at: $0) })
        return LineChart(
            title: title, xLabel: "step",
            panels: [.init(yLabel: "learning rate", series: [.init(name: taken, points: rates)])])
    }

    private var table: Table {
        var rows = families.map { member in
            [.text(member.name)] + member.final.cells(digits: 6) + [.text(member.schedule)]
        }
        if let free {
            rows.insert(
                [.text("free")] + free.final.cells(digits: 6) + [.text(free.schedule)], at: 0)
        }
        return Table(header: ["", "final loss", "lower", "upper", "schedule"], rows: rows)
    }

    /// The agreement of the free search's starts, and its optimality.
    private var searchTable: Table? {
        guard let free else { return nil }
        return Table(
            header: ["free search", ""],
            rows: [
                [
                    .text("starts"),
                    .text("\(free.starts), \(free.startsAgreeing) of them agree on the best"),
                ],
                [
                    .text("optimality"),
                    .text(
                        "no other schedule is lower by more than "
                            + "\(PlanText.number(max(0, free.optimalityGap), digits: 2)) to first order"
                    ),
                ],
            ])
    }
}
