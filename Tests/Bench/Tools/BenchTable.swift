/// Rows of text under a header, in columns as wide as their widest cell.
struct BenchTable {
    private var rows: [[String]]

    init(_ header: [String]) {
        rows = [header]
    }

    mutating func add(_ row: [String]) {
        rows.append(row)
    }

    /// The header, a line beneath it, and the rows; the first column is aligned left.
    var lines: [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        var lines = rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }
            return cells.joined(separator: "  ")
        }
        let width = widths.reduce(0, +) + 2 * max(0, count - 1)
        lines.insert(String(repeating: "-", count: width), at: 1)
        return lines
    }

    func print() {
        for line in lines { Swift.print(line) }
    }
}
