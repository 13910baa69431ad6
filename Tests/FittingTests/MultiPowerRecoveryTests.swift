import Fitting
import Foundation
import LawTestSupport
import Laws
import Records
import Schedules
import TestSupport
import Testing

/// Fits of made-up curves find the multi-power law's parameters again.
@Suite struct MultiPowerRecoveryTests {
    static let truth = [3.0, 0.55, 0.5, 700, 0.4, 0.15, 0.9]

    private func runs(noise: Double, seed: UInt64) throws -> [Run] {
        var normal = NormalGenerator(seed: seed)
        let law = try LawCatalog.standard.law("multi-power")
        return try SyntheticStudy.schedules.map { named in
            let schedule = try LearningRateSchedule(parsing: named.1)
            let steps = Array(stride(from: 200, to: schedule.totalSteps, by: 40))
            let input = LawInput(features: [:], areas: ScheduleAreas(schedule), steps: steps)
            let losses = LawEvaluation(law: law, inputs: [input], parameters: Self.truth).losses
            return Run(
                id: named.0, schedule: schedule,
                curve: LossCurve(
                    steps: steps, losses: losses.map { $0 * exp(noise * normal.next()) }))
        }
    }

    @Test func `exact curves give the parameters back`() throws {
        let report = try Fitter().fit(
            FitRequest(law: "multi-power"), runs: runs(noise: 0, seed: 1))
        for (parameter, expected) in zip(report.parameters, Self.truth) {
            #expect(abs(parameter.value / expected - 1) < 1e-4, "\(parameter.name)")
        }
        #expect(try #require(report.termination).startsAgreeing >= 5)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the design's seed does not change the optimum`(seed: UInt64) throws {
        let runs = try runs(noise: 0.002, seed: 4)
        let first = try Fitter().fit(FitRequest(law: "multi-power"), runs: runs)
        let second = try Fitter().fit(FitRequest(law: "multi-power", seed: seed), runs: runs)
        let costs = (try #require(first.cost), try #require(second.cost))
        #expect(abs(costs.1 / costs.0 - 1) < 1e-7)
    }
}
