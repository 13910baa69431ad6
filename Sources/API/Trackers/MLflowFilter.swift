import Foundation
import HTTP

/// A condition of MLflow's searches: comparisons joined by AND.
///
///     let filter = try MLflowFilter("metrics.loss < 2.5 AND params.optimizer = 'adamw'")
///     let isFound = try filter.holds { field in … }
struct MLflowFilter {
    /// The thing compared: `metrics.loss` is the metric `loss`.
    struct Field: Equatable {
        /// attribute, metric, param or tag.
        let kind: String
        let name: String

        init(_ text: String) {
            let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
            let kinds = [
                "attribute": "attribute", "attributes": "attribute", "attr": "attribute",
                "run": "attribute", "metric": "metric", "metrics": "metric", "param": "param",
                "params": "param", "parameter": "param", "parameters": "param", "tag": "tag",
                "tags": "tag",
            ]
            if parts.count == 2, let kind = kinds[parts[0].lowercased()] {
                self.kind = kind
                name = parts[1].trimmingCharacters(in: CharacterSet(charactersIn: "`\""))
            } else {
                kind = "attribute"
                name = text.trimmingCharacters(in: CharacterSet(charactersIn: "`\""))
            }
        }
    }

    enum Value: Equatable {
        case text(String)
        case number(Double)

        static func precedes(_ left: Value, _ right: Value) -> Bool {
            switch (left, right) {
            case (.number(let left), .number(let right)): left < right
            case (.text(let left), .text(let right)): left < right
            case (.number, .text): true
            case (.text, .number): false
            }
        }
    }

    /// An order of a list: `metrics.loss ASC`.
    struct Order {
        let field: Field
        let isRising: Bool

        init(_ text: String) throws(HTTPError) {
            let words = text.split(separator: " ").map(String.init)
            let direction = words.last?.uppercased()
            isRising = direction != "DESC"
            let hasDirection = words.count > 1 && (direction == "ASC" || direction == "DESC")
            let name = (hasDirection ? words.dropLast() : words[...]).joined(separator: " ")
            guard !name.isEmpty else {
                throw HTTPError.field(.badRequest, "/order_by", "order_by is empty.")
            }
            field = Field(name)
        }

        /// Elements by their keys, those without one last; equals keep their order.
        func sorted<Element>(_ keyed: [(Element, Value?)]) -> [Element] {
            keyed.enumerated().sorted { left, right in
                switch (left.element.1, right.element.1) {
                case (let a?, let b?) where Value.precedes(a, b): isRising
                case (let a?, let b?) where Value.precedes(b, a): !isRising
                case (nil, _?): false
                case (_?, nil): true
                default: left.offset < right.offset
                }
            }.map(\.element.0)
        }
    }

    private struct Comparison {
        let field: Field
        let comparator: String
        let value: Value
    }

    private var comparisons: [Comparison] = []

    /// The longest condition, in bytes: each comparison is made with every run there is.
    private static let maximumBytes = 4_096

    /// Reads a condition.
    ///
    /// - Parameter text: Empty for none.
    /// - Throws: `HTTPError` 400 for what cannot be read, or is longer than any that people write.
    init(_ text: String) throws(HTTPError) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw HTTPError.field(
                .badRequest, "/filter",
                "filter has \(text.utf8.count) bytes, must have at most \(Self.maximumBytes).")
        }
        for part in Self.parts(text) { comparisons.append(try Self.comparison(part)) }
    }

    /// True when all comparisons hold.
    ///
    /// - Parameter value: The value of a field; nil where there is none, which equals nothing.
    /// - Returns: True for an empty condition.
    /// - Throws: What `value` throws.
    func holds(_ value: (Field) throws -> Value?) rethrows -> Bool {
        try comparisons.allSatisfy { comparison in
            guard let found = try value(comparison.field) else {
                return comparison.comparator == "!="
            }
            return Self.compare(found, comparison)
        }
    }

    private static func compare(_ found: Value, _ comparison: Comparison) -> Bool {
        let wanted = comparison.value
        switch comparison.comparator {
        case "=": return found == wanted
        case "!=": return found != wanted
        case "<": return Value.precedes(found, wanted)
        case "<=": return !Value.precedes(wanted, found)
        case ">": return Value.precedes(wanted, found)
        case ">=": return !Value.precedes(found, wanted)
        default:
            guard case .text(let text) = found, case .text(let pattern) = wanted else {
                return false
            }
            let ignoresCase = comparison.comparator == "ILIKE"
            return ignoresCase
                ? like(text.lowercased()[...], pattern.lowercased()[...])
                : like(text[...], pattern[...])
        }
    }

    /// SQL's LIKE: `%` stands for anything, `_` for one character.
    ///
    /// A `%` is tried from the shortest reading on, and only the last one is gone back to, which is
    /// enough and takes no more than the product of both lengths.
    private static func like(_ text: Substring, _ pattern: Substring) -> Bool {
        let (text, pattern) = (Array(text), Array(pattern))
        var (place, index) = (0, 0)
        var (star, retry): (Int?, Int) = (nil, 0)
        while place < text.count {
            if index < pattern.count, pattern[index] == "%" {
                star = index
                retry = place
                index += 1
            } else if index < pattern.count, pattern[index] == "_" || pattern[index] == text[place]
            {
                place += 1
                index += 1
            } else if let star {
                index = star + 1
                retry += 1
                place = retry
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == "%" }
    }

    /// The comparisons of a text: AND joins them, and means itself within quotes.
    private static func parts(_ text: String) -> [String] {
        var parts: [[String]] = [[]]
        for word in words(text) {
            if word.uppercased() == "AND" {
                parts.append([])
            } else {
                parts[parts.count - 1].append(word)
            }
        }
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: " ") }
    }

    /// Words, quoted ones whole.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        for character in text {
            if let open = quote {
                word.append(character)
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" || character == "`" {
                quote = character
                word.append(character)
            } else if character.isWhitespace {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    private static let comparators = ["!=", "<=", ">=", "=", "<", ">", " ILIKE ", " LIKE "]

    private static func comparison(_ text: String) throws(HTTPError) -> Comparison {
        // The first one in the text, and of two there the longer: `<=` is no `<`.
        let found = comparators.compactMap { comparator in
            text.range(of: comparator, options: .caseInsensitive).map { (comparator, $0) }
        }.min { left, right in
            (left.1.lowerBound, right.0.count) < (right.1.lowerBound, left.0.count)
        }
        if let (comparator, range) = found {
            let field = text[..<range.lowerBound].trimmingCharacters(in: .whitespaces)
            let value = text[range.upperBound...].trimmingCharacters(in: .whitespaces)
            if !field.isEmpty, let value = Self.value(value) {
                return Comparison(
                    field: Field(field),
                    comparator: comparator.trimmingCharacters(in: .whitespaces), value: value)
            }
        }
        throw HTTPError.field(
            .badRequest, "/filter",
            "filter: \"\(text)\" is no comparison such as metrics.loss < 2.5 or "
                + "params.optimizer = 'adamw'; AND joins several.")
    }

    /// A text in quotes, or a number.
    private static func value(_ text: String) -> Value? {
        guard let first = text.first else { return nil }
        let isQuoted = text.count > 1 && (first == "'" || first == "\"") && text.last == first
        return isQuoted
            ? .text(String(text.dropFirst().dropLast())) : Double(text).map(Value.number)
    }
}
