/// The formats of run files.
package enum RunFileFormat: String, CaseIterable, Sendable {
    case csv
    case tsv
    case ndjson
    case json

    /// The format that a file's name shows, `.gz` aside; nil if it shows none.
    package init?(fileName: String) {
        var parts = fileName.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        if parts.last == "gz" { parts.removeLast() }
        guard parts.count > 1, let last = parts.last else { return nil }
        switch last {
        case "csv": self = .csv
        case "tsv", "tab": self = .tsv
        case "ndjson", "jsonl": self = .ndjson
        case "json": self = .json
        default: return nil
        }
    }

    /// The format that the text shows: JSON begins with a bracket or a brace, a header line of TSV
    /// has a tab and no comma.
    init(sniffing bytes: [UInt8]) {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let text = bytes[start...].drop { $0.isBlank || $0.isLineEnd }
        let line = text.prefix { !$0.isLineEnd }
        switch text.first {
        case UInt8(ascii: "["):
            self = .json
        case UInt8(ascii: "{"):
            // A whole object on the first line and more after it: one object per line.
            let isWhole = line.last { !$0.isBlank } == UInt8(ascii: "}")
            let hasMore = text[line.endIndex...].contains { !$0.isBlank && !$0.isLineEnd }
            self = isWhole && hasMore ? .ndjson : .json
        default:
            self = line.contains(.tab) && !line.contains(.comma) ? .tsv : .csv
        }
    }
}
