import Contract
import Fitting
import Foundation
import JSONText
import Laws
import Plans
import Testing

/// Answers without data: the fits that papers printed.
@Suite struct PublishedProgramTests {
    let program: Program

    init() throws {
        program = Program(folder: try TemporaryFolder())
    }

    @Test func `a published fit predicts without a file, and says why there is no interval`()
        throws
    {
        let outcome = try program(
            "predict --law chinchilla --published hoffmann-2022 --parameter-count 7e10 "
                + "--token-count 1.4e12 --format json")
        #expect(outcome.code == 0, "\(outcome.error)")
        let answer = try JSONDecoding.value(LossResponse.self, from: Array(outcome.output.utf8))
        let values = try PublishedFit.named("hoffmann-2022", law: "chinchilla").parameters
        let expected =
            values[0] + values[1] / pow(7e10, values[3]) + values[2] / pow(1.4e12, values[4])
        #expect(abs(try #require(answer.loss) - expected) < 1e-12)
        #expect(answer.lower == nil && !answer.warnings.isEmpty)
    }

    @Test func `a published fit plans, and says that it has no covariance`() throws {
        let outcome = try program(
            "plan --law chinchilla --published hoffmann-2022 --compute-optimal 5.76e23 "
                + "--format json")
        #expect(outcome.code == 0, "\(outcome.error)")
        let answer = try JSONDecoding.value(PlanDocument.self, from: Array(outcome.output.utf8))
        // Hoffmann et al. 2022, approach 3 with all digits: 40.3 billion parameters.
        let size = try #require(answer.quantity("parameter_count"))
        #expect(abs(size.value / 40.3e9 - 1) < 2e-3)
        #expect(size.lower == nil)
        #expect(answer["parameter_count_kind"] == .text("all parameters, embeddings included"))
        #expect(answer.warnings.contains { $0.contains("fitted on 70M to 16B parameters") })
        #expect(answer.warnings.contains(PublishedFit.noInterval))
        #expect(!answer.warnings.contains(IntervalWarning.missing))
    }

    @Test func `a published fit goes on to a metric of another, a file, or says what is wrong`()
        throws
    {
        let sizes =
            "predict --published hoffmann-2022 --parameter-count 7e9 --token-count 1e11 --then"
        let outcome = try program("\(sizes) gadre-2024-46-tasks-c4 --format json")
        #expect(outcome.code == 0, "\(outcome.error)")
        let answer = try JSONDecoding.value(LossResponse.self, from: Array(outcome.output.utf8))
        let expected = 0.759 - 1.289 * exp(-0.972 * (try #require(answer.loss)))
        #expect(abs(try #require(answer.metric).value - expected) < 1e-12)
        #expect(answer.metric?.lower == nil)
        for warning in [PublishedFit.noInterval]
            + (try PublishedFit.named("hoffmann-2022").warnings)
        {
            #expect(answer.warnings.count { $0 == warning } == 1, "\(warning)")
        }
        let text = try program("\(sizes) gadre-2024-46-tasks-c4")
        #expect(text.lines.contains { $0.hasPrefix("metric ") }, "\(text.output)")
        let csv = try program("\(sizes) gadre-2024-46-tasks-c4 --format csv")
        #expect(csv.lines[0].hasSuffix(",metric,metric_lower,metric_upper"))
        let wrong = try program("\(sizes) besiroglu-2024")
        #expect(wrong.code == 2 && wrong.error.contains("predicts no metric"), "\(wrong.error)")
        #expect(try program("\(sizes) none.json").code == 2)
    }

    @Test func `a plan is drawn into a file`() throws {
        let plan = "plan --published hoffmann-2022 --compute-optimal 1e21 --plot"
        #expect(try program("\(plan) plan.svg").code == 0)
        let drawn = try String(contentsOf: program.folder.url("plan.svg"), encoding: .utf8)
        #expect(drawn.hasPrefix("<svg"))
        #expect(try program("\(plan) plan.pdf").code == 2)
        // A plan that needs no fit is drawn, too.
        let growth = "plan --growth --parameter-count 8e9 --token-count 15e12 --plot growth.svg"
        #expect(try program(growth).code == 0)
        let stacked = try String(contentsOf: program.folder.url("growth.svg"), encoding: .utf8)
        #expect(stacked.hasPrefix("<svg"))
    }

    @Test func `a published fit is scored on runs`() throws {
        let rows = [(1e8, 2e9), (4e8, 8e9), (1.6e9, 3.2e10)].map { size, tokens in
            "\(size),\(tokens),\(1.8172 + 482.01 / pow(size, 0.3478) + 2085.43 / pow(tokens, 0.3658))"
        }
        try Data(("parameter_count,token_count,loss\n" + rows.joined(separator: "\n")).utf8)
            .write(to: program.folder.url("runs.csv"))
        let outcome = try program("score --published besiroglu-2024 runs.csv --format json")
        #expect(outcome.code == 0, "\(outcome.error)")
        let report = try JSONDecoding.value(ScoreReport.self, from: Array(outcome.output.utf8))
        #expect(report.average.worstRelativeError < 1e-12)
        #expect(report.warnings.contains { $0.contains("tokenizer") })
    }

    @Test func `a published optimum plans without a loss, is listed, and answers nothing else`()
        throws
    {
        let plan = "plan --published llama-3-2024"
        let outcome = try program("\(plan) --compute-optimal 3.8e25 --plot plan.svg --format json")
        #expect(outcome.code == 0, "\(outcome.error)")
        let answer = try JSONDecoding.value(PlanDocument.self, from: Array(outcome.output.utf8))
        #expect(abs(try #require(answer["token_count"]?.number) / 1.629e13 - 1) < 4e-4)
        let carried = try program(
            "plan --published kaplan-2020-optimum --compute-optimal 1e21 --reference-flops 1e19 "
                + "--reference-parameter-count 4e8 --format csv")
        #expect(carried.code == 0 && carried.lines.count == 3, "\(carried.error)")
        let list = try program("laws")
        for optimum in PublishedOptimum.all {
            #expect(
                list.lines.contains {
                    $0.hasPrefix(optimum.name) && $0.hasSuffix(optimum.formula)
                }, "\(optimum.name)")
            let one = try program("laws \(optimum.name)")
            #expect(one.code == 0 && one.output.contains(optimum.formula))
        }
        #expect(try program("plan --help").output.contains("llama-3-2024"))
        for (question, code) in [
            ("\(plan) --inference-aware 1e12", 2),
            ("\(plan) --law chinchilla --compute-optimal 1e21", 2),
            ("plan --published porian-2024 --compute-optimal 1e21", 1),
            ("predict --published llama-3-2024 --parameter-count 1e9 --token-count 1e10", 2),
        ] {
            let refused = try program(question)
            #expect(refused.code == code, "\(question): \(refused.error)")
        }
    }

    @Test func `a law ends with its published fits`() throws {
        let outcome = try program("laws chinchilla")
        #expect(outcome.code == 0)
        for fit in PublishedFit.fits(of: "chinchilla") {
            #expect(outcome.lines.contains { $0.hasPrefix(fit.name) }, "\(fit.name)")
        }
        #expect(
            outcome.output.hasSuffix(
                "`--law chinchilla --published hoffmann-2022` stands wherever --fit does.\n"))
        #expect(outcome.lines.contains { $0.contains("N counts") && $0.contains("traps") })
        let one = try program("laws hoffmann-2022")
        #expect(one.code == 0 && one.output.contains("mind") && one.output.contains("32.2B"))
        #expect(one.output.contains("7e7 to 1.6e10") && one.output.contains("A = 406.4"))
        let json = try program("laws clark-2022-hash --format json")
        let fit = try JSONDecoding.value(
            LawResponse.Published.self, from: Array(json.output.utf8))
        #expect(fit.ranges["expert_count"] == [1, 512] && fit.options == ["form": "routing"])
        #expect(try !program("laws forecast").output.contains("published"))
    }

    @Test(arguments: [
        ("--published nobody-2020", "nobody-2020"),
        ("--law kaplan --published hoffmann-2022", "kaplan"),
        ("--published hoffmann-2022 --fit fit.json", "--fit and --published"),
        ("--law chinchilla --fit fit.json", "--law goes with --published"),
        ("", "no fit was named"),
    ])
    func `a fit that is not there, or not one, is refused`(options: String, part: String) throws {
        let outcome = try program("predict \(options) --parameter-count 1e9 --token-count 1e10")
        #expect(outcome.code == 2)
        #expect(outcome.error.contains(part), "\(outcome.error)")
    }
}
