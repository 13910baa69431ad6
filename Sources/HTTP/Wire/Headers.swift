/// Header fields in the order received or given; names compare without case.
package struct Headers: Sendable, Equatable {
    /// One field line: the name as written, the value without surrounding blanks.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var fields: [Field]

    package init(_ fields: [Field] = []) {
        self.fields = fields
    }

    /// The first value of `name`; setting replaces every value, setting nil removes them.
    package subscript(name: String) -> String? {
        get { fields.first { ASCII.equalIgnoringCase($0.name, name) }?.value }
        set {
            fields.removeAll { ASCII.equalIgnoringCase($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    /// Every value of `name`, in order.
    package func values(for name: String) -> [String] {
        fields.compactMap { ASCII.equalIgnoringCase($0.name, name) ? $0.value : nil }
    }

    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The members of a comma-separated list field, over all its lines, in lower case (ASCII's).
    ///
    /// Right for lists of tokens (`Connection`, `Transfer-Encoding`); wrong where a member may
    /// be a quoted string.
    package func tokens(for name: String) -> [String] {
        values(for: name).flatMap { value in
            value.split(separator: ",", omittingEmptySubsequences: true)
                .map { ASCII.lowercased(ASCII.trimmed($0)) }
        }
    }
}

extension Headers: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { Field(name: $0.0, value: $0.1) })
    }
}

/// A header or trailer section while it is read, with the count of what it has cost.
struct FieldSection: Sendable {
    private(set) var fields: [Headers.Field] = []
    private var byteCount = 0

    /// An estimate of the memory that the fields take.
    var heldBytes: Int { byteCount + fields.count * 64 }

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
