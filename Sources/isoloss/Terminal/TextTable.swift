/// A table for people: columns padded to their widest cell, numbers to the right.
package struct TextTable {
    package enum Alignment {
        case left
        case right
    }

    package struct Column {
        package var title: String
        package var alignment: Alignment

        package init(_ title: String, _ alignment: Alignment = .right) {
            self.title = title
            self.alignment = alignment
        }
    }

    package var columns: [Column]
    /// Cells by row; a short row is filled up with empty cells.
    package var rows: [[String]] = []

    package init(_ columns: [Column], rows: [[String]] = []) {
        self.columns = columns
        self.rows = rows
    }

    /// A table without titles, all to the left: names and what goes with them.
    package init(pairs rows: [[String]]) {
        let count = rows.map(\.count).max() ?? 0
        self.init(Array(repeating: Column("", .left), count: count), rows: rows)
    }

    /// The title row, where there are titles, and the rows, without spaces at their ends.
    package var lines: [String] {
        let titles = columns.map(\.title)
        let shown = (titles.allSatisfy(\.isEmpty) ? [] : [titles]) + rows
        let widths = widths(of: shown)
        return shown.map { cells in
            var line = ""
            for (index, column) in columns.enumerated() {
                let cell = index < cells.count ? cells[index] : ""
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                if index > 0 { line += Self.gap }
                line += column.alignment == .left ? cell + padding : padding + cell
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
        let before = widths(of: [columns.map(\.title)] + rows).dropLast()
        let room = width - before.reduce(0) { $0 + $1 + Self.gap.count }
        guard room >= Self.leastRoom else { return lines }
        var wrapped = TextTable(columns)
        for row in rows {
            let cells = row.count == columns.count ? row : row + [""]
            let parts = Self.broken(cells.last ?? "", at: room)
            wrapped.rows.append(cells.dropLast() + [parts[0]])
            let blank = Array(repeating: "", count: columns.count - 1)
            wrapped.rows += parts.dropFirst().map { blank + [$0] }
        }
        return wrapped.lines
    }

    /// Between two columns.
    private static let gap = "  "
    /// With less room than this, broken text reads worse than long lines.
    private static let leastRoom = 20

    private func widths(of rows: [[String]]) -> [Int] {
        columns.indices.map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
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
