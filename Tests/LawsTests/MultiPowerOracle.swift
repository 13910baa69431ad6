import Foundation
import LawTestSupport
import Laws
import Records
import Schedules

/// The multi-power law as its paper writes it: a sum over all drops for every point.
struct MultiPowerOracle {
    /// L0, A, α, B, C, β, γ, the optimum of a published study of 25 million parameters.
    static let published = [2.987522, 0.562785, 0.490978, 747.618, 0.379657, 0.112697, 0.895085]

    private let rates: [Double]
    /// Σ_{τ<k} η_τ, with the rounding errors carried along.
    private let areasBefore: [Double]
    private let firstDrop: Int
    /// Rates to the power by which drops are measured.
    private let powers: [Double]

    init(_ schedule: LearningRateSchedule, from firstDrop: Int = 1, power: Double = 1) {
        self.firstDrop = firstDrop
        rates = schedule.learningRates(through: schedule.totalSteps)
        powers = rates.map { pow($0, power) }
        var (sum, lost) = (0.0, 0.0)
        var areas = [0.0]
        for rate in rates {
            let total = sum + rate
            lost += sum >= rate ? (sum - total) + rate : (rate - total) + sum
            sum = total
            areas.append(sum + lost)
        }
        areasBefore = areas
    }

    func loss(at step: Int, _ parameters: [Double]) -> Double {
        var drops = 0.0
        for k in stride(from: firstDrop, through: step, by: 1) {
            drops += (powers[k - 1] - powers[k]) * gain(of: k, at: step, parameters)
        }
        return parameters[0] + parameters[1] * pow(areasBefore[step + 1], -parameters[2])
            - parameters[3] * drops
    }

    private func gain(of drop: Int, at step: Int, _ parameters: [Double]) -> Double {
        let area = areasBefore[step + 1] - areasBefore[drop]
        guard rates[drop] > 0 else { return area == 0 ? 0 : 1 }
        let x = area * pow(rates[drop], -parameters[6])
        return 1 - pow(parameters[4] * x + 1, -parameters[5])
    }

    /// The greatest |fast/slow − 1| of the law at some steps.
    static func worstError(
        of schedule: LearningRateSchedule, at steps: [Int], _ parameters: [Double],
        withWarmup: Bool = true, measure: String = "rate"
    ) throws -> Double {
        let oracle = MultiPowerOracle(
            schedule, from: withWarmup ? 1 : schedule.warmupSteps + 1,
            power: ["power": 0.7, "root": 0.5][measure] ?? 1)
        let losses = try losses(
            of: schedule, at: steps, parameters, withWarmup: withWarmup, measure: measure)
        return zip(steps, losses).reduce(0) {
            max($0, abs($1.1 / oracle.loss(at: $1.0, parameters) - 1))
        }
    }

    /// The law's own losses.
    static func losses(
        of schedule: LearningRateSchedule, at steps: [Int], _ parameters: [Double],
        withWarmup: Bool = true, measure: String = "rate"
    ) throws -> [Double] {
        let input = LawInput(features: [:], areas: ScheduleAreas(schedule), steps: steps)
        return LawEvaluation(
            law: try LawCatalog.standard.law(
                "multi-power",
                options: [
                    "annealing_from": withWarmup ? "start" : "end_of_warmup",
                    "drop_measure": measure,
                ]),
            inputs: [input], parameters: parameters
        ).losses
    }
}
