/// One line of a header or trailer section (RFC 9112, section 5).
enum FieldLine {
    /// The field on a line without its line end.
    ///
    /// A blank before the colon and a folded line are refused: proxies have read both in
    /// different ways, which is how requests are smuggled past them.
    static func parse(_ line: ArraySlice<UInt8>) throws(ParsingError) -> Headers.Field {
        guard let start = line.first else { throw .malformedHeader }
        guard !ASCII.isBlank(start) else { throw .foldedHeader }
        guard let colon = line.firstIndex(of: ASCII.colon), colon > line.startIndex,
            line[..<colon].allSatisfy(ASCII.isTokenCharacter)
        else { throw .malformedHeader }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        var value = line[(colon + 1)...]
        while let byte = value.first, ASCII.isBlank(byte) { value.removeFirst() }
        while let byte = value.last, ASCII.isBlank(byte) { value.removeLast() }
        guard value.allSatisfy(ASCII.isFieldCharacter) else {
            throw .malformedHeaderValue(name: name)
        }
        return Headers.Field(name: name, value: String(decoding: value, as: UTF8.self))
    }
}
