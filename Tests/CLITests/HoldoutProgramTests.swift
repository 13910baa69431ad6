import Fitting
import Foundation
import JSONText
import Testing

@Suite struct HoldoutProgramTests {
    let study: FittedStudy

    init() throws {
        study = try FittedStudy.shared.get()
    }

    private func report(_ arguments: String) throws -> FitReport {
        let outcome = try study.program("fit --law lr-annealing study \(arguments) --format json")
        return try JSONDecoding.value(
            FitReport.self, from: Array(outcome.output.utf8))
    }

    @Test func `scores a fit on runs that it leaves out`() throws {
        let report = try report("--holdout stage,constant")
        #expect(report.runs == ["cosine"])
        #expect(report.holdout?.runs.map(\.id) == ["stage", "constant"])
        let alone = try study.program(
            "fit --law lr-annealing study --runs cosine --output alone.json --force")
        #expect(alone.code == 0)
        let scored = try study.program(
            "score --fit alone.json study --runs stage,constant --format json")
        let score = try JSONDecoding.value(
            ScoreReport.self, from: Array(scored.output.utf8))
        #expect(report.holdout == score)
    }

    @Test func `shows what was held out below the fit`() throws {
        let outcome = try study.program("fit --law lr-annealing study --holdout wsd")
        let title = try #require(outcome.lines.firstIndex(of: "held out:"))
        #expect(outcome.lines[title + 1].hasPrefix("run "))
        #expect(outcome.lines[title + 2].hasPrefix("wsd "))
        #expect(outcome.lines.first?.hasSuffix("2 runs of role train: constant, cosine") == true)
    }

    @Test(arguments: [
        (
            "--runs cosine,wsd --holdout wsd",
            "error: run \"wsd\" is in --runs and in --holdout; name it once.\n"
        ),
        (
            "--holdout cosine,constant",
            "error: --holdout names every run that would be fitted; leave some to fit.\n"
        ),
        (
            "--holdout none",
            "error: there is no run \"none\"; there is constant, cosine, wsd, stage.\n"
        ),
    ])
    func `refuses runs that cannot be held out`(arguments: String, sentence: String) throws {
        let outcome = try study.program("fit --law lr-annealing study \(arguments)")
        #expect(outcome.code == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error == sentence)
    }
}
