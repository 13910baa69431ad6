import Foundation

/// A piece of text as bytes in place: no string is made of it until somebody wants one.
///
/// It is valid only as long as the buffer it lies in, which for a line is until the next one is
/// read.
package typealias ByteText = UnsafeBufferPointer<UInt8>

extension ByteText {
    /// The text as a string; bytes that are no UTF-8 become U+FFFD.
    package var string: String { String(decoding: self, as: UTF8.self) }

    /// The text without spaces and tabs around it.
    package var trimmed: ByteText {
        var start = 0
        var end = count
        while start < end, self[start].isBlank { start += 1 }
        while end > start, self[end - 1].isBlank { end -= 1 }
        return ByteText(rebasing: self[start..<end])
    }

    /// The bytes of a range.
    func part(_ range: Range<Int>) -> ByteText { ByteText(rebasing: self[range]) }

    /// The bytes from a place on.
    func part(from start: Int) -> ByteText { ByteText(rebasing: self[Swift.min(start, count)...]) }

    /// The byte there, nil beyond the end.
    func at(_ index: Int) -> UInt8? { index < count ? self[index] : nil }

    /// The first place of a word, from a place on; nil if there is none.
    package func firstIndex(of word: StaticString, from start: Int = 0) -> Int? {
        guard let base = baseAddress else { return nil }
        let length = word.utf8CodeUnitCount
        let last = count - length
        var place = start
        while place <= last {
            let found = memchr(base + place, Int32(word.utf8Start[0]), last - place + 1)
            guard let found else { return nil }
            place = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            if memcmp(base + place, word.utf8Start, length) == 0 { return place }
            place += 1
        }
        return nil
    }

    package func contains(_ word: StaticString) -> Bool { firstIndex(of: word) != nil }

    package func hasPrefix(_ word: StaticString) -> Bool {
        count >= word.utf8CodeUnitCount
            && memcmp(baseAddress ?? word.utf8Start, word.utf8Start, word.utf8CodeUnitCount) == 0
    }

    /// True when the bytes are those of an array; element by element it takes ten times as long.
    func equals(_ bytes: [UInt8]) -> Bool {
        guard let baseAddress else { return bytes.isEmpty }
        return count == bytes.count && memcmp(baseAddress, bytes, count) == 0
    }

    /// The text after a word that it begins with; nil where it does not.
    package func dropping(_ word: StaticString) -> ByteText? {
        hasPrefix(word) ? part(from: word.utf8CodeUnitCount) : nil
    }

    /// The text from behind the first place of a word; nil where the word is not in it.
    package func after(_ word: StaticString) -> ByteText? {
        firstIndex(of: word).map { part(from: $0 + word.utf8CodeUnitCount) }
    }

    /// The count of a byte in the text.
    func count(of byte: UInt8) -> Int {
        var found = 0
        for candidate in self where candidate == byte { found += 1 }
        return found
    }
}

extension UInt8 {
    static let quote = UInt8(ascii: "\"")
    static let comma = UInt8(ascii: ",")
    static let tab = UInt8(ascii: "\t")
    static let minus = UInt8(ascii: "-")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")

    var isLineEnd: Bool { self == .lineFeed || self == .carriageReturn }
    var isBlank: Bool { self == UInt8(ascii: " ") || self == .tab }
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
    var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 || self >= 0x80 }
}
