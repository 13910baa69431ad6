import API
import JSONText
import Plots
import Schedules

/// One schedule drawn, with its segments written out and its size.
struct ScheduleAnswer: Answer {
    /// The object of `--format json`.
    private struct Payload: Encodable {
        let schedule: ScheduleEcho
        let totalSteps: Int
        let warmupSteps: Int
        let peakLearningRate: Double
        let finalLearningRate: Double
        let forwardArea: Double
        let warnings: [String]

        private enum CodingKeys: String, CodingKey {
            case schedule
            case totalSteps = "total_steps"
            case warmupSteps = "warmup_steps"
            case peakLearningRate = "peak_learning_rate"
            case finalLearningRate = "final_learning_rate"
            case forwardArea = "forward_area"
            case warnings
        }
    }

    let schedule: LearningRateSchedule

    /// S1 of the last step, in LR·steps.
    private var forwardArea: Double {
        ScheduleAreas(schedule).forwardArea(at: [schedule.totalSteps - 1])[0]
    }

    func json() throws -> [UInt8] {
        try JSONCoding.encode(
            Payload(
                schedule: ScheduleEcho(schedule), totalSteps: schedule.totalSteps,
                warmupSteps: schedule.warmupSteps, peakLearningRate: schedule.peakLearningRate,
                finalLearningRate: schedule.finalLearningRate, forwardArea: forwardArea,
                warnings: schedule.warnings))
    }

    var warnings: [String] { schedule.warnings }

    /// The learning rate along the schedule.
    var table: TextTableRows {
        let spacing = CurveSteps.standardSpacing(totalSteps: schedule.totalSteps)
        let last = schedule.totalSteps - 1
        var steps = Array(stride(from: 0, through: last, by: spacing))
        if steps.last != last { steps.append(last) }
        return TextTableRows(
            header: ["step", "learning_rate"],
            rows: steps.map { [.integer($0), .number(schedule.learningRate(at: $0))] })
    }

    func text(style: TerminalStyle) -> [String] {
        var lines = [ScheduleEcho(schedule).segments ?? "a list of learning rates", ""]
        lines += SchedulePlot.plot(of: schedule, height: 10).lines(style: style)
        let facts = [
            ["total steps", String(schedule.totalSteps)],
            ["warm-up steps", String(schedule.warmupSteps)],
            ["peak learning rate", NumberText.significant(schedule.peakLearningRate)],
            ["final learning rate", NumberText.significant(schedule.finalLearningRate)],
            ["forward area S1", NumberText.significant(forwardArea)],
        ]
        lines += TextTable(pairs: facts).lines
        return lines + warningLines(schedule.warnings)
    }
}

/// Learning rates as a plot.
enum SchedulePlot {
    /// Enough samples for every dot of the widest plot.
    private static let samples = 480

    static func plot(of schedule: LearningRateSchedule, height: Int) -> LinePlot {
        let count = min(schedule.totalSteps, samples)
        let points = EvenPick.indices(of: schedule.totalSteps + 1, atMost: count + 1).map { step in
            LinePlot.Point(x: Double(step), y: schedule.learningRate(at: step))
        }
        return LinePlot(
            xLabel: "step", yLabel: "learning rate",
            series: [.init(name: "schedule", points: points)],
            yRange: 0...max(schedule.peakLearningRate, .leastNormalMagnitude), height: height)
    }
}
