extension TimeToTargetResult: PlanResult {
    package var rows: PlanTable {
        PlanTable(
            header: ["family", "reached", "steps", "loss", "lower", "upper", "schedule"],
            rows: families.map { member in
                [
                    .text(member.name), .text(member.isReached ? "yes" : "no"),
                    .count(member.steps), .number(member.final.loss, digits: 17),
                    .number(member.final.lower, digits: 17),
                    .number(member.final.upper, digits: 17), .text(member.schedule),
                ]
            })
    }

    package var page: PlanPage {
        PlanPage(
            title: "\(law): reaching a loss of \(PlanText.number(target, digits: 6))",
            advice: [passageText, familyText].compactMap { $0 }.joined(separator: " "),
            tables: [table])
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
                    + "with \(PlanText.number(best.final.loss, digits: 6))."
            }
        }
        return "The shortest schedule that reaches it is \(member.name) in \(member.steps) steps: "
            + "\(member.schedule)."
    }

    private var table: PlanTable {
        PlanTable(
            header: ["", "steps", "final loss", "lower", "upper", "schedule"],
            rows: families.map { member in
                [
                    .text(member.name),
                    member.isReached ? .count(member.steps) : .text("not reached"),
                    .number(member.final.loss, digits: 6), .number(member.final.lower, digits: 5),
                    .number(member.final.upper, digits: 5), .text(member.schedule),
                ]
            })
    }
}
