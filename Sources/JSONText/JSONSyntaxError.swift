/// Why bytes are not JSON, and where.
package struct JSONSyntaxError: Error, Equatable, Sendable {
    /// The fault at the place.
    package enum Kind: Equatable, Sendable {
        case empty
        /// The text ends before its value does.
        case cutOff
        case unexpected(String, expected: String)
        case badEscape
        case controlCharacter
        case badNumber(String)
        case notUTF8
        case repeatedName(String)
        case tooDeep(limit: Int)
        case tooManyValues(limit: Int)
    }

    package var kind: Kind
    /// Bytes before the place.
    package var offset: Int
    /// Counted from 1.
    package var line: Int
    /// Bytes into the line, counted from 1.
    package var column: Int

    init(_ kind: Kind, at offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        self.kind = kind
        self.offset = offset
        let before = bytes[..<offset]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        line = before.count { $0 == 0x0A } + 1
        column = offset - lineStart + 1
    }

    /// The fault and its place in a sentence.
    package var message: String {
        let place = "line \(line), column \(column)"
        switch kind {
        case .empty: return "the body is empty; send a JSON value."
        case .cutOff:
            return "the JSON ends too early, at \(place); it looks cut off, send it whole."
        case .repeatedName(let name):
            return "the object at \(place) has two members \"\(name)\"; send one."
        case .tooDeep(let limit):
            return "the JSON at \(place) is nested deeper than \(limit) levels."
        case .tooManyValues(let limit):
            return "the JSON has more than \(limit) values; send it in several requests."
        default: return "not JSON at \(place): \(reason)."
        }
    }

    /// The fault without its place: the end of a sentence.
    package var reason: String {
        switch kind {
        case .empty: "there is no value"
        case .cutOff: "the text ends too early, it looks cut off"
        case .unexpected(let found, let expected): "found \(found), expected \(expected)"
        case .badEscape:
            "the escape is none of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"
        case .controlCharacter: "a control character in a string must be escaped"
        case .badNumber(let text): "\(text) is not a number"
        case .notUTF8: "the text is not UTF-8"
        case .repeatedName(let name): "an object has two members \"\(name)\""
        case .tooDeep(let limit): "it is nested deeper than \(limit) levels"
        case .tooManyValues(let limit): "it has more than \(limit) values"
        }
    }
}
