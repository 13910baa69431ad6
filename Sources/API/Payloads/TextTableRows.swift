package import JSONText

/// Rows under named columns, to be written as CSV or as one JSON object per line.
package struct TextTableRows: Sendable, Equatable {
    package var header: [String]
    /// One value per column; null where there is none.
    package var rows: [[JSONValue]]

    package init(header: [String], rows: [[JSONValue]]) {
        self.header = header
        self.rows = rows
    }

    /// CSV (RFC 4180, lines ending in LF): null and numbers that are not finite are empty cells.
    package var csv: [UInt8] {
        var text = header.map(Self.cell).joined(separator: ",") + "\n"
        for row in rows {
            text += row.map(Self.cell).joined(separator: ",") + "\n"
        }
        return Array(text.utf8)
    }

    /// NDJSON: an object per row, without the members that are null.
    package var ndjson: [UInt8] {
        var bytes: [UInt8] = []
        for row in rows {
            let members = zip(header, row).filter { $0.1 != .null }.map(JSONValue.Member.init)
            bytes += JSONWriter.bytes(of: .object(members))
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private static func cell(_ value: JSONValue) -> String {
        switch value {
        case .null: return ""
        case .number(let number) where !number.isFinite: return ""
        case .string(let text): return cell(text)
        case .array, .object: return cell(JSONWriter.text(of: value))
        default: return JSONWriter.text(of: value)
        }
    }

    private static func cell(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
