import Fitting
import Foundation
import JSONText
import LawTestSupport
import Laws
import Records
import Schedules
import Testing

/// What a fit was fitted on, and the warnings about predictions far beyond it.
@Suite struct FittedRangeTests {
    private func annealing(
        _ runs: [Run], options: [String: String] = [:]
    ) throws -> LawPredictor {
        var request = FitRequest(law: "lr-annealing", fixed: ["annealing_decay": 0.995])
        request.options = options
        return try LawPredictor(report: Fitter().fit(request, runs: runs))
    }

    @Test func `a fit of curves records its steps and its learning rates`() throws {
        let runs = try SyntheticStudy.curves(noise: 0.001, seed: 1)
        let range = try #require(try annealing(runs).report.fittedRange)
        let schedules = runs.compactMap(\.schedule)
        let steps = runs.compactMap(\.curve).flatMap(\.steps)
        let warmup = schedules.map(\.warmupSteps).min() ?? 0
        let first = steps.filter { $0 >= warmup }.min() ?? 0
        #expect(range.steps == first...(steps.max() ?? 0))
        let rates = try #require(range.learningRates)
        #expect(rates.upperBound == schedules.map(\.peakLearningRate).max())
        #expect(rates.lowerBound >= (schedules.map(\.finalLearningRate).min() ?? 0))
        #expect(rates.lowerBound < rates.upperBound / 2)
        #expect(range.features.isEmpty)
    }

    @Test func `a fit of a table records the sizes that its law reads`() throws {
        let report = try Fitter().fit(
            FitRequest(law: "chinchilla"), runs: SyntheticStudy.table(noise: 0.01, seed: 1))
        let range = try #require(report.fittedRange)
        #expect(range.features[.parameterCount] == 1e7...5.12e9)
        #expect(range.features[.tokenCount] == 1e9...2.43e11)
        #expect(range.features.count == 2 && range.steps == nil && range.learningRates == nil)
    }

    @Test func `the range survives JSON, under the names of the contract`() throws {
        let runs = try SyntheticStudy.curves(noise: 0.001, seed: 1)
        var range = try #require(try annealing(runs).report.fittedRange)
        range.features[.parameterCount] = 1e6...1e9
        let data = try JSONEncoding.bytes(of: range)
        #expect(try JSONDecoding.value(FittedRange.self, from: data) == range)
        let object = try JSONDecoding.value([String: [Double]].self, from: data)
        #expect(Set(object.keys) == ["parameter_count", "step", "learning_rate"])
        #expect(object["parameter_count"] == [1e6, 1e9])
        for text in [#"{"step":[5]}"#, #"{"step":[5,3]}"#, #"{"learning_rate":[1,2,3]}"#] {
            #expect(throws: DecodingError.self) {
                try JSONDecoding.value(FittedRange.self, from: Array(text.utf8))
            }
        }
    }

    @Test func `a curve far beyond the fitted steps or rates carries a warning`() throws {
        let predictor = try annealing(SyntheticStudy.curves(noise: 0.001, seed: 1))
        func warnings(_ text: String, through last: Int? = nil) throws -> [String] {
            let schedule = try LearningRateSchedule(parsing: text)
            return predictor.warnings(
                for: schedule, features: [:], through: last ?? schedule.totalSteps - 1)
        }
        #expect(try warnings("warmup:200@2e-3,cosine:39000@0") == [])
        let long = try warnings("warmup:200@2e-3,cosine:99800@0")
        #expect(long.count == 1)
        #expect(
            long[0]
                == "step = 99999 is 25.1 times the highest that the law was fitted on (200 to 3980); "
                + "it is extrapolated far beyond its data")
        let hot = try warnings("warmup:200@3e-2,cosine:3800@2e-4")
        #expect(
            hot.count == 1 && hot[0].hasPrefix("peak learning_rate = 0.03 is 15 times the highest"))
        #expect(try warnings("warmup:200@3e-2,cosine:3800@2e-4", through: 100) == [])
        let cold = try warnings("step@1e-6,hold:4000")
        #expect(cold.count == 1 && cold[0].contains("times below the lowest"))
    }

    @Test func `a loss far beyond the fitted sizes carries a warning for each`() throws {
        let predictor = try LawPredictor(
            report: Fitter().fit(
                FitRequest(law: "chinchilla"), runs: SyntheticStudy.table(noise: 0.01, seed: 1)))
        #expect(predictor.warnings(for: [.parameterCount: 5e10, .tokenCount: 2e12]) == [])
        let far = predictor.warnings(for: [.parameterCount: 7e10, .tokenCount: 1e13])
        #expect(
            far == [
                "parameter_count = 7e10 is 13.7 times the highest that the law was fitted on (1e7 "
                    + "to 5.12e9); it is extrapolated far beyond its data",
                "token_count = 1e13 is 41.2 times the highest that the law was fitted on (1e9 to "
                    + "2.43e11); it is extrapolated far beyond its data",
            ])
        let small = predictor.warnings(for: [.parameterCount: 1e4, .tokenCount: 1e10])
        #expect(small.first?.contains("1000 times below the lowest") == true, "\(small)")
    }

    @Test func `a fit that does not say what it was fitted on gives no warning`() throws {
        var report = try Fitter().fit(
            FitRequest(law: "chinchilla"), runs: SyntheticStudy.table(noise: 0.01, seed: 1))
        report.fittedRange = nil
        let copy = try JSONDecoding.value(
            FitReport.self, from: JSONEncoding.bytes(of: report))
        #expect(copy.fittedRange == nil)
        let predictor = try LawPredictor(report: copy)
        #expect(predictor.warnings(for: [.parameterCount: 1e20, .tokenCount: 1]) == [])
    }
}
