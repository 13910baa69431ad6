import Imports
import JSONText
import Records
import Schedules
import Store

/// The points of one upload, read from whatever format it came in.
struct PointBatch {
    private(set) var faults = ValidationErrors()
    private(set) var points: [Point] = []
    /// True when everything from the first step on is dropped before.
    private(set) var rewinds = false
    /// The JSON pointer of each point; nil for a table, where rows follow each other.
    private var pointers: [String]?
    /// The answer's words about columns that were guessed.
    private(set) var taken: [JSONValue.Member] = []

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: JSON with a member `points`, or one point per line.
    ///   - skips: Whether rows that break a rule are left out, and not the whole batch.
    /// - Throws: `JSONSyntaxError`, `HTTPError` and `RunFileError` for what cannot be read; bad
    ///   values are in `faults`.
    init(_ body: RequestBody, skips: Bool) throws {
        switch body.format {
        case .json: try readObject(try body.json(), body.budget)
        case .ndjson:
            let lines = try body.jsonLines()
            var reader = try PointReader(lines.map(\.value), budget: body.budget)
            for (index, line) in lines.enumerated() {
                reader.read(line.value, at: "/\(index)", line: line.line)
            }
            take(reader)
        case .csv, .tsv: try readTable(body, skips: skips)
        }
    }

    private mutating func readObject(_ value: JSONValue, _ budget: WorkBudget) throws {
        var object = ObjectReader(value)
        let list = object.take("points")
        if let flag = object.take("rewind") {
            if case .bool(let rewinds) = flag {
                self.rewinds = rewinds
            } else {
                object.refuse("rewind", flag, "must be true or false")
            }
        }
        object.finish()
        var values: [JSONValue] = []
        if case .array(let elements) = list { values = elements }
        var reader = try PointReader(values, budget: budget)
        reader.faults = object.faults
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

    private mutating func readTable(_ body: RequestBody, skips: Bool) throws {
        try body.checkColumns()
        let curve = try RunFileReader.readCurve(
            bytes: body.bytes, name: "body", format: body.format == .csv ? .csv : .tsv,
            limit: body.limit, skipsBadRows: skips)
        points = curve.points
        for fault in curve.refused {
            faults.add(FaultMapping.pointer(of: fault), fault.sentence)
        }
        note(curve.notes)
    }

    /// Takes out the points that have no place in the run: steps after the end of its schedule.
    ///
    /// A point at S, logged after the last update, is in order.
    ///
    /// - Parameter totalSteps: The length of the run's schedule, where it has one.
    mutating func check(totalSteps: Int?) {
        if let step = points.onlyStep, points.count > 2 {
            faults.add(
                pointer(of: 1) + "/step",
                "all \(points.count) points have step \(step), so that each would replace the one "
                    + "before; send each with its own step (isoloss import --step-from row counts "
                    + "the rows of a file).")
            points = []
        }
        guard let totalSteps else { return }
        var kept: [Point] = []
        kept.reserveCapacity(points.count)
        for (index, point) in points.enumerated() {
            guard point.step > totalSteps else {
                kept.append(point)
                continue
            }
            faults.add(
                pointer(of: index) + "/step",
                "step = \(point.step) lies beyond the run's schedule, which ends after "
                    + "\(totalSteps) steps; correct the schedule or the step.")
        }
        points = kept
    }

    private func pointer(of index: Int) -> String { pointers?[index] ?? "/\(index)" }

    private mutating func take(_ reader: PointReader) {
        faults = reader.faults
        points = reader.points
        pointers = reader.pointers
        note(reader.notes)
    }

    private mutating func note(_ notes: [ColumnNote]) {
        guard !notes.isEmpty else { return }
        taken = [.init("notes", .array(notes.map { .string($0.message) }))]
    }
}
