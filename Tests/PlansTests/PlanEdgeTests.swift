import Fitting
import Foundation
import Laws
import Plots
import Records
import Schedules
import Testing

@testable import Plans

/// Plans at their edges: an answer is finite to its last cell, or refused in a sentence of its name.
struct PlanEdgeTests {
    /// A plan, options that it answers, and the fit that it is asked of.
    struct Question: CustomTestStringConvertible, Sendable {
        var kind: String
        var options: [String: String]
        var fit: String?

        init(_ kind: String, of fit: String? = nil, _ options: [String: String]) {
            (self.kind, self.fit, self.options) = (kind, fit, options)
        }

        var testDescription: String { kind }
    }

    static let questions = [
        Question(
            "best-schedule", of: "lr-annealing",
            [
                "total_steps": "600", "peak": "3e-3", "warmup": "50", "free": "no",
                "families": "wsd-sqrt", "minimum_rate": "1e-5",
            ]),
        Question(
            "anneal-now", of: "lr-annealing",
            ["from_step": "500", "lengths": "50", "starts": "500", "final_rate": "1e-5"]),
        Question(
            "time-to-target", of: "lr-annealing",
            [
                "target_loss": "4", "peak": "3e-3", "warmup": "50", "families": "cosine",
                "maximum_steps": "9999", "minimum_rate": "1e-5",
            ]),
        Question(
            "compute-optimal", of: "chinchilla",
            [
                "training_flops": "1e21", "maximum_token_count": "1e11",
                "maximum_parameter_count": "1e10", "sizes": "2e9,3e9",
                "flops_per_parameter": "6", "depth": "32", "width": "4096",
                "context_length": "2048",
            ]),
        Question(
            "compute-optimal",
            [
                "training_flops": "1e21", "published": "porian-2024", "reference_flops": "1e19",
                "reference_parameter_count": "4e8", "flops_per_parameter": "6", "depth": "32",
                "width": "4096", "context_length": "2048",
            ]),
        Question(
            "compute-optimal", ["training_flops": "1e21", "published": "deepseek-2024"]),
        Question(
            "inference-aware", of: "chinchilla",
            ["inference_tokens": "1e13", "target_loss": "2.1", "flops_per_parameter": "6"]),
        Question(
            "inference-aware", of: "chinchilla",
            ["inference_tokens": "1e12", "total_flops": "1e24"]),
        Question(
            "isoflop", of: "chinchilla",
            ["budgets": "1e19,1e20", "training_flops": "1e21", "losses": "2.5"]),
        Question("encoder-decoder", of: "nmt-bivariate", ["parameter_count": "3e8"]),
        Question(
            "sparse", of: "chinchilla",
            ["sparsity": "0.5", "training_flops": "1e21", "start": "0.25", "end": "0.75"]),
        Question(
            "batch", of: "kaplan",
            ["target_loss": "3.2", "parameter_count": "1e8", "batch_tokens": "5e5"]),
        Question(
            "repeats", of: "data-constrained",
            ["unique_token_count": "1e11", "training_flops": "1e23"]),
        Question(
            "next-run", of: "chinchilla",
            [
                "training_flops": "1e21", "parameter_count": "7e9", "token_count": "1.4e11",
                "sizes": "1e7,6e8", "token_counts": "3e10",
            ]),
        Question(
            "growth",
            [
                "parameter_count": "7e9", "token_count": "2e12", "growth_factor": "4",
                "switch_share": "0.8",
            ]),
        Question(
            "hyperparameters",
            [
                "parameter_count": "1e9", "token_count": "1e11", "learning_rate": "1e-2",
                "batch_tokens": "5e5", "target_loss": "3", "depth": "24",
            ]),
        Question(
            "hyperparameters",
            [
                "parameter_count": "1e9", "token_count": "1e11",
                "reference_parameter_count": "1e8", "reference_token_count": "1e10",
                "reference_rate": "3e-3", "reference_batch": "2.6e5",
            ]),
        Question("peak-rate", ["schedule": "step@1,linear:80@0", "tuned_rate": "3e-3"]),
        Question(
            "peak-rate",
            [
                "schedule": "step@1,linear:80@0", "rates": "1e-3,2e-3,4e-3", "losses": "3,2,3",
            ]),
        Question(
            "peak-rate", of: "convex-bound",
            ["schedule": "step@1,linear:80@0", "tuned_rate": "3e-3"]),
    ]

    private static let values = ["0", "-1", "nan", "inf", "1e308", "1e-300", "1", "1e19", "x", ""]

    private static func predictor(_ law: String) throws -> LawPredictor {
        let values =
            [
                "chinchilla": [1.8172, 482.01, 2085.43, 0.3478, 0.3658],
                "nmt-bivariate": [0.5, 0.3, 0.2, 1.2],
                "kaplan": [6.5e13, 0.077, 2.1e3, 0.76, 2e8, 0.21],
                "data-constrained": [1.87, 521, 1_488, 0.353, 0.353, 15.39, 5.31],
                "convex-bound": [2, 0.09, 4, 0.1],
            ][law] ?? Fits.annealing
        return try Fits.predictor(law, values, relativeError: 0.01)
    }

    private static func plan<Kind: PlanKind>(
        _ kind: Kind.Type, _ options: [String: String], _ predictor: LawPredictor?,
        runs: [Run] = []
    ) throws -> any PlanResult {
        let schedule = try LearningRateSchedule(parsing: "warmup:50@3e-3,hold:950")
        let live = Run(
            id: "live", schedule: schedule,
            curve: LossCurve(steps: [100, 400], losses: [4.5, 4]))
        return try PlanCatalog.plan(
            kind, options: options,
            context: PlanContext(
                predictor: predictor, interval: LawPredictor.Interval(),
                run: kind.about.needsRun ? live : nil, runs: runs))
    }

    private static func plan(
        _ kind: String, of law: String? = nil, _ options: [String: String]
    ) throws -> any PlanResult {
        try plan(
            PlanCatalog.standard.kind(kind), options, law.map { try predictor($0) })
    }

    /// The texts of an answer that stand for no number, and its numbers that are none.
    private static func faults(of result: any PlanResult) -> [String] {
        let page = result.page
        let cells = ([result.rows] + page.tables).flatMap(\.rows).flatMap(\.self)
        let numbers = cells.compactMap { cell in
            if case .number(let value, _) = cell { value } else { nil }
        }
        let isJSON = (try? JSONEncoder().encode(result)) != nil
        return numbers.filter { !$0.isFinite || ($0 == 0 && $0.sign == .minus) }.map { "\($0)" }
            + ([page.advice] + result.warnings).filter {
                !Set(["-", "nan", "inf", "-0"]).isDisjoint(
                    with: $0.split { " ,;:.()".contains($0) }.map(String.init))
            } + (isJSON ? [] : ["no JSON"])
    }

    @Test(arguments: questions)
    func `every option takes a bad value with a sentence, or answers in numbers`(
        question: Question
    ) throws {
        let good = try Self.plan(question.kind, of: question.fit, question.options)
        #expect(Self.faults(of: good).isEmpty, "\(Self.faults(of: good))")
        for option in question.options.keys.sorted() {
            for value in Self.values {
                let options = question.options.merging([option: value]) { $1 }
                do {
                    let answer = try Self.plan(question.kind, of: question.fit, options)
                    let faults = Self.faults(of: answer)
                    #expect(faults.isEmpty, "\(option)=\(value): \(faults)")
                } catch {
                    let message =
                        (error as? PlanError)?.message ?? (error as? FittingError)?.message ?? ""
                    #expect(message.hasSuffix("."), "\(option)=\(value): \(error)")
                    let isBare = " \(message) ".contains(" - ") || message.contains("nan ")
                    #expect(!isBare || value == "nan", "\(message)")
                }
            }
        }
    }

    @Test(arguments: [
        (
            Question(
                "compute-optimal", of: "chinchilla",
                ["training_flops": "1e21", "maximum_token_count": "1"]),
            "maximum_token_count = 1 leaves no size: so few tokens take 1.67e20 parameters"
        ),
        (
            Question(
                "compute-optimal", of: "chinchilla",
                [
                    "training_flops": "1e21", "maximum_token_count": "1e6",
                    "maximum_parameter_count": "1e6",
                ]), "maximum_token_count = 1e6 leaves no size"
        ),
        (
            Question("compute-optimal", of: "chinchilla", ["training_flops": "1"]),
            "no-interior-minimum: 1 FLOP are best spent on less than one parameter or token"
        ),
        (
            Question("compute-optimal", of: "chinchilla", ["training_flops": "1e308"]),
            "training_flops = 1e308 must lie between 1 and 1e40."
        ),
        (
            Question("compute-optimal", of: "kaplan", ["training_flops": "1e21"]),
            "the law kaplan needs batch_tokens for a prediction"
        ),
        (
            Question(
                "inference-aware", of: "chinchilla",
                ["inference_tokens": "1e13", "total_flops": "1e3"]),
            "no-interior-minimum: 1000 FLOP for training and serving"
        ),
        (
            Question("isoflop", of: "chinchilla", ["budgets": "1e20", "losses": "1.2,1.5"]),
            "unreachable-loss: under this fit the loss of the sizes drawn, on any tokens,"
        ),
        (
            Question(
                "batch", of: "kaplan", ["target_loss": "1e3", "parameter_count": "1e8"]),
            "target_loss = 1000 is reached within one step of a token"
        ),
        (
            Question("growth", ["parameter_count": "7e9", "token_count": "100"]),
            "no-interior-minimum: by this rule the small model would train on "
        ),
        (
            Question("hyperparameters", ["parameter_count": "1", "token_count": "1"]),
            "not-identified: no rule says anything at N = 1 and D = 1"
        ),
        (
            Question("sparse", of: "chinchilla", ["sparsity": "x", "training_flops": "1e21"]),
            "sparsity = x must be a number of at least 0 and below 1."
        ),
        (
            Question(
                "peak-rate",
                [
                    "schedule": "step@1,hold:9", "rates": "1e-3,2e-3,4e-3", "losses": "3,3,3",
                ]), "not-identified: the losses of the sweep are all the same."
        ),
        (
            Question("peak-rate", of: "chinchilla", ["schedule": "step@1,hold:9"]),
            "the law chinchilla cannot serve the plan peak-rate, which asks for a loss that carries "
                + "the peak rate; fit one that can: convex-bound."
        ),
        (
            Question(
                "anneal-now", of: "lr-annealing", ["from_step": "500", "lengths": "100000000"]),
            "lengths = 100000000 ends after step 100000000"
        ),
    ])
    func `what means nothing is refused by name`(question: Question, sentence: String) {
        #expect {
            _ = try Self.plan(question.kind, of: question.fit, question.options)
        } throws: { error in
            let message =
                (error as? PlanError)?.message ?? (error as? FittingError)?.message ?? ""
            return message.hasPrefix(sentence)
        }
    }

    /// Without area every schedule ends alike; with a gain beyond all there is to lose no loss is left.
    @Test(arguments: [
        ([2.9, 1.1, 0, 0, 0.99], PlanError.Refusal.notIdentified),
        ([0, 1.1, 0.5, 1e5, 0.99], .noInteriorMinimum),
    ])
    func `a law that tells no schedules apart has no best one`(
        values: [Double], refusal: PlanError.Refusal
    ) throws {
        let predictor = try Fits.predictor("lr-annealing", values)
        #expect {
            _ = try Self.plan(
                BestSchedulePlan.self,
                ["total_steps": "600", "peak": "3e-3", "warmup": "50"], predictor)
        } throws: { ($0 as? PlanError)?.refusal == refusal }
    }

    @Test func `exponents at their bounds and equal ones are planned or refused`() throws {
        let options = ["training_flops": "1e21"]
        for (alpha, beta) in [(0, 0.28), (0.34, 0), (3, 3), (0.3, 0.3), (1e-3, 1e-3)] {
            let predictor = try Fits.predictor("chinchilla", [1.7, 406, 410, alpha, beta])
            do {
                let answer = try Self.plan(ComputeOptimalPlan.self, options, predictor)
                #expect(Self.faults(of: answer).isEmpty && alpha > 0 && beta > 0)
            } catch {
                #expect((error as? PlanError)?.refusal == .noInteriorMinimum)
            }
        }
    }

    @Test func `a published fit is not compared with runs of another unit`() throws {
        let published = try PublishedFit.named("hoffmann-2022")
        var report = try Fits.predictor("chinchilla", published.parameters).report
        report.warnings = [PublishedFit.noInterval]
        let predictor = try LawPredictor(report: report)
        var run = Run(
            id: "r", features: [.parameterCount: 1e8, .tokenCount: 1e10], loss: 1)
        run.units = ["loss": "bits_per_byte"]
        #expect {
            _ = try Self.plan(IsoflopPlan.self, ["budgets": "1e20"], predictor, runs: [run])
        } throws: { ($0 as? FittingError)?.message.contains("bits_per_byte") == true }
    }
}
