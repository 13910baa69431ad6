import Fitting
import Foundation
import Laws

/// The least compute of training and serving together, at a loss or within a budget.
///
/// Minimises C = k·N·D + (k/3)·N·D_inf, since a forward pass costs a third of a step: at a target
/// loss over N with D(N) from the law, or the loss at a budget for both. More tokens to serve make a
/// smaller model trained for longer the better buy.
///
/// Source: Sardana et al. 2024, arXiv 2401.00448, equation 2.
package struct InferenceAwarePlan: PlanKind {
    package static let about = PlanDescription(
        id: "inference-aware",
        title: "the least compute of training and serving together",
        selector: .option("inference_tokens"),
        options: [
            PlanOption(
                "inference_tokens", "n", meaning: "tokens that will be served", isRequired: true,
                example: "1e13"),
            PlanOption("target_loss", "loss", meaning: "the loss to reach", example: "2.0"),
            PlanOption(
                "total_flops", "C",
                meaning: "or the budget of training and serving together, in FLOP",
                example: "1e24"),
            ComputeCost.options[0],
        ],
        supportedLaws: LossSurface.isDefined(for:), question: "a loss of model size and tokens",
        example: "--published hoffmann-2022 --inference-aware 1e13 --target-loss 2.0",
        pictures: [
            .init(
                x: "parameter_count",
                panels: ["total_flops", "loss"].map {
                    [.init(PlanDocument.drawing, $0, group: "choice")]
                })
        ])

    private static let drawnRatio = 4.0
    /// The most parameters or tokens that a loss is sought with: a target close to the irreducible loss
    /// takes more than anybody has, and is answered with warnings.
    private static let most = 1e30

    private let inferenceTokens: Double
    private let goal: Goal
    private let cost: ComputeCost

    private enum Goal {
        case loss(Double)
        case budget(Double)
    }

    package init(_ options: PlanOptions) throws(PlanError) {
        inferenceTokens = try options.number("inference_tokens") ?? 0
        let loss = try options.number("target_loss")
        let flops = try options.number("total_flops")
        switch (loss, flops) {
        case (let loss?, nil): goal = .loss(loss)
        case (nil, let flops?): goal = .budget(flops)
        case (_?, let flops?):
            throw .invalid(
                option: "total_flops", value: PlanText.number(flops),
                rule: "came with target_loss; give one of the two")
        case (nil, nil):
            throw .missing(kind: Self.about.id, options: [Self.about.options[1]])
        }
        var cost = ComputeCost()
        cost.coefficient = try options.number("flops_per_parameter") ?? 6
        self.cost = cost
    }

    private struct Choice {
        var parameterCount: Double
        var tokenCount: Double
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let surface = try LossSurface(context)
        let best = try choice(surface, surface.values, near: nil)
        let plain = try choice(surface, surface.values, near: best, serving: 0)
        let uncertainty = try PlanUncertainty(context)
        let planned = try uncertainty.planned { parameters in
            try context.budget.check()
            let found = try choice(surface, parameters, near: best)
            return [
                found.parameterCount, found.tokenCount, found.tokenCount / found.parameterCount,
                total(found),
            ]
        }
        let loss = try context.plannedLoss(
            surface, parameterCount: best.parameterCount, tokenCount: best.tokenCount)
        var answer = context.document(Self.about.id)
        let k = PlanText.number(cost.coefficient)
        answer["cost_model"] = .text(
            "C = \(k)·N·D + \(PlanText.number(cost.coefficient / 3))·N·D_inference")
        answer["inference_tokens"] = .number(inferenceTokens)
        answer["parameter_count"] = .quantity(planned[0])
        answer["token_count"] = .quantity(planned[1])
        answer["tokens_per_parameter"] = .quantity(planned[2])
        answer["total_flops"] = .quantity(planned[3])
        answer["training_flops"] = .number(training(best))
        answer["inference_flops"] = .number(serving(best))
        answer["loss"] = .quantity(loss)
        answer["choices"] = .rows([
            row("with serving", best, surface), row("training alone", plain, surface),
        ])
        answer[PlanDocument.drawing] = .rows(try drawing(best, plain, surface))
        answer.advice =
            "Train \(SizeText.count(planned[0])) parameters on \(SizeText.count(planned[1])) tokens: "
            + "loss \(SizeText.loss(loss)) for \(PlanText.number(planned[3].value, digits: 3)) FLOP in "
            + "all. By training alone \(SizeText.count(plain.parameterCount)) parameters would be "
            + "best"
            + (isAtLoss
                ? ", and take \(PlanText.number(total(plain) / total(best), digits: 3)) times the "
                    + "compute in all." : ".")
        answer.warnings += context.sizeWarnings(
            parameterCount: best.parameterCount, tokenCount: best.tokenCount)
        return answer
    }

    private var isAtLoss: Bool { if case .loss = goal { true } else { false } }

    private func row(
        _ name: String, _ choice: Choice, _ surface: LossSurface
    ) -> [String: PlanValue] {
        let loss = try? surface.loss(
            parameterCount: choice.parameterCount, tokenCount: choice.tokenCount)
        return [
            "choice": .text(name), "parameter_count": .number(choice.parameterCount),
            "token_count": .number(choice.tokenCount),
            "tokens_per_parameter": .number(choice.tokenCount / choice.parameterCount),
            "training_flops": .number(training(choice)),
            "inference_flops": .number(serving(choice)),
            "total_flops": .number(total(choice)), "loss": .number(loss),
        ]
    }

    /// The compute that other sizes would take in all, or the loss that a budget brings them to.
    private func drawing(
        _ best: Choice, _ plain: Choice, _ surface: LossSurface
    ) throws -> [[String: PlanValue]] {
        let (least, most) = (0.25 * best.parameterCount, 4 * plain.parameterCount)
        let served = [("with serving", inferenceTokens), ("training alone", 0)]
        return try served.flatMap { name, served -> [[String: PlanValue]] in
            try (0...48).compactMap { place in
                let size = least * pow(most / least, Double(place) / 48)
                var row: [String: PlanValue] = [
                    "choice": .text(name), "parameter_count": .number(size),
                ]
                switch goal {
                case .loss(let target):
                    let tokens = try surface.tokenCount(
                        toLoss: target, parameterCount: size, atMost: Self.most)
                    guard let tokens else { return nil }
                    let total = cost.coefficient * size * (tokens + served / 3)
                    // Sizes that hardly reach the loss would leave no height to the rest.
                    guard total < Self.drawnRatio * self.total(best) else { return nil }
                    row["total_flops"] = .number(total)
                case .budget(let flops):
                    let tokens = flops / (cost.coefficient * size) - served / 3
                    guard tokens > 1 else { return nil }
                    let loss = try surface.loss(parameterCount: size, tokenCount: tokens)
                    row["loss"] = .number(loss)
                }
                return row
            }
        }
    }

    private func training(_ choice: Choice) -> Double {
        cost.coefficient * choice.parameterCount * choice.tokenCount
    }

    private func serving(_ choice: Choice) -> Double {
        cost.coefficient / 3 * choice.parameterCount * inferenceTokens
    }

    private func total(_ choice: Choice) -> Double { training(choice) + serving(choice) }

    /// The best choice; `serving` replaces the tokens that are served.
    private func choice(
        _ surface: LossSurface, _ parameters: [Double], near: Choice?, serving: Double? = nil
    ) throws -> Choice {
        let served = serving ?? inferenceTokens
        let start = serving == nil ? near.map { log($0.parameterCount) } : nil
        switch goal {
        case .budget(let flops):
            let most = log(flops / (cost.coefficient / 3 * max(served, 1)))
            func tokens(_ place: Double) -> Double {
                flops / (cost.coefficient * exp(place)) - served / 3
            }
            let found = try LogMinimum(in: 0...max(1, min(most, log(flops))), near: start) {
                places in
                // No tokens left is no model, and the law is not asked.
                let losses = try surface.losses(
                    places.map { (exp($0), max(1, tokens($0))) }, parameters: parameters)
                return zip(places, losses).map { tokens($0) > 1 ? $1 : .infinity }
            }
            guard found.isInterior else {
                throw PlanError.refused(
                    .noInteriorMinimum,
                    "\(PlanText.number(flops)) FLOP for training and serving have their lowest loss at "
                        + "an end of the sizes; they may be too few for "
                        + "\(SizeText.count(inferenceTokens)) tokens served")
            }
            return Choice(parameterCount: exp(found.place), tokenCount: tokens(found.place))
        case .loss(let target):
            func tokens(_ place: Double) throws -> Double? {
                try surface.tokenCount(
                    toLoss: target, parameterCount: exp(place), parameters: parameters,
                    atMost: Self.most)
            }
            let found = try LogMinimum(in: 0...log(Self.most), near: start) { places in
                try places.map { place in
                    try tokens(place).map { place + log($0 + served / 3) } ?? .infinity
                }
            }
            guard let tokens = try tokens(found.place) else {
                let floor = try surface.floor(parameters: parameters)
                guard floor < target else {
                    throw PlanError.unreachable(
                        target, floor: floor,
                        by: "under this fit the loss of any size on any tokens")
                }
                throw PlanError.refused(
                    .unreachableLoss,
                    "the target \(PlanText.number(target, digits: 5)) takes more than "
                        + "\(PlanText.number(Self.most)) parameters or tokens; endless ones would "
                        + "reach \(PlanText.number(floor, digits: 5))")
            }
            guard found.isInterior else {
                throw PlanError.refused(
                    .noInteriorMinimum,
                    "the compute falls all the way to an end of the sizes, and no size is best")
            }
            return Choice(parameterCount: exp(found.place), tokenCount: tokens)
        }
    }
}
