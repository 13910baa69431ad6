import Foundation
import LawTestSupport
import Laws
import Records
import Schedules
import Testing

/// The law of a change of data, beside its sums written out.
@Suite struct ContinualLawTests {
    private static func evaluate(
        _ options: [String: String] = [:], _ features: [Feature: Double], _ schedule: String,
        _ steps: [Int], _ parameters: [Double]
    ) throws -> [Double] {
        let law = try LawCatalog.standard.law("continual", options: options)
        let input = LawInput(
            features: features,
            areas: ScheduleAreas(try LearningRateSchedule(parsing: schedule)), steps: steps)
        return LawEvaluation(law: law, inputs: [input], parameters: parameters).losses
    }

    private static let truth = [3.0, 0.5, 0.5, 0.3, 0.4, 0.99, 0.4, 30, 0.2]

    /// Σ η and Σ Σ drops·λ^(i−k) of steps from one to another, momentum at rest before the first.
    private static func areas(_ rates: [Double], _ steps: ClosedRange<Int>, firstDrop: Int) -> (
        Double, Double
    ) {
        var (momentum, forward, annealing) = (0.0, 0.0, 0.0)
        for step in steps {
            forward += rates[step]
            guard step >= firstDrop else { continue }
            momentum = 0.99 * momentum + rates[step - 1] - rates[step]
            annealing += momentum
        }
        return (forward, annealing)
    }

    @Test func `areas of both phases and the shift add up as the sums do, momentum reset`() throws {
        let text = "warmup:50@3e-3,hold:350,linear:200@1e-3,warmup:100@3e-3,hold:200,sqrt:100@0"
        let schedule = try LearningRateSchedule(parsing: text)
        let rates = (0...schedule.totalSteps).map { schedule.learningRate(at: $0) }
        let steps = [100, 450, 599, 600, 601, 650, 800, 950, 999]
        let found = try Self.evaluate([:], [.phaseStep: 600], text, steps, Self.truth)
        for (step, loss) in zip(steps, found) {
            let first = Self.areas(rates, 0...min(step, 599), firstDrop: 51)
            let second = step < 600 ? (0, 0) : Self.areas(rates, 600...step, firstDrop: 600)
            let shift = 0.4 * (1 - pow(1 + 30 * second.0, -0.2))
            let expected =
                3 + 0.5 * pow(first.0 + second.0, -0.5) - 0.3 * first.1 - 0.4 * second.1 + shift
            #expect(abs(loss - expected) < 1e-12, "step \(step)")
        }
    }

    @Test func `with model size both gains grow and a term falls, as equation 7 has it`() throws {
        let text = "step@3e-3,hold:300,linear:100@1e-3,hold:200,linear:400@0"
        let steps = [399, 500, 999]
        let sizes = Self.truth + [40, 0.3, 0.2, -0.1]
        for count in [1e7, 3e9] {
            let found = try Self.evaluate(
                ["model_size": "included"], [.phaseStep: 600, .parameterCount: count], text, steps,
                sizes)
            var scaled = Self.truth
            scaled[0] += 40 * pow(count, -0.3)
            scaled[3] *= pow(count, 0.2)
            scaled[4] *= pow(count, -0.1)
            let expected = try Self.evaluate([:], [.phaseStep: 600], text, steps, scaled)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
        }
    }

    @Test func `a run of the first data alone follows lr-annealing`() throws {
        let text = "warmup:100@2e-3,cosine:900@0"
        let steps = [200, 500, 999, 1000]
        let alone = try Self.evaluate([:], [.phaseStep: 1000], text, steps, Self.truth)
        let input = LawInput(
            features: [:], areas: ScheduleAreas(try LearningRateSchedule(parsing: text)),
            steps: steps)
        let annealing = LawEvaluation(
            law: try LawCatalog.standard.law("lr-annealing"), inputs: [input],
            parameters: [3.0, 0.5, 0.5, 0.3, 0.99]
        ).losses
        #expect(zip(alone, annealing).allSatisfy { abs($0 - $1) < 1e-14 })
    }

    /// On the first data's set replay keeps the loss down, on the second's it slows the gain.
    @Test func `replay changes shift and gain by the paper's factors`() throws {
        let text = "step@2e-3,hold:1000,hold:500,linear:500@0"
        let area = 0.002 * 500
        for (set, sign) in [("old_data", -1.0), ("new_data", 1)] {
            for share in [0.1, 0.5] {
                let losses = try Self.evaluate(
                    ["replay": set], [.phaseStep: 1000, .replayShare: share], text, [999, 1499],
                    Self.truth + [0.7, 1.5])
                let factor = abs(exp(sign * 1.5 * (1 - share)) - 1)
                let shift = 0.4 * (1 - pow(1 + 30 * area, -0.2)) * factor
                let falls = 0.5 * (pow(2.0, -0.5) - pow(3.0, -0.5))
                #expect(abs(losses[1] - losses[0] - (shift - falls)) < 1e-12)
            }
        }
        let gains = try [0.2, 0.6].map { share in
            let both = try [0.4, 0].map { gain in
                var parameters = Self.truth + [0.7, 1.5]
                parameters[4] = gain
                return try Self.evaluate(
                    ["replay": "old_data"], [.phaseStep: 1000, .replayShare: share], text, [1999],
                    parameters)[0]
            }
            return both[1] - both[0]
        }
        #expect(abs(gains[1] / gains[0] - exp(0.7 * 0.4)) < 1e-12)
    }

    @Test func `what the data determine of the shift is answered beside its parameters`() throws {
        let law = try LawCatalog.standard.law("continual").law
        let derived = law.derivedQuantities(Self.truth)
        let values = Dictionary(uniqueKeysWithValues: derived.map { ($0.name, $0.value) })
        #expect(abs(try #require(values["shift_slope"]) - 2.4) < 1e-12)
        #expect(abs(try #require(values["shift_log_slope"]) - 0.08) < 1e-12)
        // With β near 0 other B and β of one product are the same curve.
        let text = "step@2e-4,hold:3000"
        let curves = try [(8.0, 0.001), (4.0, 0.002)].map { coefficient, exponent in
            var parameters = Self.truth
            (parameters[6], parameters[8]) = (coefficient, exponent)
            return try Self.evaluate([:], [.phaseStep: 1000], text, [1500, 2999], parameters)
        }
        #expect(zip(curves[0], curves[1]).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test func `fits without a second phase, or of one size with sizes, are told so`() throws {
        let schedule = try LearningRateSchedule(parsing: "step@2e-4,hold:3000")
        func cautions(_ phaseSteps: [Double], _ options: [String: String] = [:]) throws -> [String]
        {
            let law = try LawCatalog.standard.law("continual", options: options).law
            return law.cautions(
                for: phaseSteps.map {
                    LawInput(
                        features: [.phaseStep: $0, .parameterCount: 1e8],
                        areas: ScheduleAreas(schedule), steps: [500, 2500])
                }, free: Set(law.parameters.map(\.name)))
        }
        #expect(try cautions([3000])[0].hasPrefix("no point lies in a second phase"))
        #expect(try cautions([1000, 3000]).isEmpty && cautions([1000, 2000]).isEmpty)
        #expect(
            try cautions([1000, 2000], ["model_size": "included"])[0].contains("three sizes"))
    }

    @Test func `the shift at the end of the fitted phases stands beside its parameters`() throws {
        let law = try LawCatalog.standard.law("continual").law
        let schedule = try LearningRateSchedule(parsing: "step@2e-3,hold:1000")
        let input = LawInput(
            features: [.phaseStep: 600], areas: ScheduleAreas(schedule), steps: [100, 999])
        let derived = law.derivedQuantities(Self.truth, over: [input])
        let end = try #require(derived.first { $0.name == "shift_at_end" })
        #expect(abs(end.value - 0.4 * (1 - pow(1 + 30 * 0.8, -0.2))) < 1e-12)
    }

    @Test func `a replay share of 1 or more is refused`() throws {
        let law = try LawCatalog.standard.law("continual").law
        let run = Run(id: "r", features: [.phaseStep: 10, .replayShare: 1])
        let error = #expect(throws: LawError.self) { try law.features(of: run) }
        #expect(
            error?.message == "run r: replay_share = 1.0 must be a share, above 0 and below 1.")
    }
}
