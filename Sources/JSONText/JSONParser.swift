/// Reads JSON text (RFC 8259) into a tree; of two members of one name it takes neither.
///
/// Foundation reads JSON too, but says of a fault at most "around character 12", stops at the first
/// bad field, cannot say that a member is unknown or repeated, and is slower. Measured on bodies of
/// 100,000 points with all their digits, in CPU time: `JSONDecoder` takes 3.5 times as long into a
/// type made for them and 5 times with a point per line; `JSONSerialization` 11 and 7 times, and
/// returns two points in three with a number that is not the double that was written.
/// `isoloss-bench json` measures it.
package struct JSONParser {
    /// Levels of arrays and objects; a bound on the stack.
    package static let maximumDepth = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private let maximumValues: Int
    /// Values that may still come.
    private var remainingValues: Int

    /// Reads a whole text.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8, one value with nothing after it.
    ///   - maximumValues: The most values, of arrays and objects too; a tree takes up to a hundred
    ///     times the memory of its text, and this bounds it.
    /// - Returns: The value.
    /// - Throws: `JSONSyntaxError` with the place.
    package static func parse(
        _ bytes: [UInt8], maximumValues: Int = .max
    ) throws(JSONSyntaxError) -> JSONValue {
        var remaining = maximumValues
        return try parse(bytes[...], maximumValues: maximumValues, remaining: &remaining)
    }

    /// Reads a whole text.
    ///
    /// - Parameter bytes: UTF-8, one value with nothing after it.
    /// - Returns: The value.
    /// - Throws: `JSONSyntaxError` with the place, counted within the slice.
    package static func parse(_ bytes: ArraySlice<UInt8>) throws(JSONSyntaxError) -> JSONValue {
        var remaining = Int.max
        return try parse(bytes, maximumValues: .max, remaining: &remaining)
    }

    /// Reads one of several texts that share a limit of values.
    static func parse(
        _ bytes: ArraySlice<UInt8>, maximumValues: Int, remaining: inout Int
    ) throws(JSONSyntaxError) -> JSONValue {
        let result = bytes.withUnsafeBufferPointer { buffer in
            Result { () throws(JSONSyntaxError) in
                var parser = JSONParser(
                    bytes: buffer, maximumValues: maximumValues, remaining: remaining)
                defer { remaining = parser.remainingValues }
                return try parser.document()
            }
        }
        return try result.get()
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, maximumValues: Int, remaining: Int) {
        self.bytes = bytes
        self.maximumValues = maximumValues
        remainingValues = remaining
    }

    private mutating func document() throws(JSONSyntaxError) -> JSONValue {
        // A byte order mark may be ignored (section 8.1), and some editors write one.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        skipBlanks()
        guard position < bytes.count else { throw fault(.empty) }
        let value = try value(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw unexpected("the end") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth <= Self.maximumDepth else {
            throw fault(.tooDeep(limit: Self.maximumDepth))
        }
        guard position < bytes.count else { throw fault(.cutOff) }
        guard remainingValues > 0 else { throw fault(.tooManyValues(limit: maximumValues)) }
        remainingValues -= 1
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: return try word()
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        var members: [JSONValue.Member] = []
        var names = Set<String>()
        position += 1
        skipBlanks()
        if take("}") { return .object([]) }
        while true {
            skipBlanks()
            let start = position
            guard position < bytes.count else { throw fault(.cutOff) }
            guard bytes[position] == UInt8(ascii: "\"") else {
                throw unexpected("a name in double quotes")
            }
            let name = try string()
            // A set only pays where there are many members.
            let isRepeated =
                members.count < 16
                ? members.contains { $0.name == name }
                : {
                    if names.isEmpty { names = Set(members.map(\.name)) }
                    return !names.insert(name).inserted
                }()
            guard !isRepeated else { throw fault(.repeatedName(name), at: start) }
            skipBlanks()
            try expect(":")
            skipBlanks()
            members.append(.init(name, try value(depth: depth + 1)))
            skipBlanks()
            if take("}") { return .object(members) }
            try expect(",", or: "}")
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        var values: [JSONValue] = []
        position += 1
        skipBlanks()
        if take("]") { return .array([]) }
        while true {
            skipBlanks()
            values.append(try value(depth: depth + 1))
            skipBlanks()
            if take("]") { return .array(values) }
            try expect(",", or: "]")
        }
    }

    private mutating func word() throws(JSONSyntaxError) -> JSONValue {
        let words: [(StaticString, JSONValue)] = [
            ("true", .bool(true)), ("false", .bool(false)), ("null", .null),
            ("NaN", .notFinite("NaN")), ("Infinity", .notFinite("Infinity")),
        ]
        for (word, value) in words where takeWord(word) { return value }
        throw unexpected("a value")
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        if takeWord("-Infinity") { return .notFinite("-Infinity") }
        var scan = JSONNumberScan(bytes, from: position)
        guard let value = scan.value() else {
            guard scan.end < bytes.count else { throw fault(.cutOff, at: scan.end) }
            throw fault(.badNumber(String(decoding: bytes[position...scan.end], as: UTF8.self)))
        }
        position = scan.end
        return value
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        var scan = JSONStringScan(bytes, from: position)
        let text = try scan.text()
        position = scan.end
        return text
    }

    // MARK: Bytes

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
            return false
        }
        position += 1
        return true
    }

    private mutating func takeWord(_ word: StaticString) -> Bool {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count,
            bytes[position..<end].elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        else { return false }
        position = end
        return true
    }

    private mutating func expect(
        _ character: Unicode.Scalar, or other: Unicode.Scalar? = nil
    ) throws(JSONSyntaxError) {
        guard position < bytes.count else { throw fault(.cutOff) }
        guard take(character) else {
            throw unexpected("\(character)" + (other.map { " or \($0)" } ?? ""))
        }
    }

    private func unexpected(_ expected: String) -> JSONSyntaxError {
        guard position < bytes.count else { return fault(.cutOff) }
        let byte = bytes[position]
        let found =
            (0x21..<0x7F).contains(byte) ? "\(Character(Unicode.Scalar(byte)))" : "byte \(byte)"
        return fault(.unexpected(found, expected: expected))
    }

    private func fault(_ kind: JSONSyntaxError.Kind, at offset: Int? = nil) -> JSONSyntaxError {
        JSONSyntaxError(kind, at: offset ?? position, in: bytes)
    }
}

/// Reads newline-delimited JSON: one value on every line that is not blank.
package enum JSONLines {
    /// Reads a whole text.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8, lines ending in LF or CR LF.
    ///   - maximumValues: The most values on all lines together.
    /// - Returns: The values, each with its line's number from 1.
    /// - Throws: `JSONSyntaxError` with the place in the whole text.
    package static func parse(
        _ bytes: [UInt8], maximumValues: Int = .max
    ) throws(JSONSyntaxError) -> [(line: Int, value: JSONValue)] {
        var values: [(line: Int, value: JSONValue)] = []
        var remaining = maximumValues
        var line = 0
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            line += 1
            defer { start = end + 1 }
            let text = bytes[start..<end]
            if text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            do {
                values.append(
                    (
                        line,
                        try JSONParser.parse(
                            text, maximumValues: maximumValues, remaining: &remaining)
                    ))
            } catch {
                var error = error
                error.line = line
                error.offset += start
                throw error
            }
        }
        return values
    }
}
