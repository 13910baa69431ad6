/// A grid of dots that prints as braille characters: two columns and four rows of dots per cell.
///
/// Source: Unicode chapter 21.1, braille patterns U+2800 to U+28FF; bit order of `dotBits`.
package struct DotCanvas {
    static let dotColumns = 2
    static let dotRows = 4
    /// The bit of each dot, by row and then column.
    private static let dotBits: [[UInt8]] = [
        [0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80],
    ]

    /// Cells across.
    package let width: Int
    /// Cells down.
    package let height: Int
    private var cells: [UInt8]

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
        cells = Array(repeating: 0, count: width * height)
    }

    /// Sets a dot, counted from the top left; one outside the canvas is left out.
    package mutating func set(column: Int, row: Int) {
        let (cellColumn, cellRow) = (column / Self.dotColumns, row / Self.dotRows)
        guard column >= 0, row >= 0, cellColumn < width, cellRow < height else { return }
        cells[cellRow * width + cellColumn] |=
            Self.dotBits[row % Self.dotRows][column % Self.dotColumns]
    }

    /// Draws a straight line between two dots.
    package mutating func line(from start: (column: Int, row: Int), to end: (column: Int, row: Int))
    {
        let (width, height) = (end.column - start.column, end.row - start.row)
        let steps = max(abs(width), abs(height), 1)
        for step in 0...steps {
            let fraction = Double(step) / Double(steps)
            set(
                column: start.column + Int((fraction * Double(width)).rounded()),
                row: start.row + Int((fraction * Double(height)).rounded()))
        }
    }

    /// The character of a cell, or nil for an empty one.
    ///
    /// - Parameters:
    ///   - column: The cell's column, from the left.
    ///   - row: The cell's row, from the top.
    ///   - isUnicode: Whether braille can be shown; else a star stands for any dot.
    /// - Returns: The character, or nil.
    package func character(column: Int, row: Int, isUnicode: Bool) -> Character? {
        let bits = cells[row * width + column]
        guard bits != 0 else { return nil }
        guard isUnicode else { return "*" }
        return Unicode.Scalar(0x2800 + UInt32(bits)).map(Character.init)
    }
}
