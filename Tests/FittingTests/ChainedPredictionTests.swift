import Fitting
import Foundation
import LawTestSupport
import Laws
import LeastSquares
import Records
import Schedules
import TestSupport
import Testing

/// From a law's loss on to a metric, with one interval.
@Suite struct ChainedPredictionTests {
    private static let sizes = [1.8, 480, 2100, 0.35, 0.37]
    private static let accuracy = [0.25, 0.85, 4, 2.6]

    /// Runs with the loss of their size and the accuracy of their loss, both with noise.
    private func runs(seed: UInt64, lossNoise: Double, metricNoise: Double) throws -> [Run] {
        let law = try LawCatalog.standard.law("loss-to-metric", options: ["form": "sigmoid"])
        var normal = NormalGenerator(seed: seed &+ 1_000)
        return try SyntheticStudy.table(noise: lossNoise, seed: seed).map { run in
            let input = LawInput(features: [.loss: try #require(run.loss)])
            let exact = LawEvaluation(law: law, inputs: [input], parameters: Self.accuracy).losses[
                0]
            var run = run
            run.series["accuracy"] = LossCurve(
                steps: [0], losses: [exact + metricNoise * normal.next()])
            return run
        }
    }

    private func predictors(_ runs: [Run]) throws -> (loss: LawPredictor, metric: LawPredictor) {
        let loss = try Fitter().fit(FitRequest(law: "chinchilla"), runs: runs)
        let metric = try Fitter().fit(
            FitRequest(
                law: "loss-to-metric", options: ["form": "sigmoid"],
                objective: Objective(residual: .linear, loss: .huber(delta: 0.01)),
                series: "accuracy"), runs: runs)
        return (try LawPredictor(report: loss), try LawPredictor(report: metric))
    }

    private let asked: [Feature: Double] = [.parameterCount: 4e8, .tokenCount: 3e10]

    @Test func `the metric is that of the predicted loss`() throws {
        let (loss, metric) = try predictors(runs(seed: 1, lossNoise: 0, metricNoise: 0))
        let band = try loss.loss(features: asked, interval: nil)
        let chained = try metric.metrics(of: band, interval: nil)
        let expected = 0.25 + 0.6 / (1 + exp(4 * (band.losses[0] - 2.6)))
        #expect(abs(chained.losses[0] - expected) < 1e-6)
        #expect(chained.lower == nil)
    }

    /// New runs of the asked size, their accuracies drawn through both steps, against the interval.
    @Test func `the one interval holds new runs about as often as it says`() throws {
        var held = 0
        let studies = 60 as UInt64
        for seed in 1...studies {
            let (loss, metric) = try predictors(
                runs(seed: seed, lossNoise: 0.01, metricNoise: 0.01))
            let band = try loss.loss(features: asked, interval: .init())
            let chained = try metric.metrics(of: band, interval: .init())
            var normal = NormalGenerator(seed: seed &+ 77_000)
            let exact = 1.8 + 480 * pow(4e8, -0.35) + 2100 * pow(3e10, -0.37)
            let drawn = exact * Foundation.exp(0.01 * normal.next())
            let value = 0.25 + 0.6 / (1 + Foundation.exp(4 * (drawn - 2.6))) + 0.01 * normal.next()
            let (lower, upper) = (try #require(chained.lower)[0], try #require(chained.upper)[0])
            if lower <= value, value <= upper { held += 1 }
            // Wider than that of the metric alone.
            let alone = try metric.loss(features: [.loss: band.losses[0]], interval: .init())
            #expect(upper - lower > (try #require(alone.upper)[0]) - (try #require(alone.lower)[0]))
        }
        #expect((46...60).contains(held), "\(held)")
    }

    @Test func `points of a curve without a loss have no metric`() throws {
        let (_, metric) = try predictors(runs(seed: 2, lossNoise: 0.01, metricNoise: 0.01))
        let annealing = try Fitter().fit(
            FitRequest(law: "lr-annealing"), runs: SyntheticStudy.curves(noise: 0.001, seed: 1))
        let curve = try LawPredictor(report: annealing).curve(
            schedule: try LearningRateSchedule(parsing: "step@0,hold:10,warmup:90@2e-3,hold:3900"),
            features: [:], steps: [0, 1_000, 3_999], interval: .init())
        let chained = try metric.metrics(of: curve, interval: .init())
        #expect(chained.losses[0].isNaN && chained.losses[1] < chained.losses[2])
        let lower = try #require(chained.lower)
        #expect(lower[0].isNaN && lower[2] < chained.losses[2])
    }

    @Test func `a fit that predicts no metric from a loss is named`() throws {
        let (loss, _) = try predictors(runs(seed: 1, lossNoise: 0, metricNoise: 0))
        let band = try loss.loss(features: asked, interval: nil)
        let error = #expect(throws: FittingError.self) {
            try loss.metrics(of: band, interval: nil)
        }
        #expect(error?.pointer == "/then")
        #expect(
            error?.message
                == "then names a fit of the law chinchilla, which predicts no metric from a "
                + "loss; name a fit of loss-to-metric.")
    }
}
