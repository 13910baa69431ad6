import ArgumentParser
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
            """)

    @Argument(help: "A schedule, or the name of a segment or schedule.")
    var specification: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        guard let specification else {
            return try output.print(
                ScheduleListAnswer(
                    segments: ScheduleCatalog.segments, named: ScheduleCatalog.named))
        }
        let segments = ScheduleCatalog.segments.filter { $0.name == specification }
        let named = ScheduleCatalog.named.filter { $0.name == specification }
        guard segments.isEmpty, named.isEmpty else {
            return try output.print(ScheduleListAnswer(segments: segments, named: named))
        }
        try output.print(ScheduleAnswer(schedule: LearningRateSchedule(parsing: specification)))
    }
}
