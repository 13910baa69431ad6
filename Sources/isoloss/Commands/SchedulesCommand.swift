import ArgumentParser
import Fitting
import Imports
import Schedules

/// `isoloss schedules`: the schedule language in pictures.
struct SchedulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract: "Draw the segments and named schedules, or any schedule.",
        discussion: """
            The whole language, one entry of it, or a schedule with its segments written out:

              isoloss schedules cosine
              isoloss schedules warmup:2160@3e-4,hold:17840,exp:4000@3e-5
              isoloss schedules 'wsd(peak=3e-4,steps=24000,warmup=2160,decay=4000)'
              isoloss schedules from:constant@2000,sqrt:500@0 sample-runs
            """)

    @Argument(help: "A schedule, or the name of a segment or schedule.")
    var specification: String?

    @Argument(
        help: ArgumentHelp(
            "Study folders or curves with the runs that a schedule continues.", valueName: "path"))
    var paths: [String] = []

    @OptionGroup var output: OutputOptions

    func run() throws {
        guard let specification else { return try output.print(ScheduleListAnswer.all) }
        if let entries = ScheduleListAnswer(named: specification) {
            return try output.print(entries)
        }
        let source = paths.isEmpty ? nil : try RunFileSource.load(paths)
        output.note(source?.notes ?? [])
        let schedule = try LearningRateSchedule(
            parsing: specification, runs: source.map { ScheduledRuns($0.runs) })
        try output.print(ScheduleAnswer(schedule: schedule))
    }
}
