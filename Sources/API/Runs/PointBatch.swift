import Imports
import JSONText
import Schedules
import Store

/// The points of one upload, read from whatever format it came in.
struct PointBatch {
    private(set) var faults = ValidationErrors()
    private(set) var points: [PointRecord] = []
    /// Where the first point stands in the body: `/points` in an object, nothing in lines.
    private var list = ""
    /// What the answer says about columns, where they were guessed.
    private(set) var taken: [JSONValue.Member] = []

    /// Reads a body.
    ///
    /// - Parameter body: JSON with a member `points`, or one point per line.
    /// - Throws: `JSONSyntaxError` and `HTTPError` for what cannot be read; bad values are in
    ///   `faults`.
    init(_ body: RequestBody) throws {
        switch body.format {
        case .json: readObject(try body.json())
        case .ndjson:
            let lines = try body.jsonLines()
            var reader = PointReader(lines.map(\.value))
            for (index, line) in lines.enumerated() {
                reader.read(line.value, at: "/\(index)", line: line.line)
            }
            take(reader)
        case .csv, .tsv: try readTable(body)
        }
    }

    private mutating func readObject(_ value: JSONValue) {
        var object = ObjectReader(value)
        let list = object.take("points")
        object.finish()
        var values: [JSONValue] = []
        if case .array(let elements) = list { values = elements }
        var reader = PointReader(values)
        reader.faults = object.faults
        self.list = "/points"
        switch list {
        case .array:
            for (index, value) in values.enumerated() { reader.read(value, at: "/points/\(index)") }
        case .some(let value):
            reader.faults.add("/points", "points = \(value.excerpt), must be a list of points.")
        case nil:
            if case .object = value {
                reader.faults.add(
                    "/points", "points is missing; send {\"points\":[{\"step\":0,\"loss\":3.2}]}.")
            }
        }
        take(reader)
    }

    private mutating func readTable(_ body: RequestBody) throws {
        let curve = try RunFileReader.readCurve(
            bytes: body.bytes, name: "body", format: body.format == .csv ? .csv : .tsv,
            limit: body.limit)
        points = curve.points.map { point in
            PointRecord(
                step: point.step, loss: point.loss, learningRate: point.learningRate,
                tokenCount: point.tokenCount, series: point.series)
        }
        note(curve.notes)
    }

    /// Refuses steps after the end of the run's schedule.
    ///
    /// A point at S, logged after the last update, is in order.
    ///
    /// - Parameter run: The run that the points are for.
    mutating func check(against run: RunRecord) {
        guard faults.count == 0, let text = run.schedule,
            let schedule = try? LearningRateSchedule(parsing: text)
        else { return }
        for (index, point) in points.enumerated() where point.step > schedule.totalSteps {
            faults.add(
                "\(list)/\(index)/step",
                "step = \(point.step) lies beyond the run's schedule, which ends after "
                    + "\(schedule.totalSteps) steps; correct the schedule or the step.")
        }
    }

    private mutating func take(_ reader: PointReader) {
        faults = reader.faults
        points = reader.points
        note(reader.notes)
    }

    private mutating func note(_ notes: [ColumnNote]) {
        guard !notes.isEmpty else { return }
        taken = [.init("notes", .array(notes.map { .string($0.message) }))]
    }
}
