import API
import Schedules

/// A predicted curve for people: a plot, and a table short enough for a screen.
struct CurveAnswer: Answer {
    /// Rows of the table in text; csv and json carry every step.
    private static let mostRows = 20

    let payload: CurvePayload
    /// The object as it came from a server; nil for a curve made here.
    var body: [UInt8]?
    /// The law that predicted.
    var law: String
    /// What a run measured, to be drawn as well.
    var measured: MeasuredCurve?

    func json() throws -> [UInt8] {
        try body ?? payload.json()
    }

    var table: TextTableRows { payload.table }

    var warnings: [String] { payload.warnings }

    func text(style: TerminalStyle) -> [String] {
        let schedule = payload.schedule.schedule
        let written = payload.schedule.segments ?? "a list of learning rates"
        var lines = ["\(law) under \(written) (\(schedule.totalSteps) steps)", ""]
        lines += CurvePlot.predicted(payload, measured: measured?.points ?? []).lines(style: style)
        lines += [""] + thinTable.lines
        return lines + warningLines(payload.warnings)
    }

    private var thinTable: TextTable {
        var columns: [TextTable.Column] = [.init("step"), .init("learning rate"), .init("loss")]
        if payload.lower != nil { columns += [.init("lower"), .init("upper")] }
        // Inside the warm-up no law says much, and before any learning nothing.
        let warmup = payload.schedule.schedule.warmupSteps
        let first = payload.steps.indices.first { index in
            payload.steps[index] >= warmup && payload.loss[index].isFinite
        }
        let shown = (first ?? payload.steps.endIndex)..<payload.steps.endIndex
        let rows = EvenPick.roundIndices(of: shown, about: Self.mostRows).map { index in
            [
                String(payload.steps[index]),
                NumberText.significant(payload.learningRate[index], digits: 4),
                NumberText.significant(payload.loss[index], digits: 5),
                NumberText.significant(payload.lower?[index], digits: 5),
                NumberText.significant(payload.upper?[index], digits: 5),
            ].prefix(columns.count).map(\.self)
        }
        return TextTable(columns, rows: rows)
    }
}
