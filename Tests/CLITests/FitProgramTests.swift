import Fitting
import Foundation
import JSONText
import Testing

@Suite struct FitProgramTests {
    /// Tokens of a fixed ratio to the size: no two sizes share a number of tokens.
    @Test func `comparing laws on a scattered table says why the mixed difference is missing`()
        throws
    {
        let folder = try TemporaryFolder()
        let rows = (0..<12).map { index -> String in
            let size = 1e7 * pow(2, Double(index))
            let tokens = (index % 2 == 0 ? 10 : 30) * size
            return "\(size),\(tokens),\(1.8 + 480 * pow(size, -0.35) + 2000 * pow(tokens, -0.37))"
        }
        try folder.write("t.csv", "N,D,loss\n" + rows.joined(separator: "\n"))
        let outcome = try Program(folder: folder)("compare --laws chinchilla t.csv")
        #expect(outcome.code == 0, "\(outcome.error)")
        let sentence =
            "no mixed difference ∂²L/∂lnN∂lnD: it takes 4 rectangles, each of runs of two sizes on the "
            + "same two numbers of tokens"
        #expect(outcome.lines.contains(sentence), "\(outcome.output)")
    }

    let study: FittedStudy

    init() throws {
        study = try FittedStudy.shared.get()
    }

    @Test func `fits the train runs of a study folder and says so`() {
        let fit = study.curveFit
        #expect(fit.code == 0)
        #expect(
            fit.lines.first
                == "lr-annealing: 110 points of 2 runs of role train: constant, cosine")
        #expect(fit.lines.last == "")
        #expect(fit.lines.dropLast().last == "written to fit.json")
    }

    @Test func `prints a row per parameter, the cost and how the search ended`() throws {
        let lines = study.curveFit.lines
        let header = try #require(lines.firstIndex { $0.hasPrefix("parameter ") })
        #expect(lines[header].hasSuffix("90 % interval"))
        let names = lines[(header + 1)...(header + 5)].map { $0.prefix { $0 != " " } }
        #expect(
            names == [
                "irreducible_loss", "area_coefficient", "area_exponent", "annealing_coefficient",
                "annealing_decay",
            ])
        #expect(lines.contains { $0.hasPrefix("cost ") && $0.hasSuffix("(log-huber:0.001)") })
        #expect(
            lines.contains {
                $0.hasPrefix("ended ") && $0.contains("converged")
                    && $0.contains("starts agree on this optimum")
            })
        #expect(lines.contains { $0.hasPrefix("fit ") && $0.contains("mean relative error") })
    }

    @Test func `says on standard error what it took for what`() {
        #expect(
            study.curveFit.error
                == "note: study/constant.csv and 3 more: took \"lr\" for learning_rate\n")
    }

    @Test func `writes the fit object, which recovers the parameters`() throws {
        let report = try JSONDecoding.value(
            FitReport.self, from: Array(study.folder.text("fit.json").utf8))
        #expect(report.runs == ["constant", "cosine"])
        #expect(report.termination?.converged == true)
        let values = Dictionary(
            uniqueKeysWithValues: report.parameters.map { ($0.name, $0.value) })
        // The noise is 0.05 % of the loss; these are several of its standard errors.
        #expect(abs((values["irreducible_loss"] ?? 0) - SyntheticStudy.irreducibleLoss) < 0.05)
        #expect(abs((values["area_exponent"] ?? 0) - SyntheticStudy.areaExponent) < 0.05)
        #expect(abs((values["annealing_decay"] ?? 0) - SyntheticStudy.annealingDecay) < 0.002)
        #expect(try study.folder.text("fit.json").contains("\"id\" : null"))
    }

    @Test func `prints the same object as JSON that it writes to the file`() throws {
        let outcome = try study.program("fit --law lr-annealing study --format json")
        var printed = try JSONDecoding.value(
            FitReport.self, from: Array(outcome.output.utf8))
        var written = try JSONDecoding.value(
            FitReport.self, from: Array(study.folder.text("fit.json").utf8))
        printed.durationSeconds = nil
        written.durationSeconds = nil
        #expect(printed == written)
        #expect(outcome.error.isEmpty)
    }

    @Test func `prints a table of parameters as CSV`() throws {
        let outcome = try study.program(
            "fit --law lr-annealing study --fix annealing_decay=0.995 --format csv")
        #expect(outcome.code == 0)
        #expect(
            outcome.lines.first == "name,symbol,value,standard_error,lower,upper,fixed,at_bound")
        #expect(outcome.lines.contains("annealing_decay,λ,0.995,,,,true,false"))
        #expect(outcome.lines.count == 7)
    }

    @Test func `takes named runs in their order, and runs of a role`() throws {
        let named = try study.program(
            "fit --law lr-annealing study --runs wsd,cosine --format json")
        let report = try JSONDecoding.value(
            FitReport.self, from: Array(named.output.utf8))
        #expect(report.runs == ["wsd", "cosine"])
        let role = try study.program("fit --law lr-annealing study --role test")
        #expect(role.lines.first?.hasSuffix("2 runs of role test: wsd, stage") == true)
    }

    @Test func `fits a bare curve with a schedule from the command line`() throws {
        let curve = try study.folder.text("study/cosine.csv")
            .split(separator: "\n").map { line in
                let cells = line.split(separator: ",")
                return "\(cells[0]),\(cells[2])"
            }
        try study.folder.write("bare.csv", curve.joined(separator: "\n"))
        let outcome = try study.program(
            "fit --law lr-annealing bare.csv --fix annealing_decay=0.995 --schedule "
                + "warmup:100@3e-3,cosine:1100@3e-4")
        #expect(outcome.code == 0)
        #expect(outcome.lines.first == "lr-annealing: 55 points of 1 run: bare")
        #expect(outcome.lines.contains { $0.hasPrefix("annealing_decay") && $0.hasSuffix("fixed") })
    }

    @Test func `takes every option of a fit`() throws {
        let outcome = try study.program(
            "fit --law lr-annealing study --option annealing_from=start --option "
                + "warmup_area=ignored --objective huber:0.01 --from-step 200 --exclude-highest 3 "
                + "--seed 5 --format json")
        let report = try JSONDecoding.value(
            FitReport.self, from: Array(outcome.output.utf8))
        #expect(report.options["annealing_from"] == "start")
        #expect(report.options["warmup_area"] == "ignored")
        #expect(report.objective.text == "huber:0.01")
        #expect(report.fromStep == 200)
        #expect(report.excludeHighest == 3)
        #expect(report.seed == 5)
        #expect(report.points == 97)
    }

    @Test func `refuses to replace a file without force, before it fits`() throws {
        let folder = try TemporaryFolder()
        let program = Program(folder: folder)
        try folder.write("table.csv", SyntheticStudy.table())
        try folder.write("fit.json", "mine")
        let refused = try program("fit --law chinchilla table.csv --output fit.json")
        #expect(refused.code == 2)
        #expect(
            refused.error
                == "error: fit.json exists; choose another name, or add --force to replace it.\n")
        #expect(refused.output.isEmpty)
        #expect(try folder.text("fit.json") == "mine")
        let forced = try program("fit --law chinchilla table.csv --output fit.json --force")
        #expect(forced.code == 0)
        #expect(try folder.text("fit.json").contains("\"law\" : \"chinchilla\""))
    }
}
