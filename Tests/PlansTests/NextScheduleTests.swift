import Fitting
import Foundation
import Laws
import Records
import Schedules
import Testing

@testable import Plans

/// The next schedule, beside fits with and without it.
struct NextScheduleTests {
    /// LR annealing with independent noise of 1 % at every 20th step.
    private static func run(
        _ text: String, noise: inout SplitMix64, from predictor: LawPredictor? = nil
    ) throws -> Run {
        let schedule = try LearningRateSchedule(parsing: text)
        let steps = Array(stride(from: schedule.warmupSteps, to: schedule.totalSteps, by: 20))
        let law = try predictor ?? Fits.annealing()
        let losses = try law.curve(
            schedule: schedule, features: [:], steps: steps, interval: nil
        ).losses.map { loss in
            predictor == nil
                ? loss
                    * exp(0.01 * Quantiles.normal(Double.random(in: 0.001...0.999, using: &noise)))
                : loss
        }
        return Run(
            id: "run-\(text.utf8.reduce(0) { $0 &* 31 &+ Int($1) } % 9_973)", schedule: schedule,
            curve: LossCurve(steps: steps, losses: losses))
    }

    private static func fit(_ runs: [Run]) throws -> LawPredictor {
        let request = FitRequest(
            law: "lr-annealing", objective: try Objective(parsing: "log-squares"))
        return try LawPredictor(report: Fitter().fit(request, runs: runs))
    }

    @Test func `the promised widths are those of refits`() throws {
        var noise = SplitMix64(seed: 3)
        let study = try ["warmup:100@3e-3,hold:900", "warmup:100@3e-3,cosine:900@3e-4"].map {
            try Self.run($0, noise: &noise)
        }
        let before = try Self.fit(study)
        let asked = "warmup:100@3e-3,hold:1900,linear:1000@0"
        let candidates = [
            "warmup:100@3e-3,hold:300", "warmup:100@3e-3,hold:2900",
            "warmup:100@3e-3,hold:700,linear:200@0",
        ]
        // In units of the noise: losses on the law's own curve make a refit think it smaller.
        func variance(_ predictor: LawPredictor) throws -> Double {
            let scale = try #require(predictor.report.noise).scale
            let schedule = try LearningRateSchedule(parsing: asked)
            let gradient = try predictor.gradients(
                along: schedule, features: [:], steps: [schedule.totalSteps - 1])[0]
            return QuadraticForm.value(try #require(predictor.report.covariance), gradient)
                / (scale * scale)
        }
        let answer = try PlanCatalog.plan(
            NextRunPlan.self,
            options: [
                "schedule": asked, "schedules": candidates.joined(separator: ";"),
                "maximum_steps": "3000",
            ], context: PlanContext(predictor: before, interval: .init()))
        #expect(answer.rows("choices").count == 3)
        var kept: [(promised: Double, found: Double)] = []
        var rates: [Double] = []
        for choice in answer.rows("choices") {
            guard case .text(let text) = choice["schedule"] else { continue }
            // At the fit's own losses, so that only the widths change.
            let more = try Self.run(text, noise: &noise, from: before)
            kept.append(
                (
                    1 - (try #require(choice["reduction"]?.number)),
                    try variance(Self.fit(study + [more])) / variance(before)
                ))
        }
        for (choice, kept) in zip(answer.rows("choices"), kept) {
            rates.append((1 - kept.found) / (try #require(choice["step_count"]?.number)))
        }
        for (promised, found) in kept {
            #expect(promised < 1 && abs(log(found / promised)) < 0.2, "\(kept)")
        }
        // The one to train is the best of the refits per step, too; the best in all is named.
        #expect(rates.max() == rates[0], "\(kept), \(rates)")
        let strongest = kept.indices.min { kept[$0].found < kept[$1].found } ?? 0
        guard case .text(let text) = answer.rows("choices")[strongest]["schedule"] else { return }
        #expect(answer.advice.hasSuffix("tells \(text)."))
    }
}
