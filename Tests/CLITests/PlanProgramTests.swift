import Foundation
import JSONText
import Laws
import Plans
import Testing
import isoloss

@Suite struct PlanProgramTests {
    private static let best = "plan --fit fit.json --best-schedule --total-steps 1200 --peak 3e-3"

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
        try Data(PlanHelp.translation.utf8).write(to: folder.url("nmt.json"))
        let help = try program("plan --help").output
        for kind in PlanCatalog.standard.kinds {
            let about = kind.about
            #expect(help.contains("isoloss plan \(PlanHelp.example(of: about))\n"), "\(about.id)")
            let plot = "\(about.id).svg"
            let outcome = try program("plan \(about.example) --plot \(plot)")
            #expect(outcome.code == 0, "\(about.example): \(outcome.error)")
            #expect(outcome.output.contains("⠒⠒ ") || outcome.output.contains("  a "))
            let svg = try String(contentsOf: folder.url(plot), encoding: .utf8)
            #expect(svg.hasPrefix("<svg") && svg.contains("plot-line"), "\(about.id)")
        }
    }

    @Test func `a schedule continues a run of the files beside it`() throws {
        let line = "plan --fit fit.json --time-to-target 2.35 --families cosine --schedule"
        let outcome = try study.program("\(line) from:constant@800,linear:400@0 study")
        #expect(outcome.code == 0, "\(outcome.error)")
        let alone = try study.program("\(line) from:constant@800,linear:400@0")
        #expect(alone.code == 2 && alone.error.contains("constant"), "\(alone.error)")
    }

    /// A table of two sizes whose losses are lowest at 2e-3 and at 1e-3, one of 4e8 at its last rate.
    @Test func `hyperparameters are planned from a table of runs`() throws {
        let program = Program(folder: try TemporaryFolder())
        var rows = ["parameter_count,token_count,batch_tokens,learning_rate,loss"]
        for (size, best) in [(1e8, 2e-3), (2e8, 1e-3), (4e8, 4e-3)] {
            for rate in [5e-4, 1e-3, 2e-3, 4e-3] {
                let octaves = log2(rate / best)
                rows.append("\(size),1e10,262144,\(rate),\(3 + 0.1 * octaves * octaves)")
            }
        }
        try Data(rows.joined(separator: "\n").utf8).write(to: program.folder.url("grid.csv"))
        let line = "plan --hyperparameters grid.csv --token-count 1e10 --parameter-count"
        let answer = try program("\(line) 4e8 --format json")
        #expect(answer.code == 0, "\(answer.error)")
        let plan = try JSONDecoding.value(PlanDocument.self, from: Array(answer.output.utf8))
        let rate = try #require(plan.quantity("learning_rate")).value
        #expect(abs(rate / 5e-4 - 1) < 1e-6, "\(rate)")
        let text = try program("\(line) 4e8 --plot grid.svg")
        #expect(text.output.contains("the grid: learning rate 0.0005"), "\(text.output)")
        #expect(
            text.output.contains(
                "warning: left out, no-interior-minimum: 400 million parameters on"))
        let svg = try String(contentsOf: program.folder.url("grid.svg"), encoding: .utf8)
        #expect(svg.contains("plot-line"))
        let bad = try program("\(line) 4e8 --reference-rate 3e-3")
        #expect(bad.code == 2 && bad.error.contains("needs reference_parameter_count"))
        let pathless = try program(
            "plan --hyperparameters --parameter-count 1e9 --token-count 1e10 --runs a")
        #expect(pathless.code == 2 && pathless.error.contains("no runs were given"))
        let study = try program("\(line) 4e8 --study a")
        #expect(study.code == 2 && study.error.contains("--study"), "\(study.error)")
    }

    /// Scratch needs twice the compute that stacked runs need for a loss.
    @Test func `growth is planned from a table of stacked and of scratch runs`() throws {
        let program = Program(folder: try TemporaryFolder())
        var rows = ["run,parameter_count,training_flops,token_count,loss,growth"]
        for budget in [1e20, 2e20, 4e20] {
            for (name, factor) in [("stacked", 1.0), ("scratch", 0.5)] {
                let loss = 40 * pow(factor * budget, -0.05)
                rows.append(
                    "\(name)\(Int(budget / 1e20)),1e9,\(budget),\(budget / 6e9),\(loss),\(name)")
            }
        }
        try Data(rows.joined(separator: "\n").utf8).write(to: program.folder.url("runs.csv"))
        let line = "plan --growth runs.csv --parameter-count 1e9 --token-count 4e10"
        let answer = try program("\(line) --format json")
        #expect(answer.code == 0, "\(answer.error)")
        let plan = try JSONDecoding.value(PlanDocument.self, from: Array(answer.output.utf8))
        let speedUp = try #require(plan.quantity("speed_up")).value
        #expect(abs(speedUp - 1) < 1e-9, "\(speedUp)")
        #expect(try program(line).output.contains("a speed-up of 100 %"))
        let few = try program("\(line) --runs stacked1")
        #expect(few.code == 1 && few.error.contains("growth=stacked"), "\(few.error)")
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
