import Fitting
import Foundation
import JSONText
import Testing

@Suite struct ScoreProgramTests {
    let study: FittedStudy

    init() throws {
        study = try FittedStudy.shared.get()
    }

    @Test func `scores the test runs of a study folder`() throws {
        let outcome = try study.program("score --fit fit.json study")
        #expect(outcome.code == 0)
        #expect(outcome.lines.first == "lr-annealing on 2 runs of role test: wsd, stage")
        #expect(outcome.lines.contains { $0.hasPrefix("run ") && $0.hasSuffix("worst error") })
        #expect(outcome.lines.contains { $0.hasPrefix("average ") })
    }

    @Test func `prints the score object of the API`() throws {
        let outcome = try study.program("score --fit fit.json study --format json")
        let report = try JSONDecoding.value(
            ScoreReport.self, from: Array(outcome.output.utf8))
        #expect(report.runs.map(\.id) == ["wsd", "stage"])
        #expect(report.average.meanRelativeError < 0.002)
        let mean =
            report.runs.map(\.metrics.meanRelativeError).reduce(0, +) / Double(report.runs.count)
        #expect(abs(report.average.meanRelativeError - mean) < 1e-15)
    }

    @Test func `draws a single curve, predicted against measured`() throws {
        let outcome = try study.program("score --fit fit.json study --runs wsd")
        #expect(
            outcome.lines.contains("loss:  ⠒⠒ predicted   o measured   ░░ 90 % interval"))
        #expect(outcome.lines.contains("     optimizer step"))
        #expect(!outcome.output.contains("average"))
    }

    @Test func `draws in ASCII where the locale is not UTF-8`() throws {
        let outcome = try study.program(
            ["score", "--fit", "fit.json", "study", "--runs", "wsd"],
            environment: ["LANG": "C"])
        #expect(
            outcome.lines.contains("loss:  ** predicted   o measured   :: 90 % interval"))
        let isPlain = outcome.output.allSatisfy(\.isASCII)
        #expect(isPlain)
    }

    @Test func `prints one pooled entry for a table`() throws {
        let outcome = try study.program("score --fit table.json table.csv --format csv")
        #expect(
            outcome.lines[0]
                == "id,points,r2,mae,rmse,mean_relative_error,worst_relative_error")
        #expect(outcome.lines[1].hasPrefix("table,36,0.99"))
        #expect(outcome.lines.count == 3)
    }
}
