package import JSONText

/// Rows under named columns: as CSV or NDJSON for programs, padded for people.
///
/// ```swift
/// let table = Table(header: ["step", "loss"], rows: [[.count(0), .number(3.25)], [.count(1), .empty]])
/// table.csv    // step,loss / 0,3.25 / 1,
/// table.lines  // step  loss / 0  3.25 / 1
/// ```
package struct Table: Sendable, Equatable {
    package enum Cell: Sendable, Equatable {
        case text(String)
        case count(Int)
        /// A number and how many significant digits people want of it; programs get all of them.
        case number(Double, digits: Int)
        case flag(Bool)
        case empty

        /// A number that may be missing.
        package static func number(_ value: Double?, digits: Int = 6) -> Cell {
            value.map { .number($0, digits: digits) } ?? .empty
        }

        /// A text that may be missing.
        package static func text(_ value: String?) -> Cell {
            value.map { Cell.text($0) } ?? .empty
        }

        /// A count that may be missing.
        package static func count(_ value: Int?) -> Cell {
            value.map { Cell.count($0) } ?? .empty
        }
    }

    package enum Alignment: Sendable {
        case left
        case right
    }

    package struct Column: Sendable, Equatable {
        package var title: String
        /// Nil aligns texts to the left and all else to the right.
        package var alignment: Alignment?

        package init(_ title: String, _ alignment: Alignment? = nil) {
            self.title = title
            self.alignment = alignment
        }
    }

    package var columns: [Column]
    /// Cells by row; a short row is filled up with empty cells.
    package var rows: [[Cell]]

    package init(_ columns: [Column], rows: [[Cell]] = []) {
        self.columns = columns
        self.rows = rows
    }

    /// A table with columns that align by what is in them.
    package init(header: [String], rows: [[Cell]]) {
        self.init(header.map { Column($0) }, rows: rows)
    }

    /// A table of texts; columns are aligned to the right unless they say otherwise.
    package init(_ columns: [Column], texts rows: [[String]]) {
        self.init(
            columns.map { Column($0.title, $0.alignment ?? .right) },
            rows: rows.map { $0.map(Cell.text) })
    }

    /// A table without titles, all to the left: names and what goes with them.
    package init(pairs rows: [[String]]) {
        let count = rows.map(\.count).max() ?? 0
        self.init(Array(repeating: Column("", .left), count: count), texts: rows)
    }

    package var header: [String] { columns.map(\.title) }

    // MARK: Programs

    /// CSV (RFC 4180, lines ending in LF): missing values and numbers that are not finite are empty.
    package var csv: [UInt8] {
        var text = header.map(Self.quoted).joined(separator: ",") + "\n"
        for row in rows {
            text += row.map { Self.quoted($0.exact) }.joined(separator: ",") + "\n"
        }
        return Array(text.utf8)
    }

    /// NDJSON: an object per row, without the members that are missing.
    package var ndjson: [UInt8] {
        var bytes: [UInt8] = []
        for row in rows {
            let members = zip(columns, row).filter { $0.1 != .empty }.map {
                JSONValue.Member($0.title, $1.json)
            }
            bytes += JSONWriter.bytes(of: .object(members))
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// A root-level array of flat objects, missing values as null, as dashboards read it.
    package var json: JSONValue {
        .array(
            rows.map { row in
                .object(zip(columns, row).map { .init($0.title, $1.json) })
            })
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    // MARK: People

    /// The title row, where there are titles, and the rows, without spaces at their ends.
    package var lines: [String] {
        let shown = shown
        let texts = (shown.header.allSatisfy(\.isEmpty) ? [] : [shown.header]) + shown.rows
        let widths = shown.widths(of: texts)
        return texts.map { cells in
            var line = ""
            for (index, alignment) in shown.alignments.enumerated() {
                let cell = index < cells.count ? cells[index] : ""
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                if index > 0 { line += Self.gap }
                line += alignment == .left ? cell + padding : padding + cell
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// The same with the last column broken at words, so that lines fit a terminal.
    ///
    /// - Parameter width: Columns of a line; words longer than what is left of it stay whole.
    /// - Returns: The lines.
    package func lines(width: Int) -> [String] {
        let shown = shown
        let before = shown.widths(of: [shown.header] + shown.rows).dropLast()
        let room = width - before.reduce(0) { $0 + $1 + Self.gap.count }
        guard room >= Self.leastRoom else { return lines }
        let columns = zip(shown.header, shown.alignments).map { Column($0, $1) }
        var wrapped = Table(columns)
        for row in shown.rows {
            let cells = row.count == columns.count ? row : row + [""]
            let parts = Self.broken(cells.last ?? "", at: room)
            wrapped.rows.append((cells.dropLast() + [parts[0]]).map(Cell.text))
            let blank = Array(repeating: Cell.empty, count: columns.count - 1)
            wrapped.rows += parts.dropFirst().map { blank + [.text($0)] }
        }
        return wrapped.lines
    }

    /// The space between two columns.
    private static let gap = "  "
    /// With less room than this, broken text reads worse than long lines.
    private static let leastRoom = 20

    /// The table as texts, none of which can move the cursor.
    private struct Shown {
        var header: [String]
        var alignments: [Alignment]
        var rows: [[String]]

        func widths(of rows: [[String]]) -> [Int] {
            alignments.indices.map { column in
                rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
            }
        }
    }

    private var shown: Shown {
        let alignments = columns.indices.map { index in
            columns[index].alignment
                ?? (rows.contains { index < $0.count && $0[index].isText } ? .left : .right)
        }
        return Shown(
            header: header.map { VisibleText.escaped($0) }, alignments: alignments,
            rows: rows.map { $0.map(\.rounded) })
    }

    private static func broken(_ text: String, at width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return lines + [line]
    }
}

extension Table.Cell {
    fileprivate var isText: Bool {
        if case .text = self { true } else { false }
    }

    /// The value with every digit, for programs; empty where there is none.
    fileprivate var exact: String {
        switch self {
        case .text(let text): text
        case .number(let value, _) where !value.isFinite: ""
        case .count, .number, .flag: JSONWriter.text(of: json)
        case .empty: ""
        }
    }

    /// The value for people.
    fileprivate var rounded: String {
        switch self {
        case .text(let text): VisibleText.escaped(text)
        case .count(let count): String(count)
        case .number(let value, let digits): NumberFormat.significant(value, digits: digits)
        case .flag(let flag): flag ? "yes" : "no"
        case .empty: ""
        }
    }

    fileprivate var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .count(let count): .integer(count)
        case .number(let value, _): .number(value)
        case .flag(let flag): .bool(flag)
        case .empty: .null
        }
    }
}
