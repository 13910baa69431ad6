import Fitting
import Foundation
import Laws
import Records

/// Curves of equal compute and of equal loss, and three ways from runs to the best size.
///
/// Approach 1 takes the runs that no cheaper run beats, approach 2 the lowest point of a parabola
/// through each budget's runs, approach 3 the fitted law; N grows as C to a power in each. Intervals of
/// the first two are from the scatter of sizes about that line (`PowerLawLine`), of the third from the
/// fit's covariance. The parabola is biased where the law's valley is not one: its bias is sized by
/// drawing the parabola through the law's own losses at the measured sizes.
///
/// Sources: Hoffmann et al. 2022, arXiv 2203.15556, section 3; arXiv 2603.22339 for the bias.
package struct IsoflopPlan: PlanKind {
    package static let about = PlanDescription(
        id: "isoflop",
        title: "curves of equal compute and of equal loss, and three ways to the best size",
        selector: .runFiles,
        options: [
            PlanOption(
                "budgets", "C,C",
                meaning: "budgets of the curves (the runs' own, or the fit's range)",
                example: "1e19,1e20"),
            PlanOption(
                "training_flops", "C",
                meaning: "where the approaches are compared (the largest budget)", example: "1e21"),
            PlanOption(
                "losses", "l,l", meaning: "losses of the contours (seven between the fit's)",
                example: "2.2,2.5"),
            PlanOption(
                "runs", "id,id", meaning: "measured runs (on a server: those of the fit)",
                example: "a,b"),
        ],
        source: .fitAndRuns, supportedLaws: LossSurface.isDefined(for:),
        question: "a loss of model size and tokens",
        example: "--published hoffmann-2022 --isoflop --budgets 1e19,1e20",
        pictures: [
            .init(
                x: "parameter_count",
                panels: [
                    [
                        .init("curve", "loss", group: "training_flops"),
                        .init("frontier", "measured_loss", dots: "runs that no cheaper one beats"),
                    ],
                    [.init("contours", "token_count", group: "target_loss", beyond: "range")],
                ])
        ])

    private static let mostCurves = 12
    private static let factors = (-6...6).map { pow(2, Double($0) / 2) }

    private let budgets: [Double]?
    private let flops: Double?
    private let losses: [Double]?
    private let ids: Set<String>?

    package init(_ options: PlanOptions) throws(PlanError) {
        budgets = try options.numbers("budgets", atMost: Self.mostCurves)
        flops = try options.number("training_flops")
        losses = try options.numbers("losses", atMost: Self.mostCurves)
        ids = options.text("runs").map { Set($0.split(separator: ",").map(String.init)) }
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let surface = try LossSurface(context)
        let runs = context.runs.filter { ids?.contains($0.id) ?? true }.compactMap(SizedRun.init)
        let groups = BudgetGroup.groups(of: runs)
        let optimum = ComputeOptimum(surface: surface, cost: ComputeCost())
        let budgets = try self.budgets(groups, context)
        let asked = flops ?? budgets[budgets.count - 1]
        var answer = context.document(Self.about.id)
        answer["training_flops"] = .number(asked)
        answer["cost_model"] = .text("C = 6·N·D")
        var bests: [(flops: Double, best: ComputeOptimum.Outcome)] = []
        for budget in budgets {
            try context.budget.check()
            bests.append((budget, try optimum.best(flops: budget)))
        }
        answer["curve"] = .rows(try curves(bests, surface))
        answer["contours"] = .rows(
            try contours(bests, surface, context, Measured(runs, context), &answer.warnings))
        let approaches = try self.approaches(runs, groups, asked, bests, optimum, context, &answer)
        answer["approaches"] = .rows(
            try approaches.map { row in
                guard let size = row["parameter_count"]?.number,
                    let tokens = row["token_count"]?.number
                else { return row }
                return row.merging([
                    "loss": .quantity(
                        try context.plannedLoss(
                            surface, parameterCount: size, tokenCount: tokens))
                ]) { $1 }
            })
        answer["method"] = .text(
            "intervals of approaches 1 and 2 by the scatter of their sizes about the line of log N over "
                + "log C (of two budgets, by the parabolas' own), of 3 by the fit's covariance; losses "
                + "are the fitted law's at each N and D")
        answer.advice =
            approaches.compactMap { row -> String? in
                guard case .text(let name) = row["approach"],
                    let size = row["parameter_count"]?.number,
                    let exponent = row["parameter_exponent"]?.number
                else { return nil }
                return "\(name): \(SizeText.count(size)) parameters at "
                    + "\(PlanText.number(asked, digits: 3)) FLOP, N growing as C to "
                    + PlanText.number(exponent, digits: 3)
            }.joined(separator: "; ") + "."
        let best = try optimum.best(flops: asked)
        answer.warnings += context.sizeWarnings(
            parameterCount: best.parameterCount, tokenCount: best.tokenCount)
        let shares = runs.map { $0.flops / (6 * $0.parameterCount * $0.tokenCount) }
        if let low = shares.min(), let high = shares.max(), low < 0.99 || high > 1.01 {
            answer.warnings.append(
                "the runs' own compute is \(PlanText.number(low, digits: 3)) to "
                    + "\(PlanText.number(high, digits: 3)) times 6·N·D: approaches 1 and 2 go by theirs, "
                    + "every D here by C/(6·N)")
        }
        return answer
    }

    /// The sizes and tokens that something is known of.
    private struct Measured {
        private var sizes: ClosedRange<Double>?
        private var tokens: ClosedRange<Double>?

        /// Of the runs; without runs, of the fit.
        init(_ runs: [SizedRun], _ context: PlanContext) {
            let predictor = context.predictor
            let ranges =
                predictor.report.fittedRange?.features ?? predictor.published?.ranges ?? [:]
            func range(_ values: [Double]) -> ClosedRange<Double>? {
                guard let low = values.min(), let high = values.max() else { return nil }
                return low...high
            }
            sizes =
                range(runs.map(\.parameterCount)) ?? ranges[.parameterCount]
                ?? ranges[.averageParameterCount]
            tokens = range(runs.map(\.tokenCount)) ?? ranges[.tokenCount]
        }

        /// Nil where nothing says what was measured.
        func contains(_ size: Double, _ tokens: Double) -> Bool? {
            guard let sizes, let range = self.tokens else { return nil }
            return sizes.contains(size) && range.contains(tokens)
        }
    }

    private func budgets(
        _ groups: [BudgetGroup], _ context: PlanContext
    ) throws(PlanError) -> [Double] {
        if let budgets { return budgets }
        if !groups.isEmpty { return groups.map(\.flops).suffix(Self.mostCurves) }
        let fitted = context.predictor.report.fittedRange?.features
        guard let sizes = fitted?[.parameterCount] ?? fitted?[.averageParameterCount],
            let tokens = fitted?[.tokenCount]
        else {
            if let flops { return [flops / 100, flops / 10, flops] }
            throw .missing(
                kind: Self.about.id, options: Self.about.options.filter { $0.name == "budgets" })
        }
        let (low, high) = (
            6 * sizes.lowerBound * tokens.lowerBound, 6 * sizes.upperBound * tokens.upperBound
        )
        return (0..<5).map { low * pow(high / low, Double($0) / 4) }
    }

    private func curves(
        _ bests: [(flops: Double, best: ComputeOptimum.Outcome)], _ surface: LossSurface
    ) throws -> [[String: PlanValue]] {
        try bests.flatMap { flops, best in
            try Self.factors.map { factor in
                let size = factor * best.parameterCount
                let tokens = flops / (6 * size)
                let loss = try surface.loss(parameterCount: size, tokenCount: tokens)
                return [
                    "training_flops": .number(flops), "parameter_count": .number(size),
                    "token_count": .number(tokens), "loss": .number(loss),
                    "excess_loss": .number(loss - best.loss),
                ]
            }
        }
    }

    /// N and D of equal loss, with the compute of each.
    private func contours(
        _ bests: [(flops: Double, best: ComputeOptimum.Outcome)], _ surface: LossSurface,
        _ context: PlanContext, _ measured: Measured, _ warnings: inout [String]
    ) throws -> [[String: PlanValue]] {
        let reached = bests.map(\.best.loss)
        let (low, high) = (reached.min() ?? 0, reached.max() ?? 0)
        let levels = losses ?? (0..<7).map { low + (high - low) * Double($0) / 6 }
        let sizes = bests.map(\.best.parameterCount)
        let (least, most) = (0.25 * (sizes.min() ?? 1), 4 * (sizes.max() ?? 1))
        var rows: [[String: PlanValue]] = []
        for level in Set(levels).sorted() {
            let count = rows.count
            for index in 0..<13 {
                try context.budget.check()
                let size = least * pow(most / least, Double(index) / 12)
                guard let tokens = try surface.tokenCount(toLoss: level, parameterCount: size)
                else { continue }
                var row: [String: PlanValue] = [
                    "target_loss": .number(level), "parameter_count": .number(size),
                    "token_count": .number(tokens), "training_flops": .number(6 * size * tokens),
                ]
                row["range"] = measured.contains(size, tokens).map {
                    .text($0 ? "measured" : PlanField.beyond)
                }
                rows.append(row)
            }
            if rows.count == count {
                warnings.append(
                    "no size drawn reaches a loss of \(PlanText.number(level)) on any tokens")
            }
        }
        let beyond = rows.filter { $0["range"] == .text(PlanField.beyond) }.count
        if beyond > 0 {
            warnings.append(
                "\(beyond) of \(rows.count) points of the contours lie beyond the sizes and tokens "
                    + "measured, and are dashed in the picture")
        }
        if losses != nil, rows.isEmpty, let highest = levels.max() {
            throw PlanError.unreachable(
                highest, floor: try surface.loss(parameterCount: most, tokenCount: 1e20),
                by: "under this fit the loss of the sizes drawn, on any tokens,")
        }
        return rows
    }

    private func approaches(
        _ runs: [SizedRun], _ groups: [BudgetGroup], _ asked: Double,
        _ bests: [(flops: Double, best: ComputeOptimum.Outcome)], _ optimum: ComputeOptimum,
        _ context: PlanContext, _ answer: inout PlanDocument
    ) throws -> [[String: PlanValue]] {
        var rows: [[String: PlanValue]] = []
        let frontier = Self.frontier(of: runs)
        if !frontier.isEmpty {
            answer["frontier"] = .rows(
                frontier.map { run in
                    [
                        "run": .text(run.id), "training_flops": .number(run.flops),
                        "parameter_count": .number(run.parameterCount),
                        "token_count": .number(run.tokenCount), "measured_loss": .number(run.loss),
                    ]
                })
        }
        let single = frontier.map {
            ($0.flops, BudgetGroup.Lowest(logarithm: log($0.parameterCount), degreesOfFreedom: 0))
        }
        if let line = PowerLawLine(single) {
            rows.append(row("1, runs that no cheaper one beats", line, asked, context))
        }
        let minima = groups.compactMap { group in
            group.parabolaMinimum().map { (group.flops, $0) }
        }
        if let line = PowerLawLine(minima) {
            var row = row("2, a parabola per budget", line, asked, context)
            let bias = try bias(of: groups, optimum)
            row["parabola_bias"] = .number(bias)
            rows.append(row)
            if let bias {
                answer.warnings.append(
                    "were the fitted law true, parabolas through runs of these sizes would find "
                        + "sizes \(PlanText.number(100 * abs(bias), digits: 2)) % too "
                        + "\(bias < 0 ? "small" : "large") on average: a valley that is no parabola "
                        + "biases approach 2 (arXiv 2603.22339)")
            }
        } else if !runs.isEmpty {
            answer.warnings.append(
                "approach 2 needs two budgets of at least four sizes each with the lowest loss inside; "
                    + "the runs have \(minima.count)")
        }
        let best = try optimum.best(flops: asked)
        let planned = try PlanUncertainty(context).planned { parameters in
            let near = best.parameterCount
            let size = try optimum.best(flops: asked, parameters: parameters, near: near)
            let more = try optimum.best(flops: 2 * asked, parameters: parameters, near: near)
            // log2 of the growth over a doubling; the rest is the tokens'.
            let exponent = log2(more.parameterCount / size.parameterCount)
            return [
                size.parameterCount, size.tokenCount, size.tokenCount / size.parameterCount,
                exponent, 1 - exponent,
            ]
        }
        rows.append([
            "approach": .text("3, the fitted law"), "parameter_count": .quantity(planned[0]),
            "token_count": .quantity(planned[1]), "tokens_per_parameter": .quantity(planned[2]),
            "parameter_exponent": .quantity(planned[3]), "token_exponent": .quantity(planned[4]),
        ])
        return rows
    }

    /// Runs that no run of as little compute beats.
    static func frontier(of runs: [SizedRun]) -> [SizedRun] {
        var lowest = Double.infinity
        return runs.sorted { ($0.flops, $0.loss) < ($1.flops, $1.loss) }.filter { run in
            guard run.loss < lowest else { return false }
            lowest = run.loss
            return true
        }
    }

    private func row(
        _ name: String, _ line: PowerLawLine, _ asked: Double, _ context: PlanContext
    ) -> [String: PlanValue] {
        let level = context.interval?.level
        let size = line.size(at: asked, level: level)
        let exponent = line.exponent(level: level)
        return [
            "approach": .text(name), "parameter_count": .quantity(size),
            "token_count": .quantity(size.mapped { asked / (6 * $0) }),
            "tokens_per_parameter": .quantity(size.mapped { asked / (6 * $0 * $0) }),
            "parameter_exponent": .quantity(exponent),
            "token_exponent": .quantity(exponent.mapped { 1 - $0 }),
        ]
    }

    /// The mean relative bias of the parabolas' sizes, were the fitted law true.
    private func bias(of groups: [BudgetGroup], _ optimum: ComputeOptimum) throws -> Double? {
        let logs = try groups.compactMap { group -> Double? in
            let losses = try optimum.surface.losses(
                group.runs.map { ($0.parameterCount, group.flops / (6 * $0.parameterCount)) })
            guard let vertex = group.parabolaMinimum(losses: losses) else { return nil }
            return vertex.logarithm - log(try optimum.best(flops: group.flops).parameterCount)
        }
        return logs.isEmpty ? nil : expm1(logs.reduce(0, +) / Double(logs.count))
    }
}
