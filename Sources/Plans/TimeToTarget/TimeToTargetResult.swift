package import Fitting
import Laws
package import Plots
import Schedules

/// The answer of `time-to-target`.
package struct TimeToTargetResult: Codable, Sendable, Equatable {
    /// When the target is reached under the schedule that was given.
    package struct Passage: Codable, Sendable, Equatable {
        package var reached: Bool
        /// The first step at which the predicted loss is at or below the target.
        package var step: Int?
        /// The first step at which the interval's lower end is: no sooner.
        package var earliest: Int?
        /// The first step at which the interval's upper end is: surely by then; nil where the
        /// schedule ends before.
        package var latest: Int?
        package var learningRate: Double?
        package var loss: PlannedLoss?
        package var lowestLoss: Double
        package var lowestStep: Int
        package var totalSteps: Int
    }

    /// The shortest of one family, or its longest where none reaches the target.
    package struct Member: Codable, Sendable, Equatable {
        package var name: String
        package var reached: Bool
        package var steps: Int
        /// In the schedule language.
        package var schedule: String
        /// True where it falls at a single step.
        package var jumps: Bool
        package var final: PlannedLoss
    }

    package var kind = TimeToTargetPlan.about.id
    package var law: String
    /// The law's, as in `isoloss laws`.
    package var formula: String
    package var lossUnit: String
    package var targetLoss: Double
    /// The most steps that were allowed.
    package var maximumSteps: Int
    /// The lowest loss that any family ends at within them; nil where the target is reached.
    package var floor: Double?
    /// Nil where no schedule was given.
    package var passage: Passage?
    /// Fewest steps first.
    package var families: [Member] = []
    /// The name of the shortest without a jump; nil where none reaches the target.
    package var cheapest: String?
    /// The given schedule's curve, and the shortest schedule's.
    package var curves: [PlannedCurve] = []
    package var interval: Double?
    package var intervalOf: LawPredictor.Interval.Target?
    package var warnings: [String] = []

    init(_ context: PlanContext, targetLoss: Double, maximumSteps: Int) {
        law = context.predictor.law.about.id
        formula = context.predictor.law.law.formula
        lossUnit = context.lossUnit
        self.targetLoss = targetLoss
        self.maximumSteps = maximumSteps
    }

    mutating func follow(_ found: FirstPassage, schedule: LearningRateSchedule) {
        passage = Passage(
            reached: found.step != nil, step: found.step, earliest: found.earliest,
            latest: found.latest, learningRate: found.step.map { schedule.learningRate(at: $0) },
            loss: found.reached, lowestLoss: found.lowest.loss, lowestStep: found.lowest.step,
            totalSteps: schedule.totalSteps)
    }

    /// Sorts, picks the shortest, and says which interval there is.
    mutating func complete(interval: LawPredictor.Interval?) {
        families.sort { left, right in
            guard left.reached == right.reached else { return left.reached }
            return left.reached
                ? left.steps < right.steps : left.final.loss < right.final.loss
        }
        let reaching = families.filter(\.reached)
        cheapest = (reaching.first { !$0.jumps } ?? reaching.first)?.name
        floor = reaching.isEmpty ? families.first?.final.loss : nil
        set(interval, of: families.first?.final)
    }
}

extension TimeToTargetResult: ScheduleAnswer {
    package var rows: Table {
        Table(
            header: ["family", "reached", "steps", "loss", "lower", "upper", "schedule"],
            rows: families.map { member in
                [
                    .text(member.name), .text(member.reached ? "yes" : "no"),
                    .count(member.steps),
                ] + member.final.cells(digits: 17, ends: 17) + [.text(member.schedule)]
            })
    }

    package var page: PlanPage {
        PlanPage(
            title: title,
            advice: [passageText, familyText].compactMap { $0 }.joined(separator: " "),
            chart: chart,
            tables: [table, wordsTable])
    }

    private var title: String {
        "\(law): reaching a loss of \(PlanText.number(targetLoss, digits: 6))"
    }

    private var chart: LineChart? {
        guard let last = curves.compactMap(\.steps.last).max() else { return nil }
        var panel = LineChart.Panel(curves)
        panel.series.append(
            .init(
                name: "target", points: [PlotPoint]([0, last], [targetLoss, targetLoss]),
                mark: .dashedLine, ink: .purple))
        if let step = passage?.step {
            panel.notes = [.init(at: PlotPoint(x: Double(step), y: targetLoss), "step \(step)")]
        }
        panel.yRange = LossRange.range(of: panel.series.flatMap(\.points), from: 0)
        return LineChart(title: title, xLabel: "step", panels: [panel])
    }

    private var passageText: String? {
        guard let passage else { return nil }
        guard let step = passage.step else {
            return "Not reached under the schedule: its \(passage.totalSteps) steps go down to "
                + "\(PlanText.number(passage.lowestLoss, digits: 6)) at step "
                + "\(passage.lowestStep)."
        }
        let reached = "Reached under the schedule at step \(step)"
        guard interval != nil, let earliest = passage.earliest else { return reached + "." }
        let latest = passage.latest.map { "surely by step \($0)" } ?? "maybe not before its end"
        return "\(reached) (no sooner than \(earliest), \(latest))."
    }

    private var familyText: String? {
        guard let name = cheapest, let member = families.first(where: { $0.name == name }) else {
            return families.first.map { best in
                "No family reaches it within \(maximumSteps) steps: the lowest is \(best.name) "
                    + "with \(PlanText.number(best.final.loss, digits: 6)), "
                    + "\(PlanText.number(best.final.loss - targetLoss, digits: 2)) above it."
            }
        }
        return "The shortest schedule that reaches it is \(member.name) in \(member.steps) steps: "
            + "\(member.schedule)."
    }

    private var table: Table {
        Table(
            header: ["", "steps", "final loss", "lower", "upper", "schedule"],
            rows: families.map { member in
                [
                    .text(member.name),
                    member.reached ? .count(member.steps) : .text("not reached"),
                ] + member.final.cells(digits: 6) + [.text(member.schedule)]
            })
    }
}
