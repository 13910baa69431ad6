import Fitting
import Foundation
import Plots
import Records
import Schedules
import TestSupport
import Testing

@testable import Plans

/// Learning rates and batches from grids of runs whose optimum is known.
struct HyperparameterGridTests {
    /// 4·N^−0.6·D^0.2 and 3·D^0.5, far enough from any published rule to be told from it.
    private static func bestRate(_ size: Double, _ tokens: Double) -> Double {
        4 * pow(size, -0.6) * pow(tokens, 0.2)
    }

    private static func bestBatch(_ tokens: Double) -> Double { 3 * pow(tokens, 0.5) }

    private static let sizes = [1e8, 2e8, 4e8]
    private static let tokens = [4e9, 1.6e10]
    /// Steps are whole numbers, 3,571 at the least: tokens are off by half a step.
    private static let rounding = 0.5 / 3_571

    /// A run on every corner of a grid that is the same for all cells, with seeded noise.
    private static func grid(
        sizes: [Double] = sizes, tokens: [Double] = tokens,
        rates: [Double] = (0..<9).map { 1e-3 * pow(2, Double($0) / 2) },
        batches: [Double] = (0..<5).map { 7e4 * pow(2, Double($0)) }, noise: Double = 0.001,
        seed: UInt64 = 7
    ) -> [Run] {
        var generator = NormalGenerator(seed: seed)
        var runs: [Run] = []
        for (size, count) in sizes.flatMap({ size in tokens.map { (size, $0) } }) {
            for (rate, batch) in rates.flatMap({ rate in batches.map { (rate, $0) } }) {
                let x = log(rate / bestRate(size, count))
                let y = log(batch / bestBatch(count))
                let floor = 1.8 + 480 * pow(size, -0.35) + 2_000 * pow(count, -0.36)
                runs.append(
                    Run(
                        id: "r\(runs.count)",
                        features: [
                            .parameterCount: size, .tokenCount: (count / batch).rounded() * batch,
                            .batchTokens: batch,
                        ],
                        loss: floor + 0.03 * (x * x + y * y + 0.3 * x * y)
                            + noise * generator.next(), tags: ["learning_rate": "\(rate)"]))
            }
        }
        return runs
    }

    private static func plan(
        _ runs: [Run], _ options: [String: String] = [:], level: Double = 0.9
    ) throws -> PlanDocument {
        try PlanCatalog.plan(
            HyperparametersPlan.self,
            options: ["parameter_count": "1e9", "token_count": "3e10"].merging(options) { $1 },
            context: PlanContext(
                predictor: nil, interval: LawPredictor.Interval(level: level), runs: runs))
    }

    private static func refusal(
        _ runs: [Run], _ options: [String: String] = [:]
    ) -> PlanError? {
        do {
            _ = try plan(runs, options)
            return nil
        } catch {
            return error as? PlanError
        }
    }

    @Test func `a grid without noise is recovered to its last exponent`() throws {
        let answer = try Self.plan(Self.grid(noise: 0))
        let rate = try #require(answer.quantity("learning_rate")).value
        #expect(abs(rate / Self.bestRate(1e9, 3e10) - 1) < Self.rounding)
        let batch = try #require(answer.quantity("batch_tokens")).value
        #expect(abs(batch / Self.bestBatch(3e10) - 1) < Self.rounding)
        let exponents = answer.rows("exponents").map {
            [$0["size_exponent"]?.number ?? .nan, $0["data_exponent"]?.number ?? .nan]
        }
        for (found, known) in zip(exponents.joined(), [-0.6, 0.2, 0, 0.5]) {
            #expect(abs(found - known) < 1e-3, "\(exponents)")
        }
        #expect(answer.rows("cells").count == 6 && exponents.count == 2)
        #expect(answer.rows("rules")[0]["rule"] == .text("the grid"))
        #expect(answer.page.chart?.panels.count == 2)
    }

    /// Nine in ten intervals are to hold the truth; of forty fewer than 31 do once in a hundred times.
    @Test func `intervals hold the truth as often as they say`() throws {
        var held = [0, 0, 0, 0]
        for seed in 1...40 {
            let answer = try Self.plan(Self.grid(noise: 0.004, seed: UInt64(seed)))
            let (rates, batches) = (answer.rows("exponents")[0], answer.rows("exponents")[1])
            let checks: [(PlanValue?, Double)] = [
                (answer["learning_rate"], Self.bestRate(1e9, 3e10)),
                (answer["batch_tokens"], Self.bestBatch(3e10)),
                (rates["size_exponent"], -0.6), (batches["data_exponent"], 0.5),
            ]
            for (index, (value, truth)) in checks.enumerated() {
                let range = try #require(value?.bounds)
                held[index] += range.contains(truth) ? 1 : 0
            }
        }
        #expect(held.allSatisfy { $0 >= 31 }, "\(held)")
    }

    @Test func `a cell on the edge is left out by name, and a plan of nothing else refused`() throws
    {
        let high = Self.grid().filter { run in
            run.features[.parameterCount] != 1e8
                || (Double(run.tags["learning_rate"] ?? "") ?? 0) < 0.005
        }
        // The best rates of the smallest size are 0.0053 and 0.0070.
        let answer = try Self.plan(high)
        let left = answer.warnings.filter { $0.contains("at the edge of the grid") }
        #expect(left.count == 2 && left[0].hasPrefix("left out, no-interior-minimum: 100 million"))
        #expect(left[0].contains("at the highest learning rate or beyond"))
        #expect(answer.rows("cells").filter { $0["refusal"] != nil }.count == 2)
        let none = Self.refusal(high.filter { $0.features[.parameterCount] == 1e8 })
        #expect(none?.refusal == .noInteriorMinimum)
        #expect(none?.message.contains("none of the 2 cells of runs has its best inside") == true)
        let batches = Self.grid(batches: [1e6, 2e6, 4e6])
        #expect(Self.refusal(batches)?.message.contains("at the lowest batch") == true)
    }

    @Test func `what the cells do not tell is carried over by a rule that is named`() throws {
        // One size: the exponent of N is StepLaw's.
        let one = try Self.plan(Self.grid(sizes: [2e8], noise: 0))
        let known = Self.bestRate(2e8, 3e10) * pow(1e9 / 2e8, -0.712_922_3)
        #expect(abs(try #require(one.quantity("learning_rate")).value / known - 1) < Self.rounding)
        #expect(
            one.warnings.contains {
                $0.hasPrefix("the cells do not tell how the learning rate goes with N; StepLaw's")
            })
        // Tokens that rise with the size tell N's exponent with D's taken as StepLaw's.
        let line = Self.sizes.flatMap { Self.grid(sizes: [$0], tokens: [$0 * 40], noise: 0) }
        let along = try Self.plan(line)
        #expect(
            abs(
                try #require(along.rows("exponents")[0]["size_exponent"]?.number)
                    + 0.4 + 0.307_491) < 1e-3)
        #expect(
            abs(
                try #require(along.quantity("learning_rate")).value
                    / (Self.bestRate(1e9, 4e10) * pow(0.75, 0.307_491)) - 1) < 1e-3)
        // One cell, which is a reference.
        let cell = try Self.plan(Self.grid(sizes: [2e8], tokens: [4e9]))
        #expect(cell["method"] == cell.rows("rules")[0]["convention"])
        #expect(cell.rows("rules")[0]["rule"] == .text("reference by StepLaw"))
        #expect(cell.quantity("learning_rate")?.lower != nil)
        // Rates alone, at one batch: nothing is said of batches.
        let rates = try Self.plan(Self.grid(batches: [2e5]))
        #expect(rates.quantity("learning_rate") != nil && rates["batch_tokens"] == nil)
        var unsaid = Self.grid(batches: [2e5])
        for index in unsaid.indices { unsaid[index].features[.batchTokens] = nil }
        #expect(try Self.plan(unsaid).warnings.contains { $0.hasPrefix("no run says its batch") })
    }

    @Test func `a reference is carried over by each rule's exponents`() throws {
        let options = [
            "reference_parameter_count": "1e8", "reference_token_count": "1e10",
            "reference_rate": "3e-3", "reference_batch": "2.6e5",
        ]
        let answer = try Self.plan([], options)
        func value(_ rule: String, _ name: String) throws -> Double {
            let row = answer.rows("rules").first { $0["rule"] == .text("reference by \(rule)") }
            return try #require(row?[name]?.number, "\(rule) \(name)")
        }
        let expected = [
            ("StepLaw", 3e-3 * pow(10, -0.712_922_3) * pow(3, 0.307_491), 0.570_944_4),
            ("nanochat", 3e-3 * pow(3, 0.1915), 0.383),
        ]
        for (rule, rate, exponent) in expected {
            #expect(abs(try value(rule, "learning_rate") / rate - 1) < 1e-9)
            #expect(abs(try value(rule, "batch_tokens") / (2.6e5 * pow(3, exponent)) - 1) < 1e-9)
        }
        #expect(
            abs(try value("DeepSeek", "learning_rate") / (3e-3 * pow(30, -0.125)) - 1) < 1e-9)
        #expect(try value("Power Lines", "batch_tokens") == value("nanochat", "batch_tokens"))
        // One tuned run says the same, its rate from its schedule.
        var run = Run(
            id: "tuned",
            features: [.parameterCount: 1e8, .tokenCount: 1e10, .batchTokens: 2.6e5], loss: 3)
        run.schedule = try LearningRateSchedule(parsing: "warmup:50@3e-3,linear:950@0")
        #expect(try Self.plan([run]).rows("rules") == answer.rows("rules"))
        run.schedule = nil
        run.points = [
            Point(step: 0, loss: 4, learningRate: 1e-3),
            Point(step: 9, loss: 3, learningRate: 3e-3),
        ]
        #expect(try Self.plan([run]).rows("rules") == answer.rows("rules"))
    }

    @Test func `bad runs and options are one sentence each`() {
        let reference = [
            "reference_parameter_count": "1e8", "reference_token_count": "1e10",
            "reference_rate": "3e-3",
        ]
        let cases: [([Run], [String: String], String)] = [
            ([Run(id: "a", loss: 3)], [:], "not-identified: no run has parameter_count"),
            (
                [], ["reference_rate": "3e-3"],
                "the plan hyperparameters needs reference_parameter_count and reference_token_count"
            ),
            (
                [], reference.filter { $0.key != "reference_rate" },
                "the plan hyperparameters needs reference_rate"
            ),
            (
                [], reference.merging(["reference_rate": "0"]) { $1 },
                "reference_rate = 0 must be a finite number above 0."
            ),
            (
                [], reference.merging(["runs": "a"]) { $1 },
                "reference_parameter_count = 1e8 stands in place of runs; give one of the two."
            ),
            (
                Self.grid(sizes: [1e8], tokens: [4e9], rates: [1e-3, 2e-3], batches: [2e5]), [:],
                "not-identified: 100 million parameters on 4 billion tokens have fewer than three"
            ),
        ]
        for (runs, options, sentence) in cases {
            let message = Self.refusal(runs, options)?.message ?? "answered"
            #expect(message.hasPrefix(sentence), "\(message)")
        }
    }
}
