import Fitting
import Foundation
import JSONText
import LawTestSupport
import Laws
import Records
import Schedules
import Testing

/// Predictions from fits, and from files that hold less than a fit.
@Suite struct LawPredictorTests {
    private func report(_ text: String) throws -> FitReport {
        try JSONDecoding.value(FitReport.self, from: Array(text.utf8))
    }

    @Test func `law and parameters alone predict, without an interval`() throws {
        let report = try report(
            #"""
            {"law":"chinchilla","parameters":[{"name":"irreducible_loss","value":1.7},
             {"name":"parameter_coefficient","value":400},{"name":"token_coefficient","value":410},
             {"name":"parameter_exponent","value":0.34},{"name":"token_exponent","value":0.28}]}
            """#)
        let predictor = try LawPredictor(report: report)
        let band = try predictor.loss(
            features: [.parameterCount: 1e9, .tokenCount: 2e10], interval: .init())
        let expected = 1.7 + 400 * pow(1e9, -0.34) + 410 * pow(2e10, -0.28)
        #expect(abs(band.losses[0] - expected) < 1e-12)
        #expect(band.lower == nil && band.upper == nil)
    }

    @Test func `a parameter outside its bounds is refused, not evaluated`() throws {
        var report = try Fitter().fit(
            FitRequest(law: "lr-annealing"), runs: SyntheticStudy.curves(noise: 0.001, seed: 1))
        report.parameters[4].value = 1.5
        let error = #expect(throws: FittingError.self) { try LawPredictor(report: report) }
        #expect(error?.message.contains("annealing_decay = 1.5 is outside") == true)
    }

    @Test func `a report survives JSON, infinite variances included`() throws {
        let runs = try SyntheticStudy.curves(noise: 0.001, seed: 7).filter { $0.id == "constant" }
        let fitted = try Fitter().fit(
            FitRequest(law: "lr-annealing", fixed: ["annealing_decay": 0.999]), runs: runs)
        #expect(fitted.covariance?[3][3] == .infinity)
        let copy = try JSONDecoding.value(
            FitReport.self, from: JSONEncoding.bytes(of: fitted))
        #expect(copy == fitted)
    }

    @Test func `an undetermined parameter leaves the curves it touches without an interval`()
        throws
    {
        let runs = try SyntheticStudy.curves(noise: 0.001, seed: 7).filter { $0.id == "constant" }
        let predictor = try LawPredictor(
            report: Fitter().fit(
                FitRequest(law: "lr-annealing", fixed: ["annealing_decay": 0.999]), runs: runs))
        let annealed = try predictor.curve(
            schedule: LearningRateSchedule(parsing: "warmup:200@2e-3,cosine:3800@2e-4"),
            features: [:], steps: [3_000], interval: .init())
        #expect(try !#require(annealed.lower?[0]).isFinite)
        #expect(try !#require(annealed.upper?[0]).isFinite)
        let constant = try predictor.curve(
            schedule: LearningRateSchedule(parsing: "warmup:200@2e-3,hold:3800"), features: [:],
            steps: [3_000], interval: .init())
        #expect(try #require(constant.upper?[0]).isFinite)
    }

    @Test func `quantities without a value are left out of the report`() throws {
        let report = try Fitter().fit(
            FitRequest(law: "chinchilla", fixed: ["token_exponent": 0]),
            runs: SyntheticStudy.table(noise: 0.01, seed: 3))
        #expect(report.derived.allSatisfy { $0.value.isFinite })
        #expect(try JSONEncoding(report).notFinite == [])
    }

    @Test func `a level outside 0 to 1 is refused`() throws {
        let predictor = try LawPredictor(
            report: Fitter().fit(
                FitRequest(law: "chinchilla"), runs: SyntheticStudy.table(noise: 0, seed: 1)))
        #expect(throws: FittingError.badLevel(1)) {
            try predictor.loss(
                features: [.parameterCount: 1e9, .tokenCount: 1e10], interval: .init(level: 1))
        }
    }
}
