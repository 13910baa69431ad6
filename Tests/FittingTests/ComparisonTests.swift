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

    // MARK: Regions and the mixed difference

    private func skaling(coupling: Double, noise: Double) throws -> [Run] {
        let rows = try SyntheticStudy.table(noise: 0, seed: 1).map(\.features)
        return try SyntheticStudy.rows(
            law: LawCatalog.standard.law("skaling"),
            parameters: [1.3, 3355, 18186, 0.408, 0.431, coupling], features: rows, noise: noise,
            seed: 5)
    }

    @Test func `the error is split by where the left-out runs lie`() throws {
        let runs = try skaling(coupling: 0.45, noise: 0.001)
        let report = try LawComparison().compare(
            ["chinchilla", "skaling"], request: FitRequest(law: ""), runs: runs)
        // Ten sizes and six numbers of tokens: six and four of them are fitted.
        #expect(
            report.fittedUpTo
                == RegionValidation.Limits(parameterCount: 1e7 * 32, tokenCount: 1e9 * 27))
        #expect(report.laws[0].law == "skaling")
        for entry in report.laws {
            let regions = try #require(entry.regions)
            #expect(regions.map(\.place) == RegionValidation.Place.allCases)
            #expect(regions.map(\.runs) == [24, 16, 12, 8])
            #expect(regions.allSatisfy { ($0.meanRelativeError ?? 1) < 0.2 })
        }
        let far = try report.laws.map { try #require($0.error(at: .far)) }
        #expect(2 * far[0] < far[1])
        let inside = try #require(report.laws[1].error(at: .interpolation))
        #expect(inside < far[1])
    }

    @Test func `each of the five folds leaves out its own fifth and sees nothing beyond`() throws {
        let runs = try SyntheticStudy.table(noise: 0, seed: 1)
        let validation = try #require(RegionValidation(runs))
        var left: [String] = []
        let regions = validation.errors { training, tests in
            #expect(training.allSatisfy { ($0.features[.parameterCount] ?? .infinity) <= 3.2e8 })
            #expect(training.allSatisfy { ($0.features[.tokenCount] ?? .infinity) <= 2.7e10 })
            #expect(Set(training.map(\.id)).isDisjoint(with: tests.flatMap { $0.map(\.id) }))
            left += tests[0].map(\.id)
            return tests.indices.map { $0 == 3 ? nil : Double($0 + left.count) }
        }
        #expect(left.count == 24 && Set(left).count == 24)
        #expect(regions[3].meanRelativeError == nil)
        #expect(regions[1].meanRelativeError != nil)
        #expect(RegionValidation(Array(runs.prefix(6))) == nil)
        #expect(RegionValidation(runs + [Run(id: "bare", loss: 3)]) == nil)
    }

    @Test func `the mixed difference is none of an additive surface and below 0 of a coupled one`()
        throws
    {
        let additive = try #require(
            MixedDifference(try SyntheticStudy.table(noise: 0, seed: 1)))
        #expect(additive.rectangles == 45)
        #expect(abs(additive.value) < 1e-12)
        let noisy = try #require(
            MixedDifference(try SyntheticStudy.table(noise: 0.003, seed: 2)))
        #expect(abs(noisy.value) < 3 * noisy.standardError && noisy.standardError > 0)
        let coupled = try #require(MixedDifference(try skaling(coupling: 0.45, noise: 0.002)))
        #expect(coupled.value < -5 * coupled.standardError)
        #expect(coupled.meaning.contains("help each other"))
        let opposed = try #require(MixedDifference(try skaling(coupling: 1.3, noise: 0)))
        #expect(opposed.value > 0)
    }

    @Test func `the mixed difference takes the corners' losses, cell means and grids apart`() throws
    {
        func run(_ size: Double, _ tokens: Double, _ experts: Double, _ loss: Double) -> Run {
            Run(
                id: "\(size)-\(tokens)-\(experts)-\(loss)",
                features: [.parameterCount: size, .tokenCount: tokens, .expertCount: experts],
                loss: loss)
        }
        // Two grids of two rectangles each, one cell measured twice; a lone run of nine experts.
        var runs: [Run] = []
        for experts in [1.0, 4] {
            for (place, tokens) in [1e9, 2e9, 4e9].enumerated() {
                runs.append(run(1e8, tokens, experts, 4 - 0.1 * Double(place)))
                runs.append(run(2e8, tokens, experts, 3.8 - 0.13 * Double(place)))
            }
        }
        runs.append(run(2e8, 4e9, 4, 3.8 - 0.26 + 0.02))
        runs.append(run(4e8, 4e9, 9, 2))
        let found = try #require(MixedDifference(runs))
        #expect(found.rectangles == 4)
        let area = log(2.0) * log(2.0)
        #expect(abs(found.value - (4 * -0.03 + 0.01) / (4 * area)) < 1e-12)
        #expect(MixedDifference(Array(runs.prefix(6))) == nil)
    }
}
