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
        let widths = columns.indices.map { column in
            shown.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return shown.map { cells in
            var line = ""
            for (index, column) in columns.enumerated() {
                let cell = index < cells.count ? cells[index] : ""
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                if index > 0 { line += "  " }
                line += column.alignment == .left ? cell + padding : padding + cell
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
