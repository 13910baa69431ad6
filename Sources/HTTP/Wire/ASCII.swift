/// The octets that HTTP's grammar speaks of (RFC 9110, section 5.6; RFC 5234, appendix B).
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let hash: UInt8 = 0x23
    static let percent: UInt8 = 0x25
    static let ampersand: UInt8 = 0x26
    static let plus: UInt8 = 0x2B
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let equals: UInt8 = 0x3D
    static let question: UInt8 = 0x3F

    static func isBlank(_ byte: UInt8) -> Bool {
        byte == space || byte == tab
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte &- zero < 10
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26
    }

    /// True when `byte` may stand in a token: a method or a field name.
    static func isTokenCharacter(_ byte: UInt8) -> Bool {
        tokenCharacters[Int(byte)]
    }

    /// True when `byte` may stand in a field value: visible, blank, or above 127.
    static func isFieldCharacter(_ byte: UInt8) -> Bool {
        byte >= space && byte != 0x7F || byte == tab
    }

    /// The value of a hexadecimal digit, or nil.
    static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte &- zero }
        let letter = (byte | 0x20) &- 0x61
        return isLetter(byte) && letter < 6 ? letter + 10 : nil
    }

    static func equalIgnoringCase(_ left: String, _ right: String) -> Bool {
        let left = left.utf8
        let right = right.utf8
        return left.count == right.count
            && left.elementsEqual(right) { $0 == $1 || isLetter($0) && $0 ^ $1 == 0x20 }
    }

    /// Lower case of A to Z alone: Unicode's would make the Kelvin sign a `k`, and so two readers
    /// differ on what a token is.
    static func lowercased(_ text: Substring) -> String {
        String(
            decoding: text.utf8.map { byte in
                isLetter(byte) ? byte | 0x20 : byte
            }, as: UTF8.self)
    }

    static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let byte = text.utf8.first, isBlank(byte) { text = text.dropFirst() }
        while let byte = text.utf8.last, isBlank(byte) { text = text.dropLast() }
        return text
    }

    private static let tokenCharacters: [Bool] = {
        let marks = Array("!#$%&'*+-.^_`|~".utf8)
        return (UInt8.min...UInt8.max).map { isLetter($0) || isDigit($0) || marks.contains($0) }
    }()
}
