import Foundation

/// Reads a number from bytes of text without making a string of it.
///
/// A mantissa below 2^53 times or divided by a power of ten up to 10^22 is one correctly rounded
/// operation on two exact doubles (Clinger, "How to read floating point numbers accurately", PLDI
/// 1990). The rest, such as 17 digits of a printed double, goes to `strtod`, which is exact too.
enum DecimalText {
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// The number that the whole range spells, nil if it spells none; "nan" and "inf" are numbers.
    static func number(_ bytes: [UInt8], _ range: Range<Int>) -> Double? {
        bytes.withUnsafeBufferPointer { number(ByteText(rebasing: $0[range])) }
    }

    /// The number that the whole text spells, nil if it spells none; "nan" and "inf" are numbers.
    static func number(_ text: ByteText) -> Double? {
        guard !text.isEmpty else { return nil }
        return simple(text) ?? general(text)
    }

    /// A number as people and loggers also write it: `1,234,567`, `1.02K`, `45.1%`, in quotes.
    ///
    /// - Parameter text: The whole text; blanks around it are skipped.
    /// - Returns: The number, nil if the text spells none.
    static func lenientNumber(_ text: ByteText) -> Double? {
        var text = text.trimmed
        if text.count >= 2, let quote = text.first, quote == .quote || quote == UInt8(ascii: "'"),
            text.last == quote
        {
            text = ByteText(rebasing: text[1..<text.count - 1]).trimmed
        }
        if let number = number(text) { return number }
        guard let last = text.last, let first = text.first, first.isDigit || first == .minus
        else { return nil }
        if let scale = suffixScale(last) {
            return lenientNumber(ByteText(rebasing: text[0..<text.count - 1])).map { $0 * scale }
        }
        return grouped(text)
    }

    /// The factor that a letter after a number stands for, as in `93.2K`.
    static func suffixScale(_ letter: UInt8) -> Double? {
        switch letter {
        case UInt8(ascii: "%"): 1
        case UInt8(ascii: "K"), UInt8(ascii: "k"): 1e3
        case UInt8(ascii: "M"): 1e6
        case UInt8(ascii: "G"), UInt8(ascii: "B"): 1e9
        case UInt8(ascii: "T"): 1e12
        default: nil
        }
    }

    /// A number with commas between its thousands: one to three digits, then groups of three.
    private static func grouped(_ text: ByteText) -> Double? {
        let whole = text.prefix { $0 != UInt8(ascii: ".") }
        let parts = whole.split(separator: .comma, omittingEmptySubsequences: false)
        guard parts.count > 1, (1...4).contains(parts[0].count),
            parts.dropFirst().allSatisfy({ $0.count == 3 })
        else { return nil }
        let digits = text.filter { $0 != .comma }
        return number(digits, digits.indices)
    }

    /// Any number in C's spelling but hexadecimal ones; on the stack, since `Double(String)` takes
    /// twice as long.
    private static func general(_ bytes: ByteText) -> Double? {
        let isHexadecimal = bytes.contains {
            $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: "X")
        }
        // `strtod` would skip leading space, and stop at a NUL inside.
        guard bytes.count < 1_000, !isHexadecimal, !bytes.contains(where: { $0 <= 0x20 })
        else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { text in
            for (index, byte) in bytes.enumerated() {
                text[index] = CChar(bitPattern: byte)
            }
            text[bytes.count] = 0
            guard let start = text.baseAddress else { return nil }
            var end: UnsafeMutablePointer<CChar>?
            let number = strtod(start, &end)
            return end == start + bytes.count ? number : nil
        }
    }

    /// The number if the fast way is exact; nil for any other text, numbers among them.
    static func simple(_ bytes: ByteText) -> Double? {
        guard !bytes.isEmpty else { return nil }
        var index = 0
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative || bytes[index] == UInt8(ascii: "+") { index += 1 }
        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0
        var isFraction = false
        scan: while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                // 18 digits cannot overflow; leading zeros count, which only costs the slow way.
                guard digits < 18 else { return nil }
                mantissa = mantissa * 10 + UInt64(byte - UInt8(ascii: "0"))
                digits += 1
                if isFraction { exponent -= 1 }
            case UInt8(ascii: ".") where !isFraction:
                isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard let power = smallInteger(bytes, index + 1..<bytes.count) else {
                    return nil
                }
                exponent += power
                break scan
            default:
                return nil
            }
            index += 1
        }
        guard digits > 0, mantissa < 1 << 53, abs(exponent) <= 22 else { return nil }
        let power = powersOfTen[abs(exponent)]
        let magnitude = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
        return isNegative ? -magnitude : magnitude
    }

    /// A signed integer of up to three digits.
    private static func smallInteger(_ bytes: ByteText, _ range: Range<Int>) -> Int? {
        var range = range
        guard let first = bytes[range].first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        if isNegative || first == UInt8(ascii: "+") { range = range.dropFirst() }
        guard (1...3).contains(range.count) else { return nil }
        var value = 0
        for byte in bytes[range] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return isNegative ? -value : value
    }
}
