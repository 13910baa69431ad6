import Fitting
import Foundation
import Laws
import Records

/// The run whose loss would tell most about an asked prediction.
///
/// With Σ the parameters' covariance, h the gradient of the asked loss and g that of a candidate's, both
/// in the objective's residual, and σ² the noise of a run, measuring the candidate takes
///
///     (hᵀΣg)² / (σ² + gᵀΣg)
///
/// off the variance hᵀΣh, to first order: the linearised fit's own update by one row.
///
/// Source: Fedorov 1972, Theory of Optimal Experiments, chapter 2.
package struct NextRunPlan: PlanKind {
    package static let about = PlanDescription(
        id: "next-run",
        title: "the run that would tell most about an asked prediction",
        selector: .option("training_flops"),
        options: [
            PlanOption(
                "training_flops", "C", meaning: "the most that the run may cost, in FLOP",
                isRequired: true, example: "1e20"),
            PlanOption(
                "parameter_count", "n", meaning: "N of the asked prediction", isRequired: true,
                example: "7e10"),
            PlanOption(
                "token_count", "n", meaning: "D of the asked prediction", isRequired: true,
                example: "1.4e12"),
            PlanOption(
                "sizes", "n,n", meaning: "sizes of candidates (a grid about the fitted ones)",
                example: "1e8,1e9"),
            PlanOption(
                "token_counts", "n,n", meaning: "their tokens, likewise", example: "1e10,1e11"),
        ],
        supportedLaws: LossSurface.isDefined, question: "a loss of model size and tokens",
        example: "--next-run 1e20 --parameter-count 7e10 --token-count 1.4e12")

    private static let mostCandidates = 60
    private static let shownCandidates = 20

    private let flops: Double
    private let parameterCount: Double
    private let tokenCount: Double
    private let sizes: [Double]?
    private let tokenCounts: [Double]?

    package init(_ options: PlanOptions) throws(PlanError) {
        flops = try options.number("training_flops") ?? 0
        parameterCount = try options.number("parameter_count") ?? 0
        tokenCount = try options.number("token_count") ?? 0
        sizes = try options.numbers("sizes", atMost: Self.mostCandidates)
        tokenCounts = try options.numbers("token_counts", atMost: Self.mostCandidates)
    }

    private struct Candidate {
        var parameterCount: Double
        var tokenCount: Double
        /// The share of the variance that it takes away.
        var reduction = 0.0

        var flops: Double { 6 * parameterCount * tokenCount }
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let report = context.predictor.report
        guard let covariance = report.covariance, let noise = report.noise,
            covariance.allSatisfy({ $0.allSatisfy(\.isFinite) })
        else {
            throw PlanError.refused(
                .notIdentified,
                "the fit has no covariance of all its parameters, which is what a run would "
                    + "shrink; fit runs that determine them first")
        }
        let surface = try LossSurface(context)
        var candidates = try self.candidates(context)
        let isLog = report.objective.residual == .log
        let gradients = try surface.gradients(
            [(parameterCount, tokenCount)]
                + candidates.map { ($0.parameterCount, $0.tokenCount) }, isRelative: isLog)
        func product(_ left: [Double], _ right: [Double]) -> Double {
            left.indices.reduce(0) { sum, row in
                sum + left[row] * zip(covariance[row], right).reduce(0) { $0 + $1.0 * $1.1 }
            }
        }
        let asked = gradients[0]
        let variance = product(asked, asked)
        guard variance > 0 else {
            throw PlanError.refused(
                .notIdentified, "all parameters are fixed, so no run can tell more")
        }
        for index in candidates.indices {
            let gradient = gradients[index + 1]
            let shared = product(asked, gradient)
            candidates[index].reduction =
                shared * shared / (noise.scale * noise.scale + product(gradient, gradient))
                / variance
        }
        candidates.sort { $0.reduction > $1.reduction }
        return try answer(candidates, variance, noise, context, surface)
    }

    private func answer(
        _ candidates: [Candidate], _ variance: Double, _ noise: FitReport.Noise,
        _ context: PlanContext, _ surface: LossSurface
    ) throws -> PlanDocument {
        let level = context.interval?.level ?? 0.9
        let quantile = Quantiles.studentT(
            0.5 + 0.5 * level, degreesOfFreedom: noise.degreesOfFreedom)
        let half = quantile * variance.squareRoot()
        guard let best = candidates.first,
            let cheapest = candidates.max(by: {
                $0.reduction / $0.flops < $1.reduction / $1.flops
            })
        else { preconditionFailure("there are candidates") }
        var answer = context.document(Self.about.id)
        answer["parameter_count"] = .number(best.parameterCount)
        answer["token_count"] = .number(best.tokenCount)
        answer["tokens_per_parameter"] = .number(best.tokenCount / best.parameterCount)
        answer["training_flops"] = .number(best.flops)
        answer["reduction"] = .number(best.reduction)
        answer["relative_half_width"] = .number(half)
        answer["loss"] = .quantity(
            try context.plannedLoss(surface, parameterCount: parameterCount, tokenCount: tokenCount)
        )
        answer["cost_model"] = .text("C = 6·N·D")
        answer["method"] = .text("linearised fit: (hᵀΣg)²/(σ² + gᵀΣg) of hᵀΣh")
        answer["choices"] = .rows(
            candidates.prefix(Self.shownCandidates).map { candidate in
                [
                    "parameter_count": .number(candidate.parameterCount),
                    "token_count": .number(candidate.tokenCount),
                    "training_flops": .number(candidate.flops),
                    "reduction": .number(candidate.reduction),
                    "reduction_per_flop": .number(candidate.reduction / candidate.flops),
                    "relative_half_width": .number(
                        half * max(0, 1 - candidate.reduction).squareRoot()),
                ]
            })
        let width = PlanText.number(100 * half, digits: 2)
        let after = PlanText.number(
            100 * half * max(0, 1 - best.reduction).squareRoot(), digits: 2)
        answer.advice =
            "Train \(SizeText.count(best.parameterCount)) parameters on "
            + "\(SizeText.count(best.tokenCount)) tokens: of these candidates it shrinks the asked "
            + "loss's interval most, from ±\(width) % to ±\(after) %. Most per FLOP tells "
            + "\(SizeText.count(cheapest.parameterCount)) on \(SizeText.count(cheapest.tokenCount)) "
            + "tokens."
        answer.warnings = context.sizeWarnings(
            parameterCount: parameterCount, tokenCount: tokenCount)
        answer.warnings.append(
            "this trusts the law; a run that could show it to be wrong, far from all others, is worth "
                + "more than it says")
        return answer
    }

    /// Sizes and tokens from the fitted ones to four times beyond, within the cost.
    private func candidates(_ context: PlanContext) throws(PlanError) -> [Candidate] {
        let fitted = context.predictor.report.fittedRange?.features
        func grid(_ range: ClosedRange<Double>?, asked: Double) -> [Double] {
            let low = range?.lowerBound ?? asked / 1e4
            let high = 4 * (range?.upperBound ?? asked / 10)
            return (0..<8).map { low * pow(high / low, Double($0) / 7) }
        }
        let size = fitted?[.parameterCount] ?? fitted?[.averageParameterCount]
        let all = (sizes ?? grid(size, asked: parameterCount)).flatMap { size in
            (tokenCounts ?? grid(fitted?[.tokenCount], asked: tokenCount)).map {
                Candidate(parameterCount: size, tokenCount: $0)
            }
        }
        let affordable = all.filter { $0.flops <= flops * (1 + 1e-9) }
        guard !affordable.isEmpty else {
            let least = all.map(\.flops).min() ?? 0
            throw .invalid(
                option: "training_flops", value: PlanText.number(flops),
                rule: "buys no candidate; the cheapest takes \(PlanText.number(least))")
        }
        return affordable
    }
}
