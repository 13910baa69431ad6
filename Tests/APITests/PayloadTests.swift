import Contract
import Fitting
import Foundation
import JSONText
import LawTestSupport
import Laws
import Records
import Schedules
import Store
import Testing

@testable import API

@Suite struct PayloadTests {
    @Test(arguments: [
        (1, 1), (500, 1), (501, 2), (1_000, 2), (1_001, 5), (24_000, 50), (72_000, 200),
        (1_000_000, 2_000), (100_000_000, 200_000),
    ])
    func `the standard spacing gives at most five hundred points`(_ steps: Int, _ every: Int) {
        #expect(CurveSteps.standardSpacing(totalSteps: steps) == every)
        #expect((steps - 1) / every + 1 <= 500)
    }

    @Test(arguments: [
        (1, 1, [0]), (10, 3, [0, 3, 6, 9]), (11, 3, [0, 3, 6, 9, 10]), (5, 99, [0, 4]),
    ])
    func `steps run to the last`(_ total: Int, _ every: Int, _ steps: [Int]) throws {
        #expect(try CurveSteps.steps(every: every, totalSteps: total).steps == steps)
    }

    @Test func `too many points are refused before they are made`() {
        #expect(
            throws: CurveRequestError.tooManyPoints(every: 1, points: 1_000_001, limit: 1_000_000)
        ) {
            try CurveSteps.steps(every: 1, totalSteps: 1_000_001)
        }
        #expect(throws: CurveRequestError.badSpacing(0)) {
            try CurveSteps.steps(every: 0, totalSteps: 10)
        }
    }

    /// What makes a fit linear, and so a matter of milliseconds.
    private static let shape = ["area_exponent": 0.5, "annealing_decay": 0.995]

    private func curve(_ schedule: String, interval: Bool) throws -> CurveResponse {
        let runs = try SyntheticStudy.curves(noise: 0.002, seed: 3)
        let report = try Fitter().fit(
            FitRequest(law: "lr-annealing", fixed: Self.shape), runs: runs)
        return try CurveResponse(
            predictor: LawPredictor(report: report),
            schedule: LearningRateSchedule(parsing: schedule), every: 100,
            interval: interval ? LawPredictor.Interval() : nil)
    }

    @Test(arguments: [
        ("warmup:200@2e-3,hold:800", true), ("warmup:200@2e-3,hold:800", false),
        (#"{"points":[[0,0.0],[500,0.002]],"interpolation":"linear"}"#, true),
    ])
    func `a curve's JSON reads back as the same curve`(_ schedule: String, _ interval: Bool) throws
    {
        let payload = try curve(schedule, interval: interval)
        let decoded = try JSONDecoding.value(
            CurveResponse.self, from: JSONEncoding.bytes(of: payload), readsNullAsNaN: true)
        #expect(decoded.schedule == payload.schedule && decoded.steps == payload.steps)
        #expect(decoded.loss.dropFirst() == payload.loss.dropFirst())
        #expect(decoded.loss[0].isNaN && !payload.loss[0].isFinite)
        #expect(decoded.upper?.dropFirst() == payload.upper?.dropFirst())
        #expect(decoded.learningRate == payload.learningRate)
        #expect(decoded.interval == payload.interval && decoded.every == payload.every)
    }

    @Test func `a fit of just law and parameters predicts, and says why there is no interval`()
        throws
    {
        let names = ["irreducible_loss", "parameter_coefficient", "token_coefficient"]
        let values = zip(names + ["parameter_exponent", "token_exponent"], Study.tableParameters)
        let report = FitReport(
            law: "chinchilla", parameters: values.map { .init(name: $0, value: $1) })
        let payload = try LossResponse(
            predictor: LawPredictor(report: report),
            features: [.parameterCount: 1e9, .tokenCount: 1e10])
        let expected = 1.8 + 480 / pow(1e9, 0.35) + 2100 / pow(1e10, 0.37)
        #expect(abs(try #require(payload.loss) - expected) < 1e-12)
        #expect(payload.lower == nil && payload.interval == nil)
        #expect(payload.warnings == [IntervalWarning.missing])
        let text = String(decoding: try JSONEncoding.bytes(of: payload), as: UTF8.self)
        #expect(text.contains(#","lower":null,"upper":null,"interval":null,"#))
    }

    @Test func `a run survives its way into the store and back`() throws {
        var run = try SyntheticStudy.curves(noise: 0.01, seed: 5)[1]
        run.study = "s"
        run.features = [.parameterCount: 25e6]
        run.statedWarmupSteps = 200
        run.tags = ["host": "a7"]
        var curve = try #require(run.curve)
        curve.learningRates = curve.steps.map { $0 % 40 == 0 ? 1e-3 : nil }
        run.curve = curve
        run.series["val"] = LossCurve(steps: [200, 777], losses: [4, 3], notFiniteSteps: [900])
        let store = try RunStore.inMemory()
        try store.insertRun(run)
        var back = try store.wholeRun(run.id)
        #expect(back.stored?.pointCount == run.points.count)
        back.stored = nil
        #expect(back == run)
        #expect(back.series["val"]?.notFiniteSteps == [900])
    }

    @Test func `each logged loss keeps its own extremes`() {
        let points = (0..<1_000).map { step in
            Point(
                step: step, loss: step == 300 ? 9 : 3,
                series: step % 10 == 0 ? ["val": step == 520 ? 0.5 : 3] : [:])
        }
        let thinned = Downsampling.thinned(points, limit: 24)
        let steps = thinned.map(\.step)
        #expect(thinned.count <= 24 && steps == steps.sorted())
        #expect(steps.contains(300) && steps.contains(520))
        #expect(steps.first == 0 && steps.last == 999)
        #expect(Downsampling.thinned(points, limit: 1_000) == points)
    }
}
