/// Reads one JSON string (RFC 8259, section 7).
struct JSONStringScan {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// The opening quote.
    private let start: Int
    /// One past the closing quote.
    private(set) var end: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
        self.bytes = bytes
        self.start = start
        end = start + 1
    }

    /// The text between the quotes.
    ///
    /// - Returns: The text, escapes resolved.
    /// - Throws: `JSONSyntaxError`.
    mutating func text() throws(JSONSyntaxError) -> String {
        while end < bytes.count {
            switch bytes[end] {
            case UInt8(ascii: "\""):
                defer { end += 1 }
                return try validated(bytes[(start + 1)..<end])
            case UInt8(ascii: "\\"): return try escapedText()
            case 0..<0x20: throw fault(.controlCharacter, at: end)
            default: end += 1
            }
        }
        throw fault(.cutOff, at: end)
    }

    /// The text of a string in which an escape has been met.
    private mutating func escapedText() throws(JSONSyntaxError) -> String {
        var decoded = Array(bytes[(start + 1)..<end])
        while end < bytes.count {
            let byte = bytes[end]
            end += 1
            switch byte {
            case UInt8(ascii: "\""): return try validated(decoded)
            case UInt8(ascii: "\\"): decoded.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20: throw fault(.controlCharacter, at: end - 1)
            default: decoded.append(byte)
            }
        }
        throw fault(.cutOff, at: end)
    }

    /// The character of an escape whose backslash has been read.
    private mutating func escape() throws(JSONSyntaxError) -> Character {
        let backslash = end - 1
        guard end < bytes.count else { throw fault(.cutOff, at: end) }
        defer { end += 1 }
        switch bytes[end] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return Character(try scalar(backslash))
        default: throw fault(.badEscape, at: backslash)
        }
    }

    /// The scalar of a `\u` escape, or of two that make a surrogate pair; ends on its last digit.
    private mutating func scalar(_ backslash: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try codeUnit(backslash)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, end + 2 < bytes.count, bytes[end + 1] == UInt8(ascii: "\\"),
            bytes[end + 2] == UInt8(ascii: "u")
        else {
            throw fault(end + 2 < bytes.count ? .badEscape : .cutOff, at: backslash)
        }
        end += 2
        let second = try codeUnit(backslash)
        let high = (UInt32(first) - 0xD800) << 10
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + high + UInt32(second) - 0xDC00)
        else { throw fault(.badEscape, at: backslash) }
        return scalar
    }

    /// The four hexadecimal digits after a `u`; ends on the last of them.
    private mutating func codeUnit(_ backslash: Int) throws(JSONSyntaxError) -> UInt16 {
        guard end + 4 < bytes.count else { throw fault(.cutOff, at: bytes.count) }
        let digits = String(decoding: bytes[(end + 1)...(end + 4)], as: UTF8.self)
        // UInt16 alone would take a sign.
        guard digits.allSatisfy(\.isHexDigit), let unit = UInt16(digits, radix: 16) else {
            throw fault(.badEscape, at: backslash)
        }
        end += 4
        return unit
    }

    private func validated(_ text: some Collection<UInt8>) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: text, as: UTF8.self) else {
            throw fault(.notUTF8, at: start)
        }
        return text
    }

    private func fault(_ kind: JSONSyntaxError.Kind, at offset: Int) -> JSONSyntaxError {
        JSONSyntaxError(kind, at: offset, in: bytes)
    }
}
