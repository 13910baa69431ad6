/// The line before a chunk: its size in hexadecimal and extensions, which are skipped
/// (RFC 9112, section 7.1).
enum ChunkLine {
    /// The chunk's size in bytes; nil when it is beyond any limit.
    static func size(_ line: ArraySlice<UInt8>) throws(ParsingError) -> Int? {
        var size = 0
        var overflows = false
        var index = line.startIndex
        while index < line.endIndex, let digit = ASCII.hexValue(line[index]) {
            // 4 bits at a time; the top 8 must be free or the shift would lose some.
            if size >> 55 != 0 { overflows = true }
            if !overflows { size = size << 4 | Int(digit) }
            index += 1
        }
        guard index > line.startIndex else { throw .malformedChunk }
        var rest = line[index...]
        while let byte = rest.first, ASCII.isBlank(byte) { rest.removeFirst() }
        // A blank is allowed only before an extension.
        guard rest.isEmpty ? index == line.endIndex : rest.first == ASCII.semicolon,
            rest.allSatisfy(ASCII.isFieldCharacter)
        else { throw .malformedChunk }
        return overflows ? nil : size
    }
}
