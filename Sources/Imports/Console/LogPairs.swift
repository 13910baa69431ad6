/// The named numbers of a line of console output.
///
/// A number's name is the text since the number before it, down to the last separator: `step
/// 10/500 | train loss: 3.21 (+0.1z), lr=[3e-4]` has `step` 10 of 500, `train loss` 3.21 and `lr`
/// 3e-4. Thousands (`1,234`), scales (`93.2K`), `nan` and `inf` are read; units are passed over.
package struct LogPairs {
    /// One number of a line.
    struct Pair {
        let name: ByteText
        let value: Double
        /// The number behind a slash, as in `10/500`.
        let total: Double?
        /// The beginning of the number.
        let start: Int
    }

    private(set) var pairs: [Pair] = []

    package init() {}

    /// Finds the numbers of a line; their names lie in it.
    package mutating func scan(_ line: ByteText) {
        pairs.removeAll(keepingCapacity: true)
        var index = 0
        var nameStart = 0
        while index < line.count {
            guard let end = Self.numberEnd(line, index),
                let value = Self.value(line, index, end)
            else {
                // A word that begins like no number holds none: skip what belongs to it.
                if line[index].isLetter || line[index].isDigit || line[index] == UInt8(ascii: "_") {
                    index += 1
                    while let byte = line.at(index),
                        byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_")
                    {
                        index += 1
                    }
                } else {
                    index += 1
                }
                continue
            }
            let start = index
            let name = Self.name(line, nameStart..<start, isAttached: nameStart > 0)
            index = end
            var scaled = value
            if let byte = line.at(index), byte != UInt8(ascii: "%"),
                let scale = DecimalText.suffixScale(byte), line.at(index + 1)?.isLetter != true
            {
                scaled *= scale
                index += 1
            }
            let total = Self.total(line, &index)
            pairs.append(Pair(name: name, value: scaled, total: total, start: start))
            nameStart = index
        }
    }

    /// The first pair with one of some names, whatever their case.
    func first(_ names: StaticString...) -> Pair? {
        for pair in pairs where names.contains(where: { Self.equal(pair.name, $0) }) {
            return pair
        }
        return nil
    }

    /// True when a name is a word, whatever its case.
    static func equal(_ name: ByteText, _ word: StaticString) -> Bool {
        guard name.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<name.count {
            let (a, b) = (name[index], word.utf8Start[index])
            guard a == b || (a.isLetter && b.isLetter && a | 0x20 == b | 0x20) else { return false }
        }
        return true
    }

    // MARK: Numbers

    /// The end of a number that begins at a place; nil if none begins there.
    private static func numberEnd(_ line: ByteText, _ start: Int) -> Int? {
        let before = start > 0 ? line[start - 1] : UInt8(ascii: " ")
        guard !before.isDigit, !before.isLetter, before != UInt8(ascii: "_") else { return nil }
        var index = start
        if line[index] == .minus || line[index] == UInt8(ascii: "+") { index += 1 }
        guard let first = line.at(index) else { return nil }
        if first.isLetter { return wordEnd(line, index, before: start) }
        guard first.isDigit || (first == UInt8(ascii: ".") && line.at(index + 1)?.isDigit == true)
        else { return nil }
        while let byte = line.at(index), byte.isDigit { index += 1 }
        // Thousands: a comma and exactly three digits.
        while line.at(index) == .comma, hasDigits(line, index + 1, 3),
            line.at(index + 4)?.isDigit != true, index - start <= 3 || line[index - 4] == .comma
        {
            index += 4
        }
        if line.at(index) == UInt8(ascii: "."), line.at(index + 1)?.isDigit != false {
            index += 1
            while let byte = line.at(index), byte.isDigit { index += 1 }
        }
        if let byte = line.at(index), byte | 0x20 == UInt8(ascii: "e") {
            var end = index + 1
            if let sign = line.at(end), sign == .minus || sign == UInt8(ascii: "+") { end += 1 }
            if line.at(end)?.isDigit == true {
                while let byte = line.at(end), byte.isDigit { end += 1 }
                index = end
            }
        }
        // `8x7B`, `124M_model`, `2b3f` are names.
        if line.at(index) == UInt8(ascii: "_") { return nil }
        return index
    }

    private static func hasDigits(_ line: ByteText, _ start: Int, _ count: Int) -> Bool {
        (start..<start + count).allSatisfy { line.at($0)?.isDigit == true }
    }

    /// The end of `nan` or `inf` where a value is expected: behind a colon, an equals sign or a
    /// loss's name; elsewhere it is a word like another.
    private static func wordEnd(_ line: ByteText, _ index: Int, before start: Int) -> Int? {
        var end = index
        while let byte = line.at(end), byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") {
            end += 1
        }
        let word = line.part(index..<end)
        let words: [StaticString] = ["nan", "inf", "infinity"]
        guard words.contains(where: { equal(word, $0) }) else { return nil }
        var place = start
        while place > 0, line[place - 1].isBlank { place -= 1 }
        let marks = line.part(0..<place)
        if let mark = marks.last,
            [UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "["), UInt8(ascii: "(")]
                .contains(mark)
        {
            return end
        }
        let values: [StaticString] = ["loss", "norm", "lr", "train", "val", "Loss", "ppl"]
        let isValue = values.contains { value in
            let count = value.utf8CodeUnitCount
            return marks.count >= count && marks.part(from: marks.count - count).hasPrefix(value)
        }
        return isValue ? end : nil
    }

    private static func value(_ line: ByteText, _ start: Int, _ end: Int) -> Double? {
        let text = line.part(start..<end)
        return DecimalText.number(text) ?? DecimalText.lenientNumber(text)
    }

    /// The number behind a slash; the index moves over it.
    private static func total(_ line: ByteText, _ index: inout Int) -> Double? {
        var place = index
        while line.at(place)?.isBlank == true { place += 1 }
        guard line.at(place) == UInt8(ascii: "/") else { return nil }
        place += 1
        while line.at(place)?.isBlank == true { place += 1 }
        guard line.at(place)?.isDigit == true else { return nil }
        var end = place
        while let byte = line.at(end), byte.isDigit || byte == .comma || byte == UInt8(ascii: ".") {
            end += 1
        }
        while end > place, !line[end - 1].isDigit { end -= 1 }
        guard var total = value(line, place, end) else { return nil }
        if let scale = line.at(end).flatMap(DecimalText.suffixScale),
            line.at(end) != UInt8(ascii: "%")
        {
            total *= scale
            end += 1
        }
        index = end
        return total
    }

    // MARK: Names

    private static let endings = ByteSet("|,;\t{}[]")
    private static let edges = ByteSet(" :=('\"`~<>-*#@.")
    /// With a blank behind them they end what stands before a name.
    private static let marks = ByteSet(":-'\"")
    private static let types: [StaticString] = [
        "tensor", "Tensor", "array", "Array", "DeviceArray", "np.float32", "np.float64",
    ]

    /// The end of a name without the type that a printed number is wrapped in: `loss: tensor(3.2)`.
    private static func withoutType(_ line: ByteText, _ range: Range<Int>) -> Int {
        guard line.at(range.upperBound) == UInt8(ascii: "(") else { return range.upperBound }
        for type in types {
            var end = range.upperBound - type.utf8CodeUnitCount
            guard end > range.lowerBound, !line[end - 1].isLetter,
                line.part(from: end).hasPrefix(type)
            else { continue }
            while end > range.lowerBound, edges.contains(line[end - 1]) { end -= 1 }
            return end
        }
        return range.upperBound
    }

    /// The name in the text before a number.
    private static func name(_ line: ByteText, _ range: Range<Int>, isAttached: Bool) -> ByteText {
        var start = range.lowerBound
        var end = range.upperBound
        // What is written right behind the number before is its unit.
        if isAttached {
            while start < end, !line[start].isBlank, !endings.contains(line[start]) { start += 1 }
        }
        while end > start, edges.contains(line[end - 1]) || line[end - 1] == UInt8(ascii: "[") {
            end -= 1
        }
        end = withoutType(line, start..<end)
        var place = end
        search: while place > start {
            let byte = line[place - 1]
            if endings.contains(byte) || byte == UInt8(ascii: ">") { break }
            if byte.isBlank, place - 2 >= start {
                let before = line[place - 2]
                if before.isBlank || marks.contains(before) { break search }
            }
            place -= 1
        }
        start = place
        while start < end, edges.contains(line[start]) { start += 1 }
        return line.part(start..<end)
    }
}

/// Some ASCII characters, a bit for each; hashing them took 8 % of the time of reading a console.
struct ByteSet {
    private let bits: UInt128

    init(_ characters: StaticString) {
        bits = characters.withUTF8Buffer { $0.reduce(0) { $0 | UInt128(1) << UInt128($1) } }
    }

    // A shift beyond the width leaves no bit: no byte above 127 is in the set.
    func contains(_ byte: UInt8) -> Bool { bits >> UInt128(byte) & 1 == 1 }
}
