import Foundation
import Laws

/// The answer of a published optimum to a budget, without any fit or data.
///
///     N* = N₀·(C/C₀)^a        where the paper gives the exponent alone, or a reference is given
///
/// What the paper leaves out follows from the cost: D from N, N from D, or N from M, FLOP per token.
struct OptimumAnswer {
    let optimum: PublishedOptimum
    let cost: ComputeCost
    /// An optimum measured at another budget.
    let reference: (flops: Double, parameterCount: Double)?

    /// N, D, and M where the paper speaks of it.
    private struct Point {
        var parameterCount: Double
        var tokenCount: Double
        var flopsPerToken: Double?
    }

    /// The optimum of a budget; nil for an exponent without a reference.
    private func point(flops: Double) -> Point? {
        if let reference {
            let size =
                reference.parameterCount * pow(flops / reference.flops, optimum.sizeExponent)
            return Point(
                parameterCount: size,
                tokenCount: cost.tokenCount(flops: flops, parameterCount: size))
        }
        let tokens = optimum.tokens?.value(flops: flops)
        guard let size = optimum.size?.value(flops: flops) else {
            return tokens.map {
                Point(
                    parameterCount: cost.parameterCount(perToken: flops / $0), tokenCount: $0)
            }
        }
        let perToken = optimum.sizeMeasure == .flopsPerToken ? size : nil
        let parameters = perToken.map { cost.parameterCount(perToken: $0) } ?? size
        return Point(
            parameterCount: parameters,
            tokenCount: tokens ?? cost.tokenCount(flops: flops, parameterCount: parameters),
            flopsPerToken: perToken)
    }

    /// The answer.
    ///
    /// - Parameter flops: The budget.
    /// - Returns: N, D and how they came about, without intervals, and mostly without a loss.
    /// - Throws: `PlanError.refused`, for an exponent without a reference among others.
    func document(flops: Double) throws(PlanError) -> PlanDocument {
        guard let best = point(flops: flops) else {
            throw .refused(
                .notIdentified,
                "\(optimum.name) gives an exponent alone, \(optimum.formula); give reference_flops "
                    + "and reference_parameter_count, a best size of your own at another budget, for "
                    + "it to carry over")
        }
        guard best.parameterCount >= 1, best.tokenCount >= 1, best.parameterCount < 1e30 else {
            throw .refused(
                .noInteriorMinimum,
                "by \(optimum.name) \(PlanText.number(flops)) FLOP are best spent on less than one "
                    + "parameter or token")
        }
        var answer = PlanDocument(kind: ComputeOptimalPlan.about.id)
        answer["published"] = .text(optimum.name)
        answer["training_flops"] = .number(flops)
        answer["parameter_count"] = .quantity(PlannedQuantity(best.parameterCount))
        answer["token_count"] = .quantity(PlannedQuantity(best.tokenCount))
        answer["tokens_per_parameter"] = .quantity(
            PlannedQuantity(best.tokenCount / best.parameterCount))
        if let perToken = best.flopsPerToken { answer["flops_per_token"] = .number(perToken) }
        answer["parameter_count_kind"] = .text(
            reference == nil
                ? optimum.parameterConvention
                : "as the reference counts; the study: " + optimum.parameterConvention)
        answer["cost_model"] = .text(cost.text)
        answer["formula"] = .text(optimum.formula)
        answer["source"] = .text("\(optimum.source); \(optimum.fittedOn)")
        let loss = reference == nil ? optimum.loss?.value(flops: flops) : nil
        if let loss {
            answer["loss"] = .quantity(PlannedQuantity(loss))
            answer["loss_unit"] = .text(optimum.lossUnit)
        }
        if let reference {
            answer["reference_flops"] = .number(reference.flops)
            answer["reference_parameter_count"] = .number(reference.parameterCount)
        }
        answer[PlanDocument.drawing] = .rows(
            (-12...12).compactMap { place in
                let flops = flops * pow(2, Double(place))
                guard let point = point(flops: flops), point.tokenCount >= 1 else { return nil }
                return [
                    "training_flops": .number(flops),
                    "parameter_count": .number(point.parameterCount),
                    "token_count": .number(point.tokenCount),
                ]
            })
        answer.advice =
            "By \(optimum.name), train \(SizeText.count(best.parameterCount)) parameters on "
            + "\(SizeText.count(best.tokenCount)) tokens, "
            + "\(PlanText.number(best.tokenCount / best.parameterCount, digits: 3)) tokens per "
            + "parameter" + (reference == nil ? "." : ", by its exponent from the reference.")
        answer.warnings = warnings(flops: flops, hasLoss: loss != nil)
        return answer
    }

    private func warnings(flops: Double, hasLoss: Bool) -> [String] {
        var warnings = optimum.warnings
        if let budgets = optimum.budgets, !budgets.contains(flops) {
            let (low, high) = (budgets.lowerBound, budgets.upperBound)
            warnings.append(
                "\(optimum.name) was fitted on budgets of \(PlanText.number(low)) to "
                    + "\(PlanText.number(high)) FLOP; \(PlanText.number(flops)) is "
                    + (flops > high
                        ? "\(PlanText.number(flops / high, digits: 3)) times their largest"
                        : "\(PlanText.number(low / flops, digits: 3)) times below their smallest")
                    + ", and nothing fitted says that it holds there")
        }
        return warnings + [hasLoss ? Self.noOtherLoss : Self.noLoss, Self.noInterval]
    }

    private static let noLoss =
        "an optimum says nothing of the loss, nor of what another size costs; a fit does"
    private static let noOtherLoss =
        "an optimum says nothing of what another size or another tokenizer costs; a fit does"
    private static let noInterval =
        "the optimum is published without standard errors: it has no interval"
}
