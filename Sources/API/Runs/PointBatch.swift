import JSONText
import RunFiles
import Store

/// The points of one upload, read from whatever format it came in.
struct PointBatch {
    private(set) var faults = FieldFaults()
    private(set) var points: [PointRecord] = []
    /// What the answer says about columns, where they were guessed.
    private(set) var taken: [JSONValue.Member] = []

    /// Reads a body.
    ///
    /// - Parameter body: JSON with a member `points`, or one point per line.
    /// - Throws: `JSONSyntaxError` and `HTTPFault` for what cannot be read; bad values are in
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
