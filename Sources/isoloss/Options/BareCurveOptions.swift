import ArgumentParser
import Laws
import Schedules

/// What a curve file without metadata does not say about its run.
struct BareCurveOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The schedule of runs without one.", valueName: "spec"))
    var schedule: String?

    @Option(
        help: ArgumentHelp(
            "Steps of warm-up before the first logged learning rate.", valueName: "n"))
    var warmup: Int?

    @Option(help: ArgumentHelp("The parameter count of runs without one.", valueName: "n"))
    var parameterCount: Double?

    func validate() throws {
        if let warmup, warmup < 0 {
            throw UsageError.belowMinimum(option: "warmup", value: warmup, minimum: 0).validation
        }
    }

    /// The first of the options that was given, for errors.
    var firstGiven: String? {
        if schedule != nil { return "schedule" }
        if warmup != nil { return "warmup" }
        return parameterCount == nil ? nil : "parameter-count"
    }

    /// Fills in what runs lack.
    ///
    /// - Parameter runs: Runs as they were read.
    /// - Returns: The runs; what they said themselves stands.
    /// - Throws: `UsageError.nothingToFill` when an option changes no run, `ScheduleError`.
    func filling(_ runs: [Run]) throws -> [Run] {
        var runs = runs
        if let schedule {
            let parsed = try LearningRateSchedule(parsing: schedule)
            try fill(
                &runs, option: "schedule", where: { $0.schedule == nil },
                with: { $0.schedule = parsed })
        }
        if let warmup {
            try fill(
                &runs, option: "warmup",
                where: { $0.schedule == nil && $0.statedWarmupSteps == nil },
                with: { $0.statedWarmupSteps = warmup })
        }
        if let parameterCount {
            try fill(
                &runs, option: "parameter-count",
                where: { $0.features[.parameterCount] == nil },
                with: { $0.features[.parameterCount] = parameterCount })
        }
        return runs
    }

    private func fill(
        _ runs: inout [Run], option: String, where lacks: (Run) -> Bool,
        with change: (inout Run) -> Void
    ) throws(UsageError) {
        let lacking = runs.indices.filter { lacks(runs[$0]) }
        guard !lacking.isEmpty else { throw .nothingToFill(option: option) }
        for index in lacking { change(&runs[index]) }
    }
}
