import Fitting
import Foundation
import LawTestSupport
import Laws
import Records
import Schedules
import Testing

/// Laws ranked by what they say of runs they have not seen.
@Suite struct ComparisonTests {
    @Test func `curves are left out one run at a time`() throws {
        let runs = try SyntheticStudy.curves(noise: 0.001, seed: 1)
        let validation = CrossValidation(runs, kind: .curve)
        #expect(validation.method == "leave one run out")
        #expect(validation.splits.map(\.leftOut) == runs.map(\.id))
        for split in validation.splits {
            #expect(split.training.count == runs.count - 1)
            #expect(!split.training.contains { $0.id == split.leftOut })
        }
    }

    @Test func `tables are trained small and tested large`() throws {
        let runs = try SyntheticStudy.table(noise: 0, seed: 1)
        let validation = CrossValidation(runs, kind: .table)
        #expect(validation.splits.count == 5)
        for split in validation.splits {
            let largest = split.training.compactMap(compute).max() ?? 0
            #expect(split.test.compactMap(compute).allSatisfy { $0 >= largest })
        }
        #expect(validation.splits.map(\.test.count).reduce(0, +) == 30)
    }

    private func compute(_ run: Run) -> Double? {
        guard let size = run.features[.parameterCount], let tokens = run.features[.tokenCount]
        else { return nil }
        return 6 * size * tokens
    }

    @Test func `one curve is split in time`() throws {
        let run = try SyntheticStudy.curves(noise: 0.001, seed: 1)[1]
        let validation = CrossValidation([run], kind: .curve)
        for split in validation.splits {
            let last = try #require(split.training.first?.curve?.steps.last)
            let next = try #require(split.test.first?.curve?.steps.first)
            #expect(last < next)
        }
    }

    @Test func `a part of a curve keeps the rates of the whole and hides its series`() throws {
        var run = try SyntheticStudy.curves(noise: 0.001, seed: 1)[1]
        let curve = try #require(run.curve)
        let schedule = try #require(run.schedule)
        run.schedule = nil
        run.curve?.learningRates = curve.steps.map { schedule.learningRate(at: $0) }
        run.series["validation"] = LossCurve(steps: curve.steps, losses: curve.losses)
        for split in CrossValidation([run], kind: .curve).splits {
            let (before, after) = (split.training[0], split.test[0])
            let last = try #require(before.curve?.steps.last)
            #expect(before.series["validation"]?.steps.last == last)
            #expect(try #require(after.series["validation"]?.steps.first) > last)
            #expect(before.schedule != nil)
            #expect(before.schedule == after.schedule)
        }
    }

    @Test func `the law that made the data wins, and a law that lacks data says why`() throws {
        let runs = try SyntheticStudy.curves(noise: 0.001, seed: 2)
        let report = try LawComparison().compare(
            ["chinchilla", "lr-annealing"], request: FitRequest(law: ""), runs: runs)
        #expect(report.laws.map(\.law) == ["lr-annealing", "chinchilla"])
        let best = report.laws[0]
        #expect(try #require(best.crossValidatedError) < 0.003)
        #expect(best.folds.count == 4)
        #expect(try #require(best.aic) < #require(best.bic))
        #expect(
            try #require(report.laws[1].failure).hasPrefix(
                "the law chinchilla needs parameter_count, which is missing in runs constant"))
    }

    @Test func `the criteria follow from the residuals`() throws {
        let runs = try SyntheticStudy.table(noise: 0.01, seed: 3)
        let report = try LawComparison().compare(
            ["chinchilla"], request: FitRequest(law: ""), runs: runs)
        let entry = report.laws[0]
        let fit = try Fitter().fit(FitRequest(law: "chinchilla"), runs: runs)
        let predictor = try LawPredictor(report: fit)
        let squares = try runs.reduce(0) { sum, run in
            let predicted = try predictor.loss(features: run.features, interval: nil).losses[0]
            let residual = log(try #require(run.loss) / predicted)
            return sum + residual * residual
        }
        #expect(abs(try #require(entry.aic) - (60 * log(squares / 60) + 12)) < 1e-9)
        // With five parameters and the variance: BIC − AIC = 6·(log n − 2).
        let gap = try #require(entry.bic) - #require(entry.aic)
        #expect(abs(gap - 6 * (4.094_344_562_222_1 - 2)) < 1e-9)
    }

    @Test func `an unknown law is refused before anything is fitted`() throws {
        let runs = try SyntheticStudy.curves(noise: 0.001, seed: 2)
        #expect(throws: FittingError.self) {
            try LawComparison().compare(
                ["lr-annealing", "magic"], request: FitRequest(law: ""), runs: runs)
        }
    }
}
