import Schedules

extension BestScheduleResult: PlanResult {
    /// The taken schedule step by step; every k-th step where there are more than a million.
    package var rows: PlanTable {
        guard let schedule = takenSchedule else { return PlanTable(header: Self.columns, rows: []) }
        let spacing = (schedule.totalSteps - 1) / Self.mostRows + 1
        let rates =
            spacing == 1
            ? schedule.learningRates(through: schedule.totalSteps - 1)
            : stride(from: 0, to: schedule.totalSteps, by: spacing).map {
                schedule.learningRate(at: $0)
            }
        return PlanTable(
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
            title: "\(law): best schedule of \(totalSteps) steps, peak at most "
                + "\(PlanText.number(peak))",
            advice: advice, plot: plot, tables: [table] + (searchTable.map { [$0] } ?? []))
    }

    private var advice: String {
        guard let best = schedule(named: recommended) else { return "" }
        let ends =
            best.final.lower.flatMap { lower in
                best.final.upper.map {
                    " (\(PlanText.number(lower, digits: 5)) to \(PlanText.number($0, digits: 5)))"
                }
            } ?? ""
        var text =
            "Train \(best.text): \(recommended) is predicted to end at "
            + "\(PlanText.number(best.final.loss, digits: 6))\(ends)."
        guard let free, recommended != "free" else { return text }
        text +=
            free.gain.loss > BestSchedulePlan.worthwhile
            ? " A free schedule is predicted \(PlanText.number(free.gain.loss, digits: 2)) lower, "
                + "by falls that no law should be trusted with."
            : " No other schedule that never rises is predicted to be lower by as much as "
                + "\(PlanText.number(BestSchedulePlan.worthwhile))."
        return text
    }

    private var plot: PlanPlot? {
        guard let schedule = takenSchedule else { return nil }
        let last = schedule.totalSteps - 1
        let even = (0...Self.plotPoints).map { $0 * last / Self.plotPoints }
        // Jumps stay upright when both sides of each are drawn.
        let edges = schedule.pieceStarts.flatMap { [$0 - 1, $0] }
        let steps = Set(even + edges.filter { $0 >= 0 }).sorted()
        return PlanPlot(
            xLabel: "step", yLabel: "learning rate",
            series: [
                .init(
                    name: taken, x: steps.map(Double.init),
                    y: steps.map { schedule.learningRate(at: $0) })
            ])
    }

    private var table: PlanTable {
        var rows = families.map { member in
            [.text(member.name)] + Self.cells(member.final) + [.text(member.schedule)]
        }
        if let free {
            rows.insert([.text("free")] + Self.cells(free.final) + [.text(free.schedule)], at: 0)
        }
        return PlanTable(header: ["", "final loss", "lower", "upper", "schedule"], rows: rows)
    }

    private static func cells(_ loss: PlannedLoss) -> [PlanCell] {
        [
            .number(loss.loss, digits: 6), .number(loss.lower, digits: 5),
            .number(loss.upper, digits: 5),
        ]
    }

    /// How sure the free search is of its optimum.
    private var searchTable: PlanTable? {
        guard let free else { return nil }
        return PlanTable(
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
                            + "\(PlanText.number(max(0, free.gap), digits: 2)) to first order"),
                ],
            ])
    }
}
