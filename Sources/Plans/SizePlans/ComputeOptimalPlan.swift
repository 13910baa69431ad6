import Fitting
import Foundation
import Laws

/// The size and the tokens that a compute budget is best spent on.
///
/// Minimises L(N, D) under C(N, D) = C: in closed form where the law has one and compute is k·N·D,
/// else by the root of dL/dlog N along the line of equal compute. Intervals are the delta method's for
/// log N*, log D* and log D*/N*, each with its own correlation of the parameters. In place of a fit a
/// published optimum answers (`OptimumAnswer`).
///
/// Source: Hoffmann et al. 2022, arXiv 2203.15556, section 3.3.
package struct ComputeOptimalPlan: PlanKind {
    package static let about = PlanDescription(
        id: "compute-optimal",
        title: "the size and the tokens that a compute budget is best spent on",
        selector: .option("training_flops"),
        options: [
            PlanOption(
                "training_flops", "C", meaning: "the budget in FLOP", isRequired: true,
                example: "5.76e23"),
            PlanOption(
                "published", "name",
                meaning:
                    "in place of a fit a published optimum, of which `isoloss laws` says more: "
                    + PublishedOptimum.all.map(\.name).joined(separator: ", "),
                example: "llama-3-2024"),
            PlanOption(
                "reference_flops", "C",
                meaning: "a budget whose best size you know, for a published exponent",
                example: "1e19"),
            PlanOption(
                "reference_parameter_count", "n", meaning: "and that size", example: "4e8"),
        ] + ComputeCost.options + [
            PlanOption(
                "maximum_token_count", "n", meaning: "tokens that there are at most",
                example: "1e12"),
            PlanOption(
                "maximum_parameter_count", "n", meaning: "the largest model allowed",
                example: "7e10"),
            PlanOption(
                "sizes", "n,n", meaning: "sizes that can be trained, to be compared",
                example: "1e9,7e9,7e10"),
        ],
        source: .fitIfGiven, supportedLaws: LossSurface.isDefined(for:),
        question: "a loss of model size and tokens",
        example: "--published hoffmann-2022 --compute-optimal 5.76e23",
        pictures: [
            .init(x: "parameter_count", panels: [[.init(PlanDocument.drawing, "loss")]]),
            // Of a published optimum.
            .init(
                x: "training_flops",
                panels: ["parameter_count", "token_count"].map {
                    [.init(PlanDocument.drawing, $0)]
                }),
        ])

    /// Sizes of the isoFLOP curve, times the best.
    private static let factors = [
        0.125, 0.25, 0.5, 0.7071067811865476, 1, 1.4142135623730951, 2, 4, 8,
    ]
    private static let mostSizes = 100

    private let flops: Double
    private let cost: ComputeCost
    private let mostTokens: Double
    private let mostParameters: Double
    private let sizes: [Double]?
    private let published: OptimumAnswer?

    package init(_ options: PlanOptions) throws(PlanError) {
        flops = try options.number("training_flops") ?? 0
        cost = try ComputeCost(options)
        mostTokens = try options.number("maximum_token_count") ?? .infinity
        mostParameters = try options.number("maximum_parameter_count") ?? 1e18
        sizes = try options.numbers("sizes", atMost: Self.mostSizes)
        published = try Self.published(options, cost)
    }

    /// The optimum that is named, with the reference that it carries over.
    private static func published(
        _ options: PlanOptions, _ cost: ComputeCost
    ) throws(PlanError) -> OptimumAnswer? {
        let references = ["reference_flops", "reference_parameter_count"]
        guard let name = options.text("published") else {
            guard let stray = references.first(where: { options.text($0) != nil }) else {
                return nil
            }
            throw .invalid(
                option: stray, value: options.text(stray) ?? "",
                rule: "goes with a published optimum; leave it out")
        }
        guard let optimum = PublishedOptimum.named(name) else {
            throw .invalid(
                option: "published", value: name,
                rule: "must name a published fit or one of the optima "
                    + PublishedOptimum.all.map(\.name).joined(separator: ", "))
        }
        let given = (try options.number(references[0]), try options.number(references[1]))
        guard (given.0 == nil) == (given.1 == nil) else {
            let missing = about.options.filter {
                references.contains($0.name) && options.text($0.name) == nil
            }
            throw .missing(kind: about.id, options: missing)
        }
        return OptimumAnswer(
            optimum: optimum, cost: cost,
            reference: given.0.flatMap { flops in given.1.map { (flops, $0) } })
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        guard context.fit != nil else {
            guard let published else { throw PlanError.fitMissing(kind: Self.about.id) }
            try refuseLimits(of: published.optimum)
            return try published.document(flops: flops)
        }
        if let published {
            throw PlanError.invalid(
                option: "published", value: published.optimum.name,
                rule: "stands in place of a fit; leave one of them out")
        }
        let surface = try LossSurface(context)
        var optimum = ComputeOptimum(surface: surface, cost: cost)
        optimum.mostTokens = mostTokens
        optimum.sizes = 1...max(1, mostParameters)
        let best = try optimum.best(flops: flops)
        var answer = context.document(Self.about.id)
        answer["training_flops"] = .number(flops)
        answer["cost_model"] = .text(cost.text)
        answer["method"] = .text(best.isClosedForm ? "closed form" : "numeric")
        if let limit = best.limit { answer["limited_by"] = .text(limit) }
        let planned = try PlanUncertainty(context).planned { parameters in
            try context.budget.check()
            let found = try optimum.best(
                flops: flops, parameters: parameters, near: best.parameterCount)
            return [
                found.parameterCount, found.tokenCount, found.tokenCount / found.parameterCount,
            ]
                + (surface.bestBatch(tokenCount: found.tokenCount, parameters: parameters)
                    .map { [$0, found.tokenCount / $0] } ?? [])
        }
        let loss = try context.plannedLoss(
            surface, parameterCount: best.parameterCount, tokenCount: best.tokenCount)
        answer["parameter_count"] = .quantity(planned[0])
        answer["token_count"] = .quantity(planned[1])
        answer["tokens_per_parameter"] = .quantity(planned[2])
        if planned.count > 3 {
            answer["batch_tokens"] = .quantity(planned[3])
            answer["step_count"] = .quantity(planned[4])
        }
        answer["loss"] = .quantity(loss)
        answer["curve"] = .rows(try rows(Self.factors, of: best, optimum, context))
        answer[PlanDocument.drawing] = .rows(
            try (-24...24).compactMap { place in
                let size = best.parameterCount * pow(2, Double(place) / 8)
                let tokens = cost.tokenCount(flops: flops, parameterCount: size)
                guard isAllowed(size, tokens) else { return nil }
                return [
                    "parameter_count": .number(size),
                    "loss": .quantity(
                        try context.plannedLoss(surface, parameterCount: size, tokenCount: tokens)),
                ]
            })
        answer.advice =
            "Train \(SizeText.count(planned[0])) parameters on \(SizeText.count(planned[1])) tokens, "
            + "\(PlanText.number(planned[2].value, digits: 3)) tokens per parameter: predicted "
            + "loss \(SizeText.loss(loss))."
        if let sizes { try addSizes(sizes, to: &answer, best, surface, context) }
        answer.warnings += context.sizeWarnings(
            parameterCount: best.parameterCount, tokenCount: best.tokenCount)
        return answer
    }

    /// A limit asks for the loss off the best, and an optimum knows none.
    private func refuseLimits(of optimum: PublishedOptimum) throws(PlanError) {
        let limits: [(name: String, values: [Double])] = [
            ("maximum_token_count", mostTokens < .infinity ? [mostTokens] : []),
            ("maximum_parameter_count", mostParameters < 1e18 ? [mostParameters] : []),
            ("sizes", sizes ?? []),
        ]
        guard let given = limits.first(where: { !$0.values.isEmpty }) else { return }
        throw .invalid(
            option: given.name,
            value: given.values.map { PlanText.number($0) }.joined(separator: ","),
            rule:
                "asks for a loss, and the optimum \(optimum.name) has none; leave it out, or take a "
                + "fit")
    }

    private func isAllowed(_ size: Double, _ tokens: Double) -> Bool {
        size >= 1 && tokens >= 1 && tokens <= mostTokens * (1 + 1e-9)
            && size <= mostParameters * (1 + 1e-9)
    }

    /// The isoFLOP curve: losses of sizes off the best, and the compute that they waste, 1 − C₀/C
    /// where C₀ would have reached the same loss at its own best size.
    private func rows(
        _ factors: [Double], of best: ComputeOptimum.Outcome, _ optimum: ComputeOptimum,
        _ context: PlanContext
    ) throws -> [[String: PlanValue]] {
        var free = optimum
        (free.mostTokens, free.sizes) = (.infinity, 1...1e18)
        return try factors.compactMap { factor in
            try context.budget.check()
            let size = factor * best.parameterCount
            let tokens = cost.tokenCount(flops: flops, parameterCount: size)
            guard isAllowed(size, tokens) else { return nil }
            let loss = try optimum.surface.loss(parameterCount: size, tokenCount: tokens)
            let needed =
                best.limit == nil && factor != 1
                ? try? free.leastFlops(toLoss: loss, from: flops, near: best.parameterCount) : nil
            return [
                "factor": .number(factor), "parameter_count": .number(size),
                "token_count": .number(tokens), "loss": .number(loss),
                "excess_loss": .number(loss - best.loss),
                "compute_wasted": .number(needed.map { 1 - $0 / flops } ?? (factor == 1 ? 0 : nil)),
            ]
        }
    }

    private func addSizes(
        _ sizes: [Double], to answer: inout PlanDocument, _ best: ComputeOptimum.Outcome,
        _ surface: LossSurface, _ context: PlanContext
    ) throws {
        var rows: [(loss: Double, row: [String: PlanValue])] = []
        for size in sizes {
            let tokens = cost.tokenCount(flops: flops, parameterCount: size)
            guard isAllowed(size, tokens) else { continue }
            let loss = try context.plannedLoss(surface, parameterCount: size, tokenCount: tokens)
            rows.append(
                (
                    loss.value,
                    [
                        "parameter_count": .number(size), "token_count": .number(tokens),
                        "tokens_per_parameter": .number(tokens / size), "loss": .quantity(loss),
                        "excess_loss": .number(loss.value - best.loss),
                    ]
                ))
        }
        guard let least = rows.min(by: { $0.loss < $1.loss }) else {
            throw PlanError.invalid(
                option: "sizes", value: sizes.map { PlanText.number($0) }.joined(separator: ","),
                rule: "has none within the limits of tokens and size")
        }
        answer["sizes"] = .rows(rows.map(\.row))
        let size = least.row["parameter_count"]?.number ?? 0
        answer.advice +=
            " Of the sizes given, \(SizeText.count(size)) is best, "
            + "\(PlanText.number(max(0, least.loss - best.loss), digits: 2)) above that."
    }
}
