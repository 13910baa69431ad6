import Fitting
import Foundation
import Records

/// Learning rate, batch and weight decay for a size and its tokens: from a grid of runs, from one tuned
/// run, and by published rules side by side.
///
/// Runs of a size on as many tokens are a cell; the lowest point of its losses over rate and batch is
/// its best (`RunCell`), and a power law through the cells' best is the answer (`HyperparameterLaw`). A
/// cell with its best on the grid's edge is left out by name. One cell or one tuned run is a reference,
/// carried over by the exponents of each published rule. Those rules have their own conventions of N, C
/// and batch, which stand beside their numbers; they were found on other data, other widths and other
/// optimisers, so that their spread says more than any one.
///
/// | rule | learning rate | batch in tokens |
/// |---|---|---|
/// | StepLaw | 1.79734·N^−0.7129223·D^0.307491 | 0.580688·D^0.5709444 |
/// | DeepSeek | 0.3118·C^−0.125 | 0.292·C^0.3271 |
/// | Power Lines | – | AdamW timescale B/(η·λ·D) = 1.084·(D/N)^−0.527, so λ |
/// | nanochat | 0.02·√(B/2^19) of matrices | 2^19·(D/D_12)^0.383, to a power of two |
/// | MiniCPM | – | 1.21e9/L^6.24 |
///
/// Sources: Li et al. 2025, arXiv 2503.04715; DeepSeek-AI 2024, arXiv 2401.02954; Bergsma et al. 2025,
/// arXiv 2505.13738; karpathy/nanochat, `scripts/base_train.py`; Hu et al. 2024, arXiv 2404.06395.
package struct HyperparametersPlan: PlanKind {
    private static let referenceOptions = [
        PlanOption(
            "reference_parameter_count", "n", meaning: "N of one tuned training, to carry over",
            example: "1e8"),
        PlanOption(
            "reference_token_count", "n", meaning: "its D", example: "1e10"),
        PlanOption(
            "reference_rate", "rate", meaning: "its best peak learning rate", example: "3e-3"),
        PlanOption(
            "reference_batch", "n", meaning: "its best batch in tokens", example: "2.6e5"),
    ]

    package static let about = PlanDescription(
        id: "hyperparameters",
        title: "learning rate, batch and weight decay, from runs or by published rules",
        selector: .runFiles,
        options: [
            PlanOption(
                "parameter_count", "n", meaning: "N, without embeddings", isRequired: true,
                example: "1e9"),
            PlanOption(
                "token_count", "n", meaning: "D, training tokens", isRequired: true,
                example: "1e11"),
            PlanOption(
                "runs", "id,id",
                meaning:
                    "tuned runs: a grid of rates (schedule, logs or tag learning_rate) and batches "
                    + "at each size, or one tuned run; all of the path by default",
                example: "a,b"),
            PlanOption(
                "study", "name", meaning: "on a server, in place of runs: those of a study",
                example: "grid"),
        ] + referenceOptions + [
            PlanOption(
                "learning_rate", "rate", meaning: "yours, for the weight decay that goes with it",
                example: "1e-2"),
            PlanOption(
                "batch_tokens", "n", meaning: "yours, likewise", example: "5e5"),
            PlanOption(
                "target_loss", "loss", meaning: "the final loss, for rules of the loss",
                example: "3"),
        ] + ComputeCost.options.dropFirst(),
        source: .runs, supportedLaws: { _ in true }, question: "nothing",
        example: "--hyperparameters --parameter-count 1e9 --token-count 1e11 "
            + "--reference-parameter-count 1e8 --reference-token-count 1e10 --reference-rate 3e-3",
        pictures: [
            .init(
                x: "token_count",
                panels: ["learning_rate", "batch_tokens"].map {
                    [
                        .init(PlanDocument.drawing, $0, group: "rule"),
                        .init("rules", $0, dots: "each rule\'s answer"),
                    ]
                })
        ])

    private let training: PlannedTraining
    /// The reference of the options, by setting.
    private let reference: [Hyperparameter: HyperparameterLaw.Point]

    package init(_ options: PlanOptions) throws(PlanError) {
        training = PlannedTraining(
            parameterCount: try options.number("parameter_count") ?? 0,
            tokenCount: try options.number("token_count") ?? 0,
            learningRate: try options.number("learning_rate"),
            batchTokens: try options.number("batch_tokens"),
            targetLoss: try options.number("target_loss"), depth: try options.number("depth"),
            width: try options.number("width"),
            contextLength: try options.number("context_length"))
        let size = try options.number("reference_parameter_count")
        let tokens = try options.number("reference_token_count")
        let settings = [
            Hyperparameter.learningRate: try options.number("reference_rate"),
            .batchTokens: try options.number("reference_batch"),
        ].compactMapValues { $0 }
        let given = Self.referenceOptions.filter { options.text($0.name) != nil }
        guard let size, let tokens, !settings.isEmpty else {
            guard given.isEmpty else {
                throw .missing(
                    kind: Self.about.id,
                    options: Self.referenceOptions.prefix(3).filter { option in
                        !given.contains(option)
                            && (settings.isEmpty || option.name != "reference_rate")
                    })
            }
            reference = [:]
            return
        }
        guard options.text("runs") == nil, options.text("study") == nil else {
            throw .invalid(
                option: "reference_parameter_count", value: PlanText.number(size),
                rule: "stands in place of runs; give one of the two")
        }
        reference = settings.mapValues {
            .init(parameterCount: size, tokenCount: tokens, logarithm: log($0))
        }
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let level = context.interval?.level
        var answer = PlanDocument(kind: Self.about.id)
        var points = reference.mapValues { [$0] }
        if !context.runs.isEmpty {
            points = try self.points(of: context.runs, level, &answer)
        }
        var laws: [Hyperparameter: HyperparameterLaw] = [:]
        for (setting, points) in points {
            laws[setting] = HyperparameterLaw(
                points, carried: HyperparameterTransfer.stepLaw.exponents[setting] ?? [],
                level: level)
        }
        let own = own(laws, points)
        let all = own(training) + training.rules
        let rules = all.filter(\.isPossible)
        guard rules.contains(where: { $0.learningRate != nil || $0.batchTokens != nil }) else {
            throw PlanError.refused(
                .notIdentified,
                "no rule says anything at N = \(SizeText.count(training.parameterCount)) and D = "
                    + "\(SizeText.count(training.tokenCount)): rates of 1 and above, or batches "
                    + "of more than all tokens, or of less than one")
        }
        answer["parameter_count"] = .number(training.parameterCount)
        answer["token_count"] = .number(training.tokenCount)
        answer["tokens_per_parameter"] = .number(training.tokenCount / training.parameterCount)
        if let first = own(training).first, first.isPossible {
            for (setting, law) in laws {
                answer[setting.rawValue] = .quantity(value(of: law, training))
            }
            answer["method"] = .text(first.convention)
            answer["exponents"] = .rows(
                laws.sorted { $0.key.rawValue > $1.key.rawValue }.map { setting, law in
                    [
                        "choice": .text(setting.words),
                        "size_exponent": .quantity(law.exponents[0]),
                        "data_exponent": .quantity(law.exponents[1]),
                    ]
                })
        }
        answer["parameter_count_kind"] = .text(
            "parameters without embeddings; see each convention"
                + (context.runs.isEmpty ? "" : "; of the grid as its runs count"))
        answer["formula"] = .text(
            laws.sorted { $0.key.rawValue > $1.key.rawValue }.map { setting, law in
                let numbers = ([law.coefficient] + law.exponents.map(\.value)).map {
                    PlanText.number($0).replacing("-", with: "−")
                }
                return "\(setting.words) \(numbers[0])·N^\(numbers[1])·D^\(numbers[2]); "
            }.joined()
                + "StepLaw 1.797·N^−0.7129·D^0.3075 and 0.5807·D^0.5709; DeepSeek 0.3118·C^−0.125 and "
                + "0.292·C^0.3271; Power Lines B/(rate·decay·D) = 1.084·(D/N)^−0.527; nanochat "
                + "0.02·√(B/2^19) and 2^19·(D/D_12)^0.383; MiniCPM 1.21e9·L^−6.24")
        answer["rules"] = .rows(rules.map(\.row))
        // Rules of N and D alone, for shorter and longer trainings.
        answer[PlanDocument.drawing] = .rows(
            (-8...8).flatMap { place in
                var other = training
                other.tokenCount *= pow(2, Double(place) / 2)
                return (own(other).prefix(1) + [other.stepLaw, other.deepSeek])
                    .filter(\.isPossible).map(\.row)
            })
        answer.advice = rules.compactMap(\.sentence).joined(separator: "; ") + "."
        answer.warnings += warnings(laws, points, all)
        return answer
    }

    private func value(
        of law: HyperparameterLaw, _ training: PlannedTraining
    ) -> PlannedQuantity {
        law.value(parameterCount: training.parameterCount, tokenCount: training.tokenCount)
    }

    /// The rules that runs or a reference give: one through several cells, else one for each published
    /// rule that carries the reference over.
    private func own(
        _ laws: [Hyperparameter: HyperparameterLaw],
        _ points: [Hyperparameter: [HyperparameterLaw.Point]]
    ) -> (PlannedTraining) -> [HyperparameterRule] {
        let count = points.values.map(\.count).max() ?? 0
        if count > 1 {
            return { training in
                [
                    HyperparameterRule(
                        name: "the grid",
                        learningRate: laws[.learningRate].map { value(of: $0, training).value },
                        batchTokens: laws[.batchTokens].map { value(of: $0, training).value },
                        parameterCount: training.parameterCount, tokenCount: training.tokenCount,
                        convention: "a power law through the best of \(count) cells of runs",
                        source: "the runs")
                ]
            }
        }
        return { training in
            HyperparameterTransfer.all.compactMap { transfer in
                func carried(_ setting: Hyperparameter) -> Double? {
                    transfer.exponents[setting].flatMap { exponents in
                        HyperparameterLaw(points[setting] ?? [], carried: exponents, level: nil)
                    }.map { value(of: $0, training).value }
                }
                let rule = HyperparameterRule(
                    name: "reference by \(transfer.name)", learningRate: carried(.learningRate),
                    batchTokens: carried(.batchTokens), parameterCount: training.parameterCount,
                    tokenCount: training.tokenCount,
                    convention: "one reference, carried over by \(transfer.name): "
                        + transfer.convention,
                    source: transfer.source)
                return rule.sentence == nil ? nil : rule
            }
        }
    }

    /// The best values of the cells of runs, or the settings of a single run.
    private func points(
        of runs: [Run], _ level: Double?, _ answer: inout PlanDocument
    ) throws(PlanError) -> [Hyperparameter: [HyperparameterLaw.Point]] {
        let tuned = runs.compactMap(TunedRun.init)
        if tuned.count < runs.count {
            answer.warnings.append(
                "\(runs.count - tuned.count) of \(runs.count) runs are left out, without a size, tokens, "
                    + "a final loss, or both a learning rate and a batch")
        }
        guard let first = tuned.first else {
            throw .refused(
                .notIdentified,
                "no run has parameter_count, token_count, a final loss, and batch_tokens or a learning "
                    + "rate (\(Hyperparameter.learningRate.place))")
        }
        for setting in Hyperparameter.allCases
        where tuned.allSatisfy({ $0.values[setting] == nil }) {
            answer.warnings.append(
                "no run says its \(setting.words) (\(setting.place)): the answer is over whatever they had"
            )
        }
        guard tuned.count > 1 else {
            return first.values.mapValues {
                [
                    .init(
                        parameterCount: first.run.parameterCount,
                        tokenCount: first.run.tokenCount, logarithm: log($0))
                ]
            }
        }
        var points: [Hyperparameter: [HyperparameterLaw.Point]] = [:]
        var rows: [[String: PlanValue]] = []
        var refusals: [PlanError] = []
        for cell in RunCell.cells(of: tuned) {
            var row: [String: PlanValue] = [
                "parameter_count": .number(cell.parameterCount),
                "token_count": .number(cell.tokenCount),
                "run_count": .number(Double(cell.runs.count)),
            ]
            do throws(PlanError) {
                let best = try cell.optimum()
                row["loss"] = .number(best.loss)
                for (setting, found) in best.logarithms {
                    row[setting.rawValue] = .quantity(
                        PlannedQuantity(
                            logarithm: found.value, variance: found.variance,
                            degreesOfFreedom: best.degreesOfFreedom, level: level))
                    points[setting, default: []].append(
                        .init(
                            parameterCount: cell.parameterCount, tokenCount: cell.tokenCount,
                            logarithm: found.value, variance: found.variance,
                            degreesOfFreedom: best.degreesOfFreedom))
                }
            } catch {
                refusals.append(error)
                row["refusal"] = .text(error.refusal?.rawValue ?? "")
            }
            rows.append(row)
        }
        guard !points.isEmpty else {
            guard refusals.count > 1 else { throw refusals[0] }
            throw .refused(
                refusals.contains { $0.refusal == .noInteriorMinimum }
                    ? .noInteriorMinimum : .notIdentified,
                "none of the \(rows.count) cells of runs has its best inside; "
                    + refusals.map { String($0.message.dropLast()) }.joined(separator: "; "))
        }
        answer["cells"] = .rows(rows)
        answer.warnings += refusals.map { "left out, \($0.message.dropLast())" }
        return points
    }

    private func warnings(
        _ laws: [Hyperparameter: HyperparameterLaw],
        _ points: [Hyperparameter: [HyperparameterLaw.Point]], _ all: [HyperparameterRule]
    ) -> [String] {
        var warnings: [String] = []
        for (setting, law) in laws.sorted(by: { $0.key.rawValue > $1.key.rawValue }) {
            let places = points[setting] ?? []
            let counts = [
                ("N", training.parameterCount, places.map(\.parameterCount)),
                ("D", training.tokenCount, places.map(\.tokenCount)),
            ]
            for (axis, (name, asked, known)) in counts.enumerated() {
                let far = max(asked / (known.max() ?? asked), (known.min() ?? asked) / asked)
                if places.count > 1, !law.isFitted[axis] {
                    warnings.append(
                        "the cells do not tell how the \(setting.words) goes with \(name); StepLaw's "
                            + "exponent, \(PlanText.number(law.exponents[axis].value)), stands for it"
                    )
                }
                if far > 2 {
                    warnings.append(
                        "\(name) is \(PlanText.number(far, digits: 3)) times beyond the runs that the "
                            + "\(setting.words) is taken from")
                }
            }
        }
        warnings.append(
            "each rule was fitted elsewhere and without a published uncertainty; take their spread as "
                + "the range to tune within")
        warnings += all.filter { !$0.isPossible }.map {
            "\($0.name) is left out: it gives a rate of 1 or above, or a batch of less than one token "
                + "or more than all"
        }
        if !(6e7...1e9).contains(training.parameterCount)
            || !(2e9...1e11).contains(training.tokenCount)
        {
            warnings.append(
                "StepLaw was fitted on 60 million to 1 billion parameters and 2 to 100 billion "
                    + "tokens; here it is extrapolated")
        }
        return warnings
    }
}
