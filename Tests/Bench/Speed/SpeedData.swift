import Foundation
import Imports
import Laws
import Records
import Schedules
import TestSupport

/// What the speed table is measured on: a table of 240 finished runs and three curves.
struct SpeedData {
    var table: [Run]
    var curves: [Run]
    /// Where they come from, for the reader of the table.
    var source: String

    /// Reads the public data, or makes stand-ins of the same shape from a seed.
    ///
    /// - Parameter folder: With `chinchilla-figure4.csv` and `lr-annealing-25m`; nil for stand-ins.
    /// - Throws: `RunFileError` for files that are not there.
    init(folder: String?) throws {
        guard let folder else {
            self = Self.synthetic
            return
        }
        let rows = try RunLoader.load(paths: [folder + "/chinchilla-figure4.csv"]).runs
        table = Array(rows.sorted { ($0.loss ?? 0) < ($1.loss ?? 0) }.dropLast(5))
        curves = try RunLoader.load(paths: [folder + "/lr-annealing-25m"]).runs
            .filter { $0.role == .train }
        source = "public data: 240 points of Chinchilla's figure 4, three 25M curves"
    }

    private init(table: [Run], curves: [Run], source: String) {
        self.table = table
        self.curves = curves
        self.source = source
    }

    /// Points after the warm-up, as every fit of a curve law takes them.
    static func steps(of run: Run) -> [Int] {
        let warmup = run.schedule?.warmupSteps ?? 0
        return (run.curve?.steps ?? []).filter { $0 >= warmup }
    }

    private static let synthetic = SpeedData(
        table: syntheticTable(), curves: syntheticCurves(),
        source: "SYNTHETIC stand-ins (name the public data's folder in ISOLOSS_DATA)")

    /// E 1.82, A 482, B 2085, α 0.348, β 0.366 with 0.5 % noise and a few outliers.
    private static func syntheticTable() -> [Run] {
        var generator = SeededGenerator(seed: 240)
        var noise = NormalGenerator(seed: 241)
        return (0..<240).map { index in
            let size = exp(Double.random(in: log(5e7)...log(1.5e10), using: &generator))
            let tokens = exp(Double.random(in: log(5e8)...log(3e11), using: &generator))
            let loss = 1.82 + 482 * pow(size, -0.348) + 2_085 * pow(tokens, -0.366)
            let spread = index.isMultiple(of: 20) ? 0.03 : 0.005
            return Run(
                id: "run-\(index)", features: [.parameterCount: size, .tokenCount: tokens],
                loss: loss * exp(spread * noise.next()))
        }
    }

    /// L0 2.99, A 0.56, α 0.49 and λ 0.999 on a constant, a cosine and a stepped schedule.
    static func syntheticCurves() -> [Run] {
        var noise = NormalGenerator(seed: 437)
        let forms = [
            ("constant", "warmup:2160@3e-4,hold:21840"),
            ("cosine", "warmup:2160@3e-4,cosine:21840@3e-5"),
            ("stepped", "warmup:2160@3e-4,hold:5840,step@9e-5,hold:8000"),
        ]
        return forms.compactMap { id, text in
            guard let schedule = try? LearningRateSchedule(parsing: text) else { return nil }
            let areas = ScheduleAreas(schedule)
            let steps = Array(stride(from: 2_160, through: schedule.totalSteps, by: 128))
            let annealed = areas.annealingArea(at: steps, decay: 0.999, from: 2_161).areas
            let losses = zip(areas.forwardArea(at: steps), annealed).map { area, annealed in
                (2.99 + 0.56 * pow(area, -0.49) - 0.5 * annealed) * exp(2e-3 * noise.next())
            }
            return Run(
                id: id, features: [.parameterCount: 25e6], schedule: schedule,
                curve: LossCurve(steps: steps, losses: losses))
        }
    }
}
