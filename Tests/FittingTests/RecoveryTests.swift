import Fitting
import Foundation
import LawTestSupport
import Laws
import Records
import Schedules
import TestSupport
import Testing

/// Fits of made-up data find the parameters the data were made with.
@Suite struct RecoveryTests {
    private func value(_ name: String, in report: FitReport) throws -> Double {
        try #require(report.parameters.first { $0.name == name }).value
    }

    @Test func `an exact table gives Chinchilla's parameters back`() throws {
        let truth = [1.8, 480, 2100, 0.35, 0.37]
        let report = try Fitter().fit(
            FitRequest(law: "chinchilla"), runs: SyntheticStudy.table(noise: 0, seed: 1))
        for (parameter, expected) in zip(report.parameters, truth) {
            #expect(abs(parameter.value / expected - 1) < 1e-8, "\(parameter.name)")
        }
        let termination = try #require(report.termination)
        #expect(termination.converged)
        #expect(termination.startsAgreeing >= 5)
    }

    @Test func `exact curves give the annealing law's parameters back`() throws {
        let truth = [3.0, 0.6, 0.5, 0.4, 0.995]
        let report = try Fitter().fit(
            FitRequest(law: "lr-annealing"), runs: SyntheticStudy.curves(noise: 0, seed: 1))
        for (parameter, expected) in zip(report.parameters, truth) {
            #expect(abs(parameter.value / expected - 1) < 1e-7, "\(parameter.name)")
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `noisy parameters lie within four standard errors`(seed: UInt64) throws {
        let truth = [1.8, 480, 2100, 0.35, 0.37]
        let report = try Fitter().fit(
            FitRequest(law: "chinchilla"), runs: SyntheticStudy.table(noise: 0.003, seed: seed))
        for (parameter, expected) in zip(report.parameters, truth) {
            let error = try #require(parameter.standardError)
            #expect(abs(parameter.value - expected) < 4 * error, "\(parameter.name)")
            #expect(error < 0.5 * expected, "\(parameter.name)")
        }
    }

    @Test func `the design's seed does not change the optimum`() throws {
        let runs = try SyntheticStudy.curves(noise: 0.002, seed: 4)
        let costs = try [0, 1, 2, 99].map { seed in
            try #require(
                try Fitter().fit(FitRequest(law: "lr-annealing", seed: seed), runs: runs).cost)
        }
        for cost in costs { #expect(abs(cost / costs[0] - 1) < 1e-9) }
    }

    @Test func `a fixed parameter stays and has no error`() throws {
        let runs = try SyntheticStudy.curves(noise: 0.001, seed: 5)
        let report = try Fitter().fit(
            FitRequest(law: "lr-annealing", fixed: ["annealing_decay": 0.999]), runs: runs)
        let decay = try #require(report.parameters.first { $0.name == "annealing_decay" })
        #expect(decay.value == 0.999)
        #expect(decay.fixed)
        #expect(decay.standardError == nil)
    }

    @Test func `a single curve with a free decay carries a caution`() throws {
        let runs = try SyntheticStudy.curves(noise: 0.001, seed: 6).filter { $0.id == "cosine" }
        let report = try Fitter().fit(FitRequest(law: "lr-annealing"), runs: runs)
        #expect(report.warnings.contains { $0.contains("annealing_decay is fitted on one curve") })
    }

    @Test func `a constant rate alone puts the annealing coefficient where no data speak`() throws {
        let runs = try SyntheticStudy.curves(noise: 0.001, seed: 7).filter { $0.id == "constant" }
        let report = try Fitter().fit(
            FitRequest(law: "lr-annealing", fixed: ["annealing_decay": 0.999]), runs: runs)
        let coefficient = try #require(
            report.parameters.first { $0.name == "annealing_coefficient" })
        #expect(coefficient.standardError == nil)
        #expect(report.warnings.contains { $0.contains("annealing_coefficient") })
    }

    @Test func `a long log is searched thinly and fitted whole`() throws {
        var runs = try SyntheticStudy.curves(noise: 0.002, seed: 9)
        for (index, run) in runs.enumerated() {
            let schedule = try #require(run.schedule)
            let steps = Array(200..<schedule.totalSteps)
            let law = try LawCatalog.standard.law("lr-annealing")
            let input = LawInput(features: [:], areas: ScheduleAreas(schedule), steps: steps)
            var normal = NormalGenerator(seed: UInt64(index))
            let losses = LawEvaluation(
                law: law, inputs: [input], parameters: [3, 0.6, 0.5, 0.4, 0.995]
            ).losses.map { $0 * exp(0.002 * normal.next()) }
            runs[index].curve = LossCurve(steps: steps, losses: losses)
        }
        let report = try Fitter().fit(FitRequest(law: "lr-annealing"), runs: runs)
        #expect(report.points == 15_200)
        #expect(report.warnings.contains { $0.hasPrefix("the search looked at one point in 3") })
        #expect(try #require(report.termination).startsAgreeing >= 5)
        let decay = try #require(report.parameters.first { $0.name == "annealing_decay" })
        #expect(abs(decay.value - 0.995) < 1e-3)
    }
}
