/// Reads one JSON number (RFC 8259, section 6).
struct JSONNumberScan {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let start: Int
    /// One past the number, or the byte at which it is none.
    private(set) var end: Int
    /// The digits as an integer, meaningless once they do not fit.
    private var digits: UInt64 = 0
    private var digitCount = 0
    private var fractionDigits = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
        self.bytes = bytes
        self.start = start
        end = start
    }

    /// The number, or nil where the bytes are none.
    mutating func value() -> JSONValue? {
        let isNegative = take("-")
        let leading = end
        guard takeDigits() > 0 else { return nil }
        // 01 is two numbers, and an error.
        guard bytes[leading] != UInt8(ascii: "0") || end == leading + 1 else {
            end = leading + 1
            return nil
        }
        var isInteger = true
        if take(".") {
            isInteger = false
            fractionDigits = takeDigits()
            guard fractionDigits > 0 else { return nil }
        }
        var exponent: Int?
        if take("e") || take("E") {
            isInteger = false
            guard let value = takeExponent() else { return nil }
            exponent = value
        }
        // 19 digits cannot overflow 64 bits, so that no step needs a check of its own.
        if isInteger, digitCount <= 19, digits <= UInt64(Int.max), !(isNegative && digits == 0) {
            return .integer(isNegative ? -Int(digits) : Int(digits))
        }
        return double(isNegative: isNegative, exponent: exponent ?? 0)
    }

    /// Exact and fast where both the digits and the power of ten are doubles without rounding
    /// (Clinger, "How to read floating point numbers accurately", PLDI 1990); else by the library.
    private func double(isNegative: Bool, exponent: Int) -> JSONValue {
        let power = exponent - fractionDigits
        if digitCount <= 18, digits < 1 << 53, abs(power) < Self.powersOfTen.count {
            let scale = Self.powersOfTen[abs(power)]
            let value = power < 0 ? Double(digits) / scale : Double(digits) * scale
            return .number(isNegative ? -value : value)
        }
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { return .notFinite(text) }
        return .number(value)
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    private mutating func takeExponent() -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        var value = 0
        let first = end
        while end < bytes.count, let digit = Self.digit(bytes[end]) {
            // Beyond this every number is 0 or infinite.
            value = min(value * 10 + Int(digit), 100_000)
            end += 1
        }
        guard end > first else { return nil }
        return isNegative ? -value : value
    }

    private mutating func takeDigits() -> Int {
        let first = end
        while end < bytes.count, let digit = Self.digit(bytes[end]) {
            digits = digits &* 10 &+ digit
            // Zeros in front are no digits of the value.
            if digitCount > 0 || digit > 0 { digitCount += 1 }
            end += 1
        }
        return end - first
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard end < bytes.count, bytes[end] == UInt8(ascii: character) else { return false }
        end += 1
        return true
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        let value = byte &- UInt8(ascii: "0")
        return value < 10 ? UInt64(value) : nil
    }
}
