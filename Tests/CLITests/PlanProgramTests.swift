import Foundation
import JSONText
import Laws
import Plans
import Testing
import isoloss

@Suite struct PlanProgramTests {
    private static let best = "plan --fit fit.json --best-schedule --total-steps 1200 --peak 3e-3"

    private static let sizeFits: [(law: String, parameters: [(String, Double)])] = [
        (
            "chinchilla",
            [
                ("irreducible_loss", 1.8172), ("parameter_coefficient", 482.01),
                ("token_coefficient", 2085.43), ("parameter_exponent", 0.3478),
                ("token_exponent", 0.3658),
            ]
        ),
        (
            "nmt-bivariate",
            [
                ("coefficient", 0.5), ("encoder_exponent", 0.3), ("decoder_exponent", 0.2),
                ("irreducible_loss", 1.2),
            ]
        ),
        (
            "average-parameters",
            [
                ("irreducible_loss", 1.8172), ("parameter_coefficient", 482.01),
                ("token_coefficient", 2085.43), ("parameter_exponent", 0.3478),
                ("token_exponent", 0.3658),
            ]
        ),
        (
            "kaplan",
            [
                ("parameter_scale", 6.5e13), ("parameter_exponent", 0.077), ("step_scale", 2.1e3),
                ("step_exponent", 0.76), ("batch_scale", 2e8), ("batch_exponent", 0.21),
            ]
        ),
        (
            "data-constrained",
            [
                ("irreducible_loss", 1.87), ("parameter_coefficient", 521),
                ("token_coefficient", 1488), ("parameter_exponent", 0.353),
                ("token_exponent", 0.353), ("token_repeat_scale", 15.39),
                ("parameter_repeat_scale", 5.31),
            ]
        ),
    ]

    let study: FittedStudy

    init() throws {
        study = try FittedStudy.shared.get()
    }

    @Test func `plans a schedule, says what to do, and draws it`() throws {
        let outcome = try study.program("\(Self.best) --warmup 100")
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(
            outcome.lines[0] == "lr-annealing: best schedule of 1200 steps, peak at most 0.003")
        #expect(outcome.lines[2].hasPrefix("Train warmup:100@3e-3,hold:"))
        #expect(outcome.lines.contains { $0.hasPrefix("learning rate:  ⠒⠒ wsd-") })
        #expect(outcome.lines.contains { $0.hasPrefix("two-stage ") })
        #expect(
            outcome.lines.contains { $0.hasPrefix("warning: the free schedule falls by a cliff") })
    }

    @Test func `exports the schedule as CSV, and the plan as JSON`() throws {
        let csv = try study.program("\(Self.best) --warmup=100 --take free --format csv")
        #expect(csv.lines[0] == "step,learning_rate")
        #expect(csv.lines[101] == "100,0.003" && csv.lines.count == 1_202)
        #expect(csv.error.hasPrefix("warning: the free schedule falls by a cliff"))
        let json = try study.program("\(Self.best) --free no --families cosine --format json")
        let plan = try JSONDecoding.value(
            BestScheduleResult.self, from: Array(json.output.utf8))
        #expect(plan.warmupSteps == 12 && plan.families.map(\.name) == ["cosine"])
        #expect(plan.free == nil && plan.interval == 0.9)
    }

    @Test func `plans a cooldown of a run from its files`() throws {
        let line = "plan --fit fit.json --anneal-now study --run constant --lengths 100,25%"
        let outcome = try study.program("\(line) --from-step 800 --shapes linear,sqrt")
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(
            outcome.lines[0] == "lr-annealing: cooling run constant down from step 800, rate 0.003")
        #expect(outcome.lines[2].hasPrefix("From step 800, "))
        #expect(outcome.lines.contains { $0.hasPrefix("loss at its end:") })
        let rows = outcome.lines.filter { $0.hasPrefix("linear ") || $0.hasPrefix("sqrt ") }
        #expect(rows.count == 4)
        // Without from_step all of the log is behind: its last point is at step 1180.
        let json = try study.program("\(line) --starts 0%,1500 --final-rate 1e-4 --format json")
        let plan = try JSONDecoding.value(
            AnnealNowResult.self, from: Array(json.output.utf8))
        #expect(plan.now == 1_181 && plan.cooldowns.count == 16)
    }

    @Test func `tells when a target is reached and by which schedule soonest`() throws {
        let outcome = try study.program(
            "plan --fit fit.json --time-to-target 2.35 --schedule warmup:100@3e-3,hold:4900")
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(outcome.lines[0] == "lr-annealing: reaching a loss of 2.35")
        #expect(outcome.lines[2].hasPrefix("Reached under the schedule at step "))
        #expect(outcome.output.contains("The shortest schedule that reaches it is"))
    }

    @Test(arguments: [
        (
            "plan --fit fit.json",
            "no plan was named; give one of "
                + PlanCatalog.standard.kinds.map { "--\($0.about.id)" }.joined(separator: ", ")
                + "."
        ),
        (
            "plan --fit fit.json --best-schedule --time-to-target 3",
            "--best-schedule and --time-to-target are several plans; give one of them."
        ),
        (
            "\(best) --from-step 3",
            "--from-step is no option of --best-schedule; it has --total-steps, --peak, --warmup, "
                + "--minimum-rate, --families, --free, --take."
        ),
        (
            "\(best) 17",
            "\"17\" belongs to no option of --best-schedule; see `isoloss plan --help`."
        ),
        ("\(best) --warmup", "--warmup needs a value after it; see `isoloss plan --help`."),
        ("\(best) --peak 1", "--peak is given twice; keep one of them."),
        (
            "plan --fit fit.json --best-schedule",
            "the plan best-schedule needs total_steps and peak; give for example total_steps=4000 "
                + "peak=3e-3."
        ),
        (
            "plan --fit fit.json --anneal-now study",
            "there are 4 runs at the path; name one with --run: constant, cosine, wsd, stage."
        ),
        (
            "plan --fit fit.json --anneal-now study --run nobody",
            "there is no run \"nobody\"; there is constant, cosine, wsd, stage."
        ),
        (
            "plan --fit fit.json --anneal-now study --run constant --from-step 500 --starts 100",
            "starts = 100 is before now, step 500; start then or later."
        ),
        (
            "plan --fit fit.json --anneal-now study --run constant --from-step 9999",
            "from_step = 9999 is beyond the run's schedule, which has 1200 steps."
        ),
        (
            "plan --fit fit.json --anneal-now",
            "no runs were given; add the path of a study folder, a curve or a table, or ask a "
                + "server with --server URL."
        ),
    ])
    func `a bad line is refused with its reason`(_ line: String, _ sentence: String) throws {
        let outcome = try study.program(line)
        #expect(outcome.code == 2)
        // Reading runs may say before what it took for what.
        #expect(outcome.error.hasSuffix("error: \(sentence)\n"), "\(outcome.error)")
        #expect(outcome.output.isEmpty)
    }

    @Test func `every example of the help works on the sample runs`() throws {
        let folder = try TemporaryFolder()
        let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("sample-runs")
        try FileManager.default.createSymbolicLink(
            at: folder.url("sample-runs"), withDestinationURL: samples)
        let program = Program(folder: folder)
        #expect(try program("fit --law lr-annealing sample-runs --output fit.json").code == 0)
        // Laws of sizes, whose fits a file with parameters alone is.
        for (law, parameters) in Self.sizeFits {
            let members = parameters.map { #"{"name":"\#($0)","value":\#($1)}"# }
            // Independent errors of 1 % for the plan that shrinks them.
            let errors = parameters.indices.map { row in
                parameters.indices.map { column in
                    row == column ? "\(pow(0.01 * parameters[row].1, 2))" : "0"
                }
            }
            let covariance = errors.map { "[\($0.joined(separator: ","))]" }
            let noise =
                #""noise":{"scale":0.002,"autocorrelation":0,"effective_points":50,"#
                + #""degrees_of_freedom":45}"#
            let text =
                #"{"law":"\#(law)","parameters":[\#(members.joined(separator: ","))],"#
                + #""covariance":[\#(covariance.joined(separator: ","))],\#(noise)}"#
            try Data(text.utf8).write(to: folder.url("\(law).json"))
        }
        for kind in PlanCatalog.standard.kinds {
            let about = kind.about
            let laws = ["lr-annealing"] + Self.sizeFits.map(\.law)
            let law = try #require(
                laws.first { id in
                    (try? LawCatalog.standard.law(id)).map { about.supportedLaws($0.law) } ?? false
                })
            let fit = law == "lr-annealing" ? "fit.json" : "\(law).json"
            let outcome = try program(
                "plan \(about.needsFit ? "--fit \(fit) " : "")\(about.example)")
            #expect(outcome.code == 0, "\(about.example): \(outcome.error)")
            #expect(!about.needsFit || outcome.lines[0].hasPrefix("\(law): "))
        }
    }

    @Test func `help lists every plan of the catalogue with its options`() throws {
        let help = try study.program("plan --help").output
        for kind in PlanCatalog.standard.kinds {
            #expect(help.contains("--\(kind.about.id)"))
            for option in kind.about.options where kind.about.selector != .option(option.name) {
                #expect(help.contains("--\(option.flag) <\(option.usage)>"))
            }
        }
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 82 })
    }
}
