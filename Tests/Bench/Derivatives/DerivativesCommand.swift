import ArgumentParser
import Foundation
import Laws
import Records
import Schedules
import TestSupport

/// Hand-written Jacobians beside forward-mode differentiation.
struct DerivativesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "derivatives",
        abstract: "Times the laws' own Jacobians beside automatic differentiation.",
        discussion: """
            One evaluation of losses and Jacobian: by the law's evaluator, by dual numbers on \
            vector lanes, and by dual numbers that keep their derivatives in arrays. S2 of the \
            annealing law comes from the schedule's areas with its derivative in all three. CPU \
            seconds, medians of interleaved evaluations.
            """)

    @Option(help: "How often each is evaluated.")
    var rounds = 200

    func run() throws {
        let core = SingleCore.enter()
        let data = try SpeedData(folder: ProcessInfo.processInfo.environment["ISOLOSS_DATA"])
        print("\(data.source); \(core)")
        var table = BenchTable([
            "law", "points", "analytic", "lanes", "ratio", "arrays", "ratio", "differ by",
        ])
        let rows = data.table.map { LawInput(features: $0.features) }
        table.add(
            try row(
                "chinchilla", rows, ChinchillaFormula(runs: data.table),
                at: [1.82, 478, 2_143, 0.347, 0.367]))
        let curves = data.curves.compactMap { run in
            run.schedule.map {
                LawInput(
                    features: run.features, areas: ScheduleAreas($0),
                    steps: SpeedData.steps(of: run))
            }
        }
        table.add(
            try row(
                "lr-annealing", curves, AnnealingFormula(inputs: curves),
                at: [2.99, 0.56, 0.49, 0.5, 0.999]))
        table.print()
    }

    private func row<Formula: DualFormula>(
        _ id: String, _ inputs: [LawInput], _ formula: Formula, at values: [Double]
    ) throws -> [String] {
        let law = try LawCatalog.standard.law(id)
        var analytic = Evaluation(law: law, inputs: inputs)
        var formula = formula
        var losses = analytic.losses
        var jacobian = analytic.jacobian
        var times: (analytic: [Double], lanes: [Double], arrays: [Double]) = ([], [], [])
        for _ in 0..<rounds {
            times.analytic.append(Stopwatch.measure { analytic.run(at: values) }.seconds)
            times.lanes.append(
                Stopwatch.measure {
                    formula.runOnLanes(values, losses: &losses, jacobian: &jacobian)
                }.seconds)
            times.arrays.append(
                Stopwatch.measure { formula.onArrays(Dual.variables(values)) }.seconds)
        }
        let difference = zip(analytic.jacobian, jacobian).reduce(0) { largest, pair in
            max(largest, abs(pair.0 - pair.1) / max(abs(pair.0), 1e-300))
        }
        let seconds = (
            Stopwatch.median(times.analytic), Stopwatch.median(times.lanes),
            Stopwatch.median(times.arrays)
        )
        return [
            id, String(losses.count), Figures.seconds(seconds.0), Figures.seconds(seconds.1),
            Figures.ratio(seconds.1 / seconds.0), Figures.seconds(seconds.2),
            Figures.ratio(seconds.2 / seconds.0), Figures.short(difference),
        ]
    }
}
