import Foundation
import Schedules
import TestSupport

/// Runs made from a law with known parameters and seeded noise.
enum SyntheticStudy {
    /// The curves' law: LR annealing, changes of rate counted from the end of the warm-up.
    static let irreducibleLoss = 2.0
    static let areaCoefficient = 0.6
    static let areaExponent = 0.5
    static let annealingCoefficient = 0.7
    static let annealingDecay = 0.995

    /// The table's law: Chinchilla.
    static let tableExponents = (parameters: 0.35, tokens: 0.37)

    private static let seed: UInt64 = 7
    private static let spacing = 20

    static let schedules: [(id: String, role: String, schedule: String)] = [
        ("constant", "train", "warmup:100@3e-3,hold:1100"),
        ("cosine", "train", "warmup:100@3e-3,cosine:1100@3e-4"),
        ("wsd", "test", "warmup:100@3e-3,hold:800,linear:300@3e-4"),
        ("stage", "test", "warmup:100@3e-3,hold:500,step@1e-3,hold:600"),
    ]

    /// Writes a study folder: `runs.json` and a curve file per run.
    static func write(to folder: TemporaryFolder, named name: String = "study") throws {
        var entries: [String] = []
        for (index, run) in schedules.enumerated() {
            entries.append(
                """
                {"id":"\(run.id)","file":"\(run.id).csv","parameter_count":1000000,\
                "schedule":"\(run.schedule)","role":"\(run.role)"}
                """)
            try folder.write(
                "\(name)/\(run.id).csv",
                try curve(under: run.schedule, seed: seed + UInt64(index)))
        }
        try folder.write(
            "\(name)/runs.json",
            "{\"study\":\"synthetic\",\"runs\":[\(entries.joined(separator: ",\n"))]}")
    }

    /// A curve as CSV with steps, learning rates and losses.
    static func curve(under text: String, seed: UInt64) throws -> String {
        let schedule = try LearningRateSchedule(parsing: text)
        let rates = schedule.learningRates(through: schedule.totalSteps - 1)
        var generator = SeededGenerator(seed: seed)
        var lines = ["step,lr,loss"]
        var (area, momentum, annealing) = (0.0, 0.0, 0.0)
        for (step, rate) in rates.enumerated() {
            area += rate
            if step > schedule.warmupSteps {
                momentum = annealingDecay * momentum + rates[step - 1] - rate
                annealing += momentum
            }
            guard step >= schedule.warmupSteps, step.isMultiple(of: spacing) else { continue }
            let loss =
                irreducibleLoss + areaCoefficient * pow(area, -areaExponent)
                - annealingCoefficient * annealing
            lines.append("\(step),\(rate),\(loss * exp(noise(0.0005, &generator)))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A table of finished runs as CSV: six sizes by six numbers of tokens.
    static func table() -> String {
        var generator = SeededGenerator(seed: seed)
        var lines = ["id,N,D,loss"]
        for size in 0..<6 {
            for tokens in 0..<6 {
                let (count, tokenCount) = (1e7 * pow(4, Double(size)), 1e9 * pow(3, Double(tokens)))
                let loss =
                    1.8 + 480 * pow(count, -tableExponents.parameters)
                    + 2_100 * pow(tokenCount, -tableExponents.tokens)
                let noisy = loss * exp(noise(0.001, &generator))
                lines.append("run-\(size)-\(tokens),\(count),\(tokenCount),\(noisy)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Evenly spread about 0, with a standard deviation.
    private static func noise(_ deviation: Double, _ generator: inout SeededGenerator) -> Double {
        let width = deviation * 3.0.squareRoot()
        return Double.random(in: -width...width, using: &generator)
    }
}

/// Fits that several tests look at, each made once.
final class FittedStudy: Sendable {
    let folder: TemporaryFolder
    let program: Program
    /// What `isoloss fit` printed for the curves.
    let curveFit: Program.Outcome

    private init() throws {
        folder = try TemporaryFolder()
        program = Program(folder: folder)
        try SyntheticStudy.write(to: folder)
        try folder.write("table.csv", SyntheticStudy.table())
        curveFit = try program("fit --law lr-annealing study --output fit.json")
        _ = try program("fit --law chinchilla table.csv --output table.json")
    }

    static let shared: Result<FittedStudy, any Error> = {
        // What is shared is never let go of; its folder goes with the process.
        atexit { if let study = try? FittedStudy.shared.get() { study.folder.remove() } }
        return Result { try FittedStudy() }
    }()
}
