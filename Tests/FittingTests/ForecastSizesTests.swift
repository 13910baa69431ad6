import Fitting
import Foundation
import JSONText
import Laws
import Records
import Schedules
import Testing

/// Forecasts for studies of several model sizes.
@Suite struct ForecastSizesTests {
    private static let sizes = [2.5e7, 1e8, 4e8]

    /// Sizes with one shape of drops and coefficients that follow powers of N.
    private func study(_ parameterCount: Double) -> ForecastStudy {
        let ratio = parameterCount / 2.5e7
        var study = ForecastStudy(parameterCount: parameterCount, prefix: "\(Int(parameterCount))-")
        study.parameters = [
            2.95 * pow(ratio, -0.05), 0.55 * pow(ratio, 0.05), 0.48, 500 * pow(ratio, 0.02), 4, 0.2,
            0.75,
        ]
        return study
    }

    private func training(_ sizes: [Double] = sizes) throws -> [Run] {
        try sizes.enumerated().flatMap { try study($1).training(seed: UInt64(10 + $0)) }
    }

    private func report(_ runs: [Run]) throws -> FitReport {
        try Fitter().fit(FitRequest(law: "forecast"), runs: runs)
    }

    @Test func `every size keeps its own level, and all are forecast by one fit`() throws {
        let report = try report(training())
        #expect(report.forecast?.sizes.map(\.parameterCount) == Self.sizes)
        #expect(report.parameters.map(\.value) == report.forecast?.sizes[2].values)
        let predictor = try LawPredictor(report: report)
        for size in Self.sizes {
            let score = try predictor.score(study(size).unseen())
            #expect(score.average.meanRelativeError < 0.002, "\(size)")
            #expect(score.warnings.isEmpty)
        }
    }

    /// The size with a constant run alone knows nothing of drops but what the others say.
    @Test func `a size borrows the shape of drops from the others`() throws {
        let poor = try study(4e8).training(seed: 12).filter { $0.id.hasSuffix("cosine") }
        let unseen = try study(4e8).unseen()
        let alone = try LawPredictor(report: report(poor)).score(unseen)
        let joint = try LawPredictor(report: report(training([2.5e7, 1e8]) + poor)).score(unseen)
        #expect(joint.average.meanRelativeError < alone.average.meanRelativeError)
    }

    /// At a constant rate nothing tells what annealing gains, and once it was 0 there; a spread of the
    /// prior, which the other sizes narrow, is 40 %.
    @Test func `a size with a constant run alone borrows the gain of the others`() throws {
        let poor = try study(4e8).training(seed: 12).filter { $0.id.hasSuffix("constant") }
        let predictor = try LawPredictor(report: report(training([2.5e7, 1e8]) + poor))
        let pair = [ForecastStudy.training[0], ForecastStudy.unseen[1]]
        let truths = try study(4e8).runs(pair, seed: 1, noise: 0).map {
            try #require($0.curve?.losses.last)
        }
        let losses = try pair.map { _, text in
            let schedule = try LearningRateSchedule(parsing: text)
            return try predictor.curve(
                schedule: schedule, features: [.parameterCount: 4e8],
                steps: [schedule.totalSteps - 1], interval: nil
            ).losses[0]
        }
        let (gain, truth) = (losses[0] - losses[1], truths[0] - truths[1])
        #expect(abs(gain / truth - 1) < 0.4, "\(gain), \(truth)")
    }

    @Test func `sizes tie their shapes together`() throws {
        let joint = try #require(report(training()).forecast).sizes.map { $0.values[4] }
        let alone = try Self.sizes.enumerated().map { position, size in
            try #require(
                report(study(size).training(seed: UInt64(10 + position))).forecast
            ).sizes[0].values[4]
        }
        func range(_ values: [Double]) -> Double {
            let logs = values.map { log($0) }
            return (logs.max() ?? 0) - (logs.min() ?? 0)
        }
        #expect(range(joint) < 0.7 * range(alone))
    }

    @Test func `another size is interpolated with a warning and without an interval`() throws {
        let predictor = try LawPredictor(report: report(training()))
        let schedule = try LearningRateSchedule(parsing: ForecastStudy.unseen[1].1)
        let steps = Array(stride(from: 1_000, to: 12_000, by: 500))
        let band = try predictor.curve(
            schedule: schedule, features: [.parameterCount: 2e8], steps: steps, interval: .init())
        #expect(band.lower == nil && band.upper == nil)
        let exact = try study(2e8).unseen()[1]
        let score = try predictor.score([exact])
        #expect(score.average.meanRelativeError < 0.005)
        #expect(
            score.warnings == [
                "no run has parameter_count 200000000: its parameters follow powers of size through "
                    + "those of 25000000, 100000000, 400000000, and there is no interval"
            ])
    }

    @Test func `a size that two sizes cannot tell is refused by name`() throws {
        let predictor = try LawPredictor(report: report(training([2.5e7, 1e8])))
        let schedule = try LearningRateSchedule(parsing: ForecastStudy.unseen[1].1)
        func refused(_ features: [Feature: Double]) -> FittingError? {
            #expect(throws: FittingError.self) {
                try predictor.curve(
                    schedule: schedule, features: features, steps: [5_000], interval: nil)
            }
        }
        let unknown = try #require(refused([.parameterCount: 4e8]))
        #expect(unknown.pointer == "/parameter_count")
        #expect(
            unknown.message
                == "parameter_count = 400000000 is not a size that this fit of the law forecast has "
                + "seen (25000000, 100000000); ask for one that it has, or fit runs of at least 3 "
                + "sizes.")
        #expect(
            try #require(refused([:])).message
                == "the law forecast was fitted to several sizes; give parameter_count, one of "
                + "25000000, 100000000.")
    }

    @Test func `runs without a size among runs of several are refused by name`() throws {
        var runs = try training([2.5e7, 1e8])
        runs[0].features[.parameterCount] = nil
        #expect(
            throws: FittingError.missingFeature(
                law: "forecast", feature: "parameter_count", runs: ["25000000-constant"])
        ) { try report(runs) }
    }

    @Test func `a file predicts again what its fit did, for every size`() throws {
        let fitted = try report(training())
        let copy = try JSONDecoding.value(
            FitReport.self, from: JSONEncoding.bytes(of: fitted))
        #expect(copy == fitted)
        let schedule = try LearningRateSchedule(parsing: ForecastStudy.unseen[0].1)
        for size in Self.sizes {
            let bands = try [fitted, copy].map {
                try LawPredictor(report: $0).curve(
                    schedule: schedule, features: [.parameterCount: size], steps: [20_000, 35_000],
                    interval: .init())
            }
            #expect(bands[0] == bands[1])
            let upper = try #require(bands[0].upper)
            #expect(zip(bands[0].losses, upper).allSatisfy { $0 < $1 })
        }
    }

    @Test func `a size with parameters outside their bounds is refused, not evaluated`() throws {
        var report = try report(training([2.5e7, 1e8]))
        report.forecast?.sizes[0].values[2] = 7
        let error = #expect(throws: FittingError.self) { try LawPredictor(report: report) }
        #expect(
            error?.message
                == "the fit cannot be used: its values for parameter_count 25000000 are not 15 "
                + "parameters inside their bounds.")
    }
}
