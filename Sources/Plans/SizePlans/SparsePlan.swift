import Fitting
import Foundation
import Laws
import Records

/// The smallest model that pruning while training leaves at a dense run's loss and compute.
///
/// The loss depends on the parameters averaged over the tokens, and so does the compute, 6·N_avg·D. A
/// dense run of N parameters is matched, tokens and compute alike, by a sparse one that begins with
/// N/x parameters, x the average share of its pruning schedule, and ends with N·(1 − s)/x. A fit of
/// dense runs alone, whose average is N, has the same form, and is asked with a warning.
///
/// Source: Jin et al. 2025, arXiv 2501.12486, section 5.
package struct SparsePlan: PlanKind {
    package static let about = PlanDescription(
        id: "sparse",
        title: "the smallest model that pruning leaves at a dense run's loss and compute",
        selector: .option("sparsity"),
        options: [
            PlanOption(
                "sparsity", "s", meaning: "the share of parameters gone at the end",
                isRequired: true, example: "0.5"),
            PlanOption(
                "training_flops", "C", meaning: "the compute of both; the dense run is its best",
                example: "1e21"),
            PlanOption(
                "parameter_count", "n", meaning: "or the dense run's size", example: "1e9"),
            PlanOption("token_count", "n", meaning: "with its tokens", example: "2e10"),
            PlanOption(
                "ramp", "cubic|linear", meaning: "how parameters go (cubic)", example: "cubic"),
            PlanOption(
                "start", "u", meaning: "where pruning begins, of the compute (0.25)",
                example: "0.25"),
            PlanOption("end", "u", meaning: "where it ends (0.75)", example: "0.75"),
        ],
        supportedLaws: { $0 is AverageParametersLaw || $0 is ChinchillaLaw },
        question: "a loss of average parameters",
        example: "--published hoffmann-2022 --sparse 0.5 --training-flops 1e21",
        pictures: [
            .init(
                x: "sparsity",
                panels: [
                    [
                        .init("choices", "final_parameter_count"),
                        .init("choices", "dense_parameter_count"),
                    ]
                ], isLogarithmic: false)
        ])

    private let schedule: PruningSchedule
    private let flops: Double?
    private let parameterCount: Double?
    private let tokenCount: Double?

    package init(_ options: PlanOptions) throws(PlanError) {
        let ramp = try options.word("ramp", of: PruningSchedule.Ramp.allCases.map(\.rawValue))
        do throws(PruningScheduleError) {
            schedule = try PruningSchedule(
                ramp: ramp.flatMap(PruningSchedule.Ramp.init) ?? .cubic,
                start: options.double("start", or: 0.25), end: options.double("end", or: 0.75),
                finalSparsity: options.double("sparsity", or: 0), clock: .compute)
        } catch {
            let name = if case .sparsity = error { "sparsity" } else { "start" }
            throw .invalid(
                option: name, value: options.text(name) ?? "",
                rule: name == "sparsity"
                    ? "must be a number of at least 0 and below 1"
                    : "must be a number from 0 to end, which is at most 1")
        }
        parameterCount = try options.number("parameter_count")
        tokenCount = try options.number("token_count")
        let given = try options.number("training_flops")
        guard (parameterCount == nil) == (tokenCount == nil),
            given != nil || parameterCount != nil
        else {
            let name = parameterCount == nil && given == nil ? "training_flops" : "token_count"
            throw .missing(
                kind: Self.about.id, options: Self.about.options.filter { $0.name == name })
        }
        flops = given
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let surface = try LossSurface(context)
        let optimum = ComputeOptimum(surface: surface, cost: ComputeCost())
        func dense(_ parameters: [Double]) throws -> (size: Double, tokens: Double) {
            if let parameterCount, let tokenCount { return (parameterCount, tokenCount) }
            let best = try optimum.best(flops: flops ?? 0, parameters: parameters)
            return (best.parameterCount, best.tokenCount)
        }
        let (size, tokens) = try dense(surface.values)
        let (share, final) = (schedule.averageShare, schedule.finalShare)
        let planned = try PlanUncertainty(context).planned { parameters in
            let size = try dense(parameters).size
            return [size, size / share, size * final / share]
        }
        let loss = try context.plannedLoss(surface, parameterCount: size, tokenCount: tokens)
        var answer = context.document(Self.about.id)
        answer["sparsity"] = .number(schedule.finalSparsity)
        answer["training_flops"] = .number(6 * size * tokens)
        answer["average_parameter_count"] = .quantity(planned[0])
        answer["dense_parameter_count"] = .quantity(planned[1])
        answer["final_parameter_count"] = .quantity(planned[2])
        answer["token_count"] = .number(tokens)
        answer["tokens_per_parameter"] = .number(tokens / size)
        answer["loss"] = .quantity(loss)
        answer["pruning_schedule"] = .text(schedule.text)
        answer["cost_model"] = .text("C = 6·N_avg·D")
        answer["method"] = .text("N_avg of the sparse run = N of the dense one")
        answer["choices"] = .rows(try rows(size: size, tokens: tokens, surface))
        answer.advice =
            "Begin with \(SizeText.count(planned[1])) parameters and prune to "
            + "\(SizeText.count(planned[2])) by \(schedule.text): the loss \(SizeText.loss(loss)) and "
            + "the compute of a dense run of \(SizeText.count(size)), on the same "
            + "\(SizeText.count(tokens)) tokens."
        answer.warnings = context.sizeWarnings(parameterCount: size, tokenCount: tokens)
        if context.predictor.law.law is ChinchillaLaw {
            answer.warnings.append(
                "the fit is of dense runs: that averaged parameters count as N is the claim of "
                    + "arXiv 2501.12486, which this fit has not seen")
        }
        if schedule.finalSparsity > 0.8 {
            answer.warnings.append(
                "the law was found on sparsities up to 80 %; beyond it more is lost than averages say"
            )
        }
        return answer
    }

    /// By sparsity: the matching sizes, and what pruning the dense run itself would cost: a higher
    /// loss on the same tokens, for less compute.
    private func rows(
        size: Double, tokens: Double, _ surface: LossSurface
    ) throws -> [[String: PlanValue]] {
        let base = try surface.loss(parameterCount: size, tokenCount: tokens)
        return try [0, 0.2, 0.4, 0.5, 0.6, 0.8].map { sparsity in
            let schedule = try PruningSchedule(
                ramp: schedule.ramp, start: schedule.start, end: schedule.end,
                finalSparsity: sparsity, clock: .compute)
            let share = schedule.averageShare
            let pruned = try surface.loss(parameterCount: share * size, tokenCount: tokens)
            return [
                "sparsity": .number(sparsity), "dense_parameter_count": .number(size / share),
                "final_parameter_count": .number(size * schedule.finalShare / share),
                "relative_compute": .number(share), "excess_loss": .number(pruned - base),
            ]
        }
    }
}
