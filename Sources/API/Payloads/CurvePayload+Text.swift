import Fitting
import JSONText

extension CurvePayload {
    /// The curve as JSON.
    ///
    /// - Returns: UTF-8.
    /// - Throws: `EncodingError`, which no valid schedule makes.
    package func json() throws -> [UInt8] {
        var writer = JSONWriter(capacity: 64 * steps.count + 512)
        let listed = try schedule.segments == nil ? JSONCoding.encode(schedule) : []
        writer.object { writer in
            func key(_ key: CodingKeys) { writer.name(key.rawValue) }
            key(.schedule)
            if let segments = schedule.segments {
                writer.write(segments)
            } else {
                writer.raw(listed)
            }
            key(.every)
            writer.write(every)
            key(.steps)
            writer.write(steps)
            key(.loss)
            writer.write(loss)
            if let lower, let upper {
                key(.lower)
                writer.write(lower)
                key(.upper)
                writer.write(upper)
            }
            key(.learningRate)
            writer.write(learningRate)
            if let interval, let intervalOf {
                key(.interval)
                writer.write(interval)
                key(.intervalOf)
                writer.write(intervalOf.rawValue)
            }
            key(.warnings)
            writer.array { writer in
                for warning in warnings { writer.write(warning) }
            }
        }
        return writer.bytes
    }

    /// The curve as rows of a table, the header first; an empty cell where a loss is not finite.
    package var table: TextTableRows {
        var header = ["step", "loss"]
        if lower != nil { header += ["lower", "upper"] }
        header.append("learning_rate")
        let rows = steps.indices.map { index -> [JSONValue] in
            var row: [JSONValue] = [.integer(steps[index]), .number(loss[index])]
            if let lower, let upper { row += [.number(lower[index]), .number(upper[index])] }
            return row + [.number(learningRate[index])]
        }
        return TextTableRows(header: header, rows: rows)
    }
}
