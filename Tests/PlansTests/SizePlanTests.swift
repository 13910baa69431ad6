import Fitting
import Foundation
import Laws
import Plots
import Records
import Testing

@testable import Plans

/// Plans about model size and tokens, against published numbers, formulas and brute force.
struct SizePlanTests {
    /// Besiroglu and others (2024) on Hoffmann's 240 runs, with the standard errors that they print.
    private static let besiroglu = [1.8172, 482.01, 2085.43, 0.3478, 0.3658]

    static func chinchilla(_ values: [Double] = besiroglu, errors: Bool = false) throws
        -> LawPredictor
    {
        try Fits.predictor("chinchilla", values, relativeError: errors ? 0.01 : nil)
    }

    private static func document<Kind: PlanKind>(
        _ kind: Kind.Type, _ options: [String: String], _ predictor: LawPredictor?,
        features: [Feature: Double] = [:],
        interval: LawPredictor.Interval? = LawPredictor.Interval(target: .mean)
    ) throws -> PlanDocument where Kind.Result == PlanDocument {
        try PlanCatalog.plan(
            kind, options: options,
            context: PlanContext(predictor: predictor, features: features, interval: interval))
    }

    /// Printed by Besiroglu et al.: 18.39 tokens per parameter at Chinchilla's own budget; Hoffmann's
    /// parameters with four digits give Chinchilla's 40 billion, with two digits 32.
    @Test(arguments: [
        (besiroglu, 7.225e10, 18.39), ([1.6934, 406.4, 410.7, 0.3392, 0.2849], 4.031e10, 59.1),
        ([1.69, 406.4, 410.7, 0.34, 0.28], 3.22e10, 92.6),
    ])
    func `published fits get the size they are known for at 5.76e23 FLOP`(
        _ values: [Double], _ size: Double, _ ratio: Double
    ) throws {
        let answer = try Self.document(
            ComputeOptimalPlan.self, ["training_flops": "5.76e23"], Self.chinchilla(values))
        let found = try #require(answer.quantity("parameter_count"))
        #expect(abs(found.value / size - 1) < 1e-3, "\(found.value)")
        let perParameter = try #require(answer.quantity("tokens_per_parameter"))
        #expect(abs(perParameter.value / ratio - 1) < 1e-2, "\(perParameter.value)")
        #expect(found.lower == nil && answer["method"] == .text("closed form"))
        #expect(answer.warnings.contains(IntervalWarning.missing))
    }

    @Test(arguments: [1e18, 1e21, 5.76e23, 1e26])
    func `the numeric optimum is the closed form's to 1e-9`(_ flops: Double) throws {
        let surface = try LossSurface(PlanContext(predictor: Self.chinchilla()))
        let optimum = ComputeOptimum(surface: surface, cost: ComputeCost())
        let closed = try optimum.best(flops: flops)
        let numeric = try optimum.searched(flops: flops, surface.values)
        #expect(closed.isClosedForm && !numeric.isClosedForm)
        #expect(
            abs(numeric.parameterCount / closed.parameterCount - 1) < 1e-9,
            "\(numeric.parameterCount / closed.parameterCount - 1)")
    }

    /// k drops out of the coupled law's optimum, and at fixed experts their law is Chinchilla's.
    @Test(arguments: [
        ("skaling", [1.220, 3355, 18186, 0.408, 0.431, 0.452], [:]),
        (
            "mixture-of-experts",
            [
                1.3637, 35.91, 35.98, -0.1889, -0.1775, -0.2285, 0.5529, 0.0098, -0.0259, 2.0732,
                290.4521,
            ], [Feature.expertCount: 8.0]
        ),
    ])
    func `closed forms of other laws are what a search finds`(
        law: String, values: [Double], features: [Feature: Double]
    ) throws {
        let surface = try LossSurface(
            PlanContext(predictor: Fits.predictor(law, values), features: features))
        let optimum = ComputeOptimum(surface: surface, cost: ComputeCost())
        for flops in [1e19, 1e21, 1e23] {
            let closed = try optimum.best(flops: flops)
            let numeric = try optimum.searched(flops: flops, surface.values)
            #expect(closed.isClosedForm)
            #expect(abs(numeric.parameterCount / closed.parameterCount - 1) < 1e-9, "\(law)")
        }
    }

    /// With independent errors of 1 % the variance of log N* = (log(αA/βB) + β·log P)/(α + β) is a sum
    /// over parameters of squares that a pencil can write.
    @Test func `intervals are the delta method's on logarithms`() throws {
        let answer = try Self.document(
            ComputeOptimalPlan.self, ["training_flops": "5.76e23"], Self.chinchilla(errors: true))
        let (a, b, alpha, beta) = (482.01, 2085.43, 0.3478, 0.3658)
        let sum = alpha + beta
        let product = log(5.76e23 / 6)
        let logSize = (log(alpha * a / (beta * b)) + beta * product) / sum
        let byAlpha = (1 / alpha - logSize) / sum
        let byBeta = (product - 1 / beta - logSize) / sum
        let variance =
            2 * pow(0.01 / sum, 2) + pow(0.01 * alpha * byAlpha, 2) + pow(0.01 * beta * byBeta, 2)
        let half = Quantiles.studentT(0.95, degreesOfFreedom: 45) * variance.squareRoot()
        let found = try #require(answer.quantity("parameter_count"))
        let (lower, upper) = (try #require(found.lower), try #require(found.upper))
        #expect(abs(log(upper / found.value) / half - 1) < 1e-4)
        #expect(abs(log(found.value / lower) / half - 1) < 1e-4)
    }

    @Test func `the curve of equal compute rises on both sides, and says what is wasted`() throws {
        let predictor = try Self.chinchilla()
        let answer = try Self.document(
            ComputeOptimalPlan.self, ["training_flops": "1e21"], predictor)
        let curve = answer.rows("curve")
        #expect(curve.count == 9)
        let excess = curve.compactMap { $0["excess_loss"]?.number }
        #expect(
            excess.allSatisfy { $0 >= -1e-12 } && excess[0] > excess[1] && excess[8] > excess[7])
        // Less compute, spent at its own best, reaches what twice the best size does.
        let twice = curve[6]
        let wasted = try #require(twice["compute_wasted"]?.number)
        let less = try Self.document(
            ComputeOptimalPlan.self, ["training_flops": "\(1e21 * (1 - wasted))"], predictor)
        let loss = try #require(less.quantity("loss")).value
        #expect(abs(loss - (try #require(twice["loss"]?.number))) < 1e-7)
    }

    @Test func `limits of tokens and of size bind, and sizes that can be trained are compared`()
        throws
    {
        let predictor = try Self.chinchilla()
        let few = try Self.document(
            ComputeOptimalPlan.self, ["training_flops": "5.76e23", "maximum_token_count": "1e12"],
            predictor)
        #expect(few["limited_by"] == .text("maximum_token_count"))
        #expect(abs(try #require(few.quantity("token_count")).value / 1e12 - 1) < 1e-9)
        let small = try Self.document(
            ComputeOptimalPlan.self,
            [
                "training_flops": "5.76e23", "maximum_parameter_count": "7e9",
                "sizes": "1e9,7e9,7e10",
            ],
            predictor)
        #expect(small["limited_by"] == .text("maximum_parameter_count"))
        #expect(abs(try #require(small.quantity("parameter_count")).value / 7e9 - 1) < 1e-9)
        #expect(small.rows("sizes").count == 2)
        // So few tokens take a larger model to spend the compute on than is allowed.
        for limits in [
            ["maximum_token_count": "1"],
            ["maximum_token_count": "1e6", "maximum_parameter_count": "1e6"],
        ] {
            #expect {
                _ = try Self.document(
                    ComputeOptimalPlan.self,
                    limits.merging(["training_flops": "1e21"]) { $1 }, predictor)
            } throws: {
                ($0 as? PlanError)?.message.hasPrefix("maximum_token_count = 1") == true
            }
        }
    }

    /// DeepSeek's M = 72·n·d² + 12·n·d·l FLOP per token, with N = 12·n·d².
    @Test func `attention adds 12·n·d·l per token, and moves the best size down`() throws {
        let options = try PlanOptions(
            ["training_flops": "1e21", "depth": "30", "width": "4096", "context_length": "4096"],
            of: ComputeOptimalPlan.about)
        let cost = try ComputeCost(options)
        let size = 12.0 * 30 * 4096 * 4096
        let expected = 72.0 * 30 * 4096 * 4096 + 12.0 * 30 * 4096 * 4096
        #expect(abs(cost.perToken(parameterCount: size) / expected - 1) < 1e-12)
        let context = PlanContext(predictor: try Self.chinchilla())
        let surface = try LossSurface(context)
        let with = try ComputeOptimum(surface: surface, cost: cost).best(flops: 1e21)
        let without = try ComputeOptimum(surface: surface, cost: ComputeCost()).best(flops: 1e21)
        #expect(with.parameterCount < without.parameterCount && !with.isClosedForm)
    }

    @Test func `every law of size and tokens is planned, and none is better off its optimum`()
        throws
    {
        let cases: [(String, [Double], [Feature: Double])] = [
            ("average-parameters", Self.besiroglu, [:]),
            ("kaplan", [6.5e13, 0.077, 2.1e3, 0.76, 2e8, 0.21], [.batchTokens: 5e5]),
            (
                "data-constrained", [1.87, 521, 1_488, 0.353, 0.353, 15.39, 5.31],
                [.uniqueTokenCount: 1e10]
            ),
        ]
        for (law, values, features) in cases {
            let predictor = try Fits.predictor(law, values)
            let answer = try Self.document(
                ComputeOptimalPlan.self, ["training_flops": "1e22"], predictor, features: features)
            let best = try #require(answer.quantity("loss")).value
            let size = try #require(answer.quantity("parameter_count")).value
            let surface = try LossSurface(
                PlanContext(predictor: predictor, features: features))
            for factor in [0.5, 0.9, 1.1, 2] {
                let loss = try surface.loss(
                    parameterCount: factor * size, tokenCount: 1e22 / (6 * factor * size))
                #expect(loss > best, "\(law) at \(factor)")
            }
        }
    }

    @Test func `a question without an answer is refused by name`() throws {
        let flat = try Self.chinchilla([1.8, 482, 2_085, 0, 0.37])
        #expect {
            _ = try Self.document(ComputeOptimalPlan.self, ["training_flops": "1e21"], flat)
        } throws: { ($0 as? PlanError)?.refusal == .noInteriorMinimum }
        #expect {
            _ = try Self.document(
                InferenceAwarePlan.self, ["inference_tokens": "1e12", "target_loss": "1.8"],
                Self.chinchilla())
        } throws: { error in
            let refused = error as? PlanError
            return refused?.refusal == .unreachableLoss
                && refused?.message.contains("stays above 1.81") == true
        }
        var report = try Self.chinchilla(errors: true).report
        report.covariance?[3][3] = .infinity
        let open = try LawPredictor(report: report)
        #expect {
            _ = try Self.document(ComputeOptimalPlan.self, ["training_flops": "1e21"], open)
        } throws: { ($0 as? PlanError)?.message.contains("parameter_exponent") == true }
    }

    @Test func `serving is paid for with a smaller model, as a search over all sizes says`() throws
    {
        let predictor = try Self.chinchilla()
        let surface = try LossSurface(PlanContext(predictor: predictor))
        let (target, served) = (2.1, 1e13)
        let answer = try Self.document(
            InferenceAwarePlan.self, ["inference_tokens": "1e13", "target_loss": "2.1"], predictor)
        let size = try #require(answer.quantity("parameter_count")).value
        let tokens = try #require(answer.quantity("token_count")).value
        let total = try #require(answer.quantity("total_flops")).value
        #expect(abs(try surface.loss(parameterCount: size, tokenCount: tokens) - target) < 1e-9)
        #expect(abs(total / (6 * size * tokens + 2 * size * served) - 1) < 1e-12)
        // D(N) of this law by hand.
        let (e, a, b, alpha, beta) = (1.8172, 482.01, 2085.43, 0.3478, 0.3658)
        let brute =
            stride(from: 20.0, to: 27, by: 1e-3).compactMap { place -> Double? in
                let rest = target - e - a * exp(-alpha * place)
                guard rest > 0 else { return nil }
                return 6 * exp(place) * pow(b / rest, 1 / beta) + 2 * exp(place) * served
            }.min() ?? 0
        #expect(total <= brute * (1 + 1e-9) && total > brute * (1 - 1e-5))
        let plain = answer.rows("choices")[1]["parameter_count"]?.number ?? 0
        #expect(size < plain)
        let budget = try Self.document(
            InferenceAwarePlan.self,
            ["inference_tokens": "1e13", "total_flops": "\(total)"], predictor)
        #expect(abs(try #require(budget.quantity("loss")).value - target) < 1e-9)
    }

    @Test func `a translation model's budget is split by its exponents`() throws {
        let values = [0.5, 0.3, 0.2, 1.2]
        let predictor = try Fits.predictor("nmt-bivariate", values, relativeError: 0.01)
        let answer = try Self.document(
            EncoderDecoderPlan.self, ["parameter_count": "3e8"], predictor)
        #expect(abs(try #require(answer.quantity("encoder_share")).value - 0.6) < 1e-12)
        let best = try #require(answer.quantity("loss"))
        let loss = 0.5 * pow(5e7 / 1.8e8, 0.3) * pow(5e7 / 1.2e8, 0.2) + 1.2
        #expect(abs(best.value - loss) < 1e-12)
        #expect(answer.rows("curve").allSatisfy { ($0["excess_loss"]?.number ?? -1) >= -1e-15 })
    }

    /// The four worked examples that the authors print.
    @Test(arguments: [
        ("8e9", "15e12", 6_581_387_829.0), ("7e9", "2e12", 11_112_953_126),
        ("13e9", "2e12", 15_843_690_723), ("70e9", "2e12", 42_475_087_122),
    ])
    func `growth tokens are those of the paper's examples`(
        _ size: String, _ tokens: String, _ expected: Double
    ) throws {
        let answer = try Self.document(
            GrowthPlan.self, ["parameter_count": size, "token_count": tokens], nil)
        let found = try #require(answer.quantity("growth_tokens")).value
        #expect(abs(found / expected - 1) < 1e-9, "\(found)")
        #expect(answer.law == nil && answer.warnings[0].contains("it is extrapolated"))
    }

    /// Of a tenth of the size for four fifths of the steps, 0.8·0.1 + 0.2 of the compute is left.
    @Test func `late expansion is counted, and sizes given apart are read`() throws {
        let answer = try Self.document(
            GrowthPlan.self, ["growth_factor": "10", "switch_share": "0.8"], nil,
            features: [.parameterCount: 1.24e8, .tokenCount: 1e10])
        #expect(abs(try #require(answer["compute_ratio"]?.number) - 0.28) < 1e-12)
    }

    @Test func `every plan of sizes draws itself`() throws {
        let chinchilla = try Self.chinchilla(errors: true)
        let size: [Feature: Double] = [.parameterCount: 1e9, .tokenCount: 1e11]
        func lines<Kind: PlanKind>(
            _ kind: Kind.Type, _ options: [String: String], features: [Feature: Double] = [:]
        ) throws -> [Int] where Kind.Result == PlanDocument {
            let chart = try Self.document(kind, options, chinchilla, features: features).page.chart
            return (chart?.panels ?? []).map(\.series.count)
        }
        #expect(
            try lines(InferenceAwarePlan.self, ["inference_tokens": "1e13", "target_loss": "2.1"])
                == [2])
        #expect(
            try lines(InferenceAwarePlan.self, ["inference_tokens": "1e13", "total_flops": "1e24"])
                == [2])
        // Below the curves of equal compute seven contours of the loss, over decades of tokens.
        let isoflop = ["budgets": "1e19,1e20,1e21"]
        #expect(try lines(IsoflopPlan.self, isoflop) == [3, 7])
        let contours = try Self.document(IsoflopPlan.self, isoflop, chinchilla).page.chart
        #expect(contours?.panels.map(\.isLogarithmic) == [false, true])
        #expect(contours?.svg().contains(">10¹⁰<") == true)
        #expect(try lines(NextRunPlan.self, ["training_flops": "1e21"], features: size)[0] > 3)
        #expect(try lines(GrowthPlan.self, [:], features: size) == [1])
        // Two rules over D, and the answers themselves as dots.
        #expect(try lines(HyperparametersPlan.self, [:], features: size) == [3, 3])
        #expect(try lines(SparsePlan.self, ["sparsity": "0.5"], features: size) == [2])
        let marked = try Self.document(
            ComputeOptimalPlan.self, ["training_flops": "5.76e23"], chinchilla
        ).page.chart
        #expect(marked?.panels[0].notes.map(\.text) == ["72.2 billion"])
        #expect(marked?.isLogarithmic == true && marked?.panels[0].bands.count == 1)
    }

    @Test func `a document survives its JSON, with the same page and rows`() throws {
        let answer = try Self.document(
            ComputeOptimalPlan.self, ["training_flops": "1e21", "sizes": "1e8,1e9"],
            Self.chinchilla(errors: true))
        let data = try JSONEncoder().encode(answer)
        let read = try JSONDecoder().decode(PlanDocument.self, from: data)
        #expect(read == answer && read.page == answer.page && read.rows == answer.rows)
        #expect(answer.rows.header.contains("loss_lower"))
        #expect(answer.page.chart?.panels[0].series.count == 1)
    }

    /// With all pruning from the first token, the average is the final size: nothing is gained by it.
    @Test func `pruning matches the dense run's average, compute and loss`() throws {
        let predictor = try Fits.predictor("average-parameters", Self.besiroglu)
        let answer = try Self.document(
            SparsePlan.self, ["sparsity": "0.5", "parameter_count": "1e9", "token_count": "2e10"],
            predictor)
        let first = try #require(answer.quantity("dense_parameter_count")).value
        let final = try #require(answer.quantity("final_parameter_count")).value
        // By compute, 1/x = 0.25 + 0.5/(1 − 0.5·0.75) + 0.25/0.5.
        let share = 1 / (0.25 + 0.5 / 0.625 + 0.5)
        #expect(abs(first * share / 1e9 - 1) < 1e-12 && abs(final / (0.5 * first) - 1) < 1e-12)
        #expect(final < 1e9 && answer["training_flops"]?.number == 1.2e20)
        let whole = try Self.document(
            SparsePlan.self,
            [
                "sparsity": "0.5", "parameter_count": "1e9", "token_count": "2e10", "start": "0",
                "end": "0",
            ], predictor)
        #expect(try #require(whole.quantity("final_parameter_count")).value == 1e9)
        #expect(answer.rows("choices").allSatisfy { ($0["excess_loss"]?.number ?? -1) >= 0 })
    }

    /// At the critical batch steps and tokens are both twice their least, whatever the loss.
    @Test func `the critical batch takes twice the fewest steps and tokens`() throws {
        let predictor = try Fits.predictor(
            "kaplan", [6.5e13, 0.077, 2.1e3, 0.76, 2e8, 0.21], relativeError: 0.001)
        let answer = try Self.document(
            BatchPlan.self, ["target_loss": "3.2", "parameter_count": "1e8"], predictor)
        func value(_ name: String) throws -> Double { try #require(answer[name]?.number) }
        #expect(abs(try value("step_count") / value("minimum_step_count") - 2) < 1e-12)
        #expect(abs(try value("token_count") / value("minimum_token_count") - 2) < 1e-12)
        // B* = 2e8 tokens over L^(1/0.21), as the paper has it.
        #expect(abs(try value("critical_batch_tokens") / (2e8 / pow(3.2, 1 / 0.21)) - 1) < 1e-12)
        let last = answer.rows("trajectory").last?["loss"]?.number ?? 0
        #expect(abs(last - 3.2) < 1e-9)
        #expect {
            _ = try Self.document(
                BatchPlan.self, ["target_loss": "2.5", "parameter_count": "1e8"], predictor)
        } throws: { ($0 as? PlanError)?.refusal == .unreachableLoss }
    }

    /// Muennighoff and others print R*_D = 15.39: half of a fresh token's worth after 1 + 15.39·ln 2 = 11.7
    /// epochs, and a repeated-data optimum with fewer parameters and more epochs than Chinchilla's.
    @Test func `few distinct tokens are repeated for a smaller model`() throws {
        let values = [1.8691, 520.82, 1_487.72, 0.352_659_6, 0.352_659_6, 15.387_756, 5.309_743]
        let predictor = try Fits.predictor("data-constrained", values)
        let options = ["unique_token_count": "2.5e10", "training_flops": "9.3e21"]
        let answer = try Self.document(RepeatsPlan.self, options, predictor)
        #expect(abs(try #require(answer["epochs_at_half_worth"]?.number) - 11.666) < 1e-3)
        let plain = try Self.document(
            ComputeOptimalPlan.self, ["training_flops": "9.3e21"], predictor)
        let size = try #require(answer.quantity("parameter_count")).value
        #expect(size < (try #require(plain.quantity("parameter_count")).value))
        #expect(try #require(answer["excess_loss"]?.number) > 0)
        let least = answer.rows("curve").compactMap { $0["excess_loss"]?.number }.min() ?? -1
        #expect(least >= -1e-9)
    }

    /// Printed values: StepLaw's unrounded fit, DeepSeek's 7B (used 4.2e-4 and 9.44e6), Power Lines,
    /// nanochat's d24, MiniCPM's formula.
    @Test func `rules give their authors' numbers`() throws {
        let options = [
            "parameter_count": "1e9", "token_count": "1e11", "target_loss": "3", "depth": "24",
        ]
        let answer = try Self.document(HyperparametersPlan.self, options, nil)
        func value(_ rule: String, _ name: String, in answer: PlanDocument) throws -> Double {
            let row = answer.rows("rules").first { $0["rule"] == .text(rule) }
            return try #require(row?[name]?.number, "\(rule) \(name)")
        }
        #expect(abs(try value("StepLaw", "learning_rate", in: answer) / 0.001_662_38 - 1) < 1e-5)
        #expect(abs(try value("StepLaw", "batch_tokens", in: answer) / 1_107_468 - 1) < 1e-5)
        #expect(try value("nanochat", "parameter_count", in: answer) == 729_808_896)
        #expect(try value("nanochat", "token_count", in: answer) == 8_757_706_752)
        #expect(try value("nanochat", "batch_tokens", in: answer) == 1_048_576)
        #expect(try value("nanochat", "step_count", in: answer) == 8_352)
        #expect(abs(try value("nanochat", "weight_decay", in: answer) - 0.059_738_331_5) < 1e-9)
        #expect(abs(try value("MiniCPM", "batch_tokens", in: answer) / 1.2751e6 - 1) < 1e-4)
        let seven = try Self.document(
            HyperparametersPlan.self,
            [
                "parameter_count": "7e9", "token_count": "2e12", "depth": "30", "width": "4096",
                "context_length": "4096",
            ], nil)
        #expect(abs(try value("DeepSeek", "learning_rate", in: seven) / 4.246e-4 - 1) < 1e-5)
        #expect(abs(try value("DeepSeek", "batch_tokens", in: seven) / 9.2227e6 - 1) < 1e-4)
        let decay = try Self.document(
            HyperparametersPlan.self,
            [
                "parameter_count": "1e9", "token_count": "2e10", "learning_rate": "0.01",
                "batch_tokens": "5e5",
            ], nil)
        #expect(abs(try value("Power Lines", "timescale_epochs", in: decay) - 0.223_556_07) < 1e-8)
        #expect(abs(try value("Power Lines", "weight_decay", in: decay) - 0.011_182_876_64) < 1e-10)
    }

    /// Fits of dense runs have the average law's form.
    @Test func `pruning is planned from a fit of dense runs, with a warning`() throws {
        let options = ["sparsity": "0.5", "training_flops": "1e21"]
        let dense = try Self.document(SparsePlan.self, options, Self.chinchilla())
        let average = try Self.document(
            SparsePlan.self, options, Fits.predictor("average-parameters", Self.besiroglu))
        #expect(
            dense.quantity("final_parameter_count") == average.quantity("final_parameter_count"))
        #expect(dense.warnings.contains { $0.contains("2501.12486") })
        #expect(!average.warnings.contains { $0.contains("2501.12486") })
    }

    /// A simulated study, fitted, then fitted again with each of three candidates at the law's own
    /// loss: the promised widths are those of the refits.
    @Test func `next-run promises what a refit keeps`() throws {
        let truth = Self.besiroglu
        func loss(_ size: Double, _ tokens: Double) -> Double {
            truth[0] + truth[1] * pow(size, -truth[3]) + truth[2] * pow(tokens, -truth[4])
        }
        func run(_ size: Double, _ tokens: Double, noise: Double) -> Run {
            Run(
                id: "\(size)-\(tokens)",
                features: [.parameterCount: size, .tokenCount: tokens],
                loss: loss(size, tokens) * exp(noise))
        }
        var noise = SplitMix64(seed: 7)
        var runs: [Run] = []
        for size in [1e7, 4e7, 1.6e8, 6.4e8] {
            for tokens in [1e9, 3e9, 1e10, 3e10] {
                let deviation =
                    0.003 * Quantiles.normal(Double.random(in: 0.001...0.999, using: &noise))
                runs.append(run(size, tokens, noise: deviation))
            }
        }
        func fit(_ runs: [Run]) throws -> LawPredictor {
            let request = FitRequest(
                law: "chinchilla", objective: try Objective(parsing: "log-squares"))
            return try LawPredictor(report: Fitter().fit(request, runs: runs))
        }
        let before = try fit(runs)
        let asked: [Feature: Double] = [.parameterCount: 7e9, .tokenCount: 1.4e11]
        func width(_ predictor: LawPredictor) throws -> Double {
            let band = try predictor.loss(
                features: asked, interval: LawPredictor.Interval(target: .mean))
            let (lower, upper) = (try #require(band.lower?[0]), try #require(band.upper?[0]))
            return log(upper / lower)
                / Quantiles.studentT(
                    0.95,
                    degreesOfFreedom: try #require(predictor.report.noise).degreesOfFreedom)
        }
        let answer = try Self.document(
            NextRunPlan.self,
            ["training_flops": "1e21", "sizes": "1e7,6e8,2e9", "token_counts": "3e10"], before,
            features: asked)
        #expect(answer.rows("choices").count == 3)
        for choice in answer.rows("choices") {
            let size = try #require(choice["parameter_count"]?.number)
            let tokens = try #require(choice["token_count"]?.number)
            // At the fit's own loss, so that only the widths change.
            let own = try before.loss(
                features: [.parameterCount: size, .tokenCount: tokens], interval: nil
            ).losses[0]
            let more = run(size, tokens, noise: log(own / loss(size, tokens)))
            let kept = pow(try width(fit(runs + [more])) / width(before), 2)
            let promised = 1 - (try #require(choice["reduction"]?.number))
            #expect(abs(kept / promised - 1) < 0.2, "\(size): \(kept), \(promised)")
        }
    }
}
