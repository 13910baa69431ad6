/// Writes JSON text into bytes.
///
/// Measured on a curve of 241 points with an interval (1,200 numbers, 20 kB), in CPU time:
/// Foundation's encoder takes 8 times as long, 530 µs to 67 µs, and would be most of a request's
/// time. `isoloss-bench json` measures it. Answers whose time does not matter are `Codable`.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    /// True when the next name or element needs a comma before it.
    private var needsComma = false

    package init(capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    /// The value's text in bytes.
    package static func bytes(of value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value)
        return writer.bytes
    }

    package static func text(of value: JSONValue) -> String {
        String(decoding: bytes(of: value), as: UTF8.self)
    }

    /// The value with lines broken and indented, for files that people read; lists of numbers and
    /// texts stay on a line.
    package static func prettyBytes(of value: JSONValue) -> [UInt8] {
        var text = ""
        writePretty(value, indent: "", into: &text)
        return Array(text.utf8)
    }

    private static func writePretty(_ value: JSONValue, indent: String, into text: inout String) {
        let inner = indent + "  "
        func lines(_ brackets: (String, String), _ parts: [(String, JSONValue)]) {
            text += brackets.0
            for (index, part) in parts.enumerated() {
                text += (index == 0 ? "\n" : ",\n") + inner + part.0
                writePretty(part.1, indent: inner, into: &text)
            }
            text += "\n" + indent + brackets.1
        }
        switch value {
        case .object(let members) where !members.isEmpty:
            lines(("{", "}"), members.map { (Self.text(of: .string($0.name)) + " : ", $0.value) })
        case .array(let values) where values.contains(where: \.isNested):
            lines(("[", "]"), values.map { ("", $0) })
        default: text += Self.text(of: value)
        }
    }

    // MARK: Structure

    /// Writes an object, whose members `body` writes.
    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        open("{")
        body(&self)
        close("}")
    }

    /// Writes an array, whose elements `body` writes.
    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        open("[")
        body(&self)
        close("]")
    }

    /// Writes a member's name; its value is to follow.
    package mutating func name(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: Values

    package mutating func write(_ value: JSONValue) {
        switch value {
        case .null: raw("null")
        case .bool(let value): raw(value ? "true" : "false")
        case .integer(let value): write(value)
        case .number(let value): write(value)
        case .notFinite: raw("null")
        case .string(let text): write(text)
        case .array(let values):
            array { writer in
                for value in values { writer.write(value) }
            }
        case .object(let members):
            object { writer in
                for member in members {
                    writer.name(member.name)
                    writer.write(member.value)
                }
            }
        }
    }

    package mutating func write(_ text: String) {
        separate()
        quote(text)
    }

    package mutating func write(_ value: Int) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        // Faster than by way of a String; the largest has 19 digits.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = value.magnitude
            var start = digits.count
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }

    /// Writes the shortest decimal that reads back as the same number; null where not finite.
    package mutating func write(_ value: Double) {
        guard value.isFinite else { return raw("null") }
        separate()
        var text = value.description
        text.withUTF8 { bytes.append(contentsOf: $0) }
        // Swift writes 5.0 for a whole number; 5 is shorter and reads the same.
        guard bytes.last == UInt8(ascii: "0"), bytes[bytes.count - 2] == UInt8(ascii: ".") else {
            return
        }
        bytes.removeLast(2)
    }

    package mutating func write(_ values: [Double]) {
        array { writer in
            for value in values { writer.write(value) }
        }
    }

    package mutating func write(_ values: [Int]) {
        array { writer in
            for value in values { writer.write(value) }
        }
    }

    /// Writes text that is JSON already.
    package mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// Writes text that is JSON already.
    package mutating func raw(_ json: String) {
        separate()
        bytes.append(contentsOf: json.utf8)
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// A JSON string (RFC 8259, section 7).
    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes.append(contentsOf: (byte < 16 ? "\\u000" : "\\u00").utf8)
                bytes.append(contentsOf: digits.utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
