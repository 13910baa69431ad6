/// A header or trailer section while it is read, with the count of what it has cost.
struct FieldSection: Sendable {
    private(set) var fields: [Headers.Field] = []
    private var byteCount = 0

    /// Reads the lines that are there.
    ///
    /// - Parameters:
    ///   - buffer: Where the lines come from.
    ///   - limits: What the section may cost.
    /// - Returns: Whether the empty line at its end has come.
    /// - Throws: The limit or the rule that a line breaks.
    mutating func read(
        from buffer: inout LineBuffer, limits: ParserLimits
    ) throws(ParsingError) -> Bool {
        let tooLarge = ParsingError.headersTooLarge(limit: limits.headerBytes)
        while let line = try buffer.line(
            limit: limits.headerBytes - byteCount, orThrow: tooLarge)
        {
            if line.isEmpty { return true }
            guard fields.count < limits.headerCount else {
                throw .tooManyHeaders(limit: limits.headerCount)
            }
            byteCount += line.count
            fields.append(try FieldLine.parse(line))
        }
        return false
    }
}
