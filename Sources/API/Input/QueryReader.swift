import HTTP
import JSONText

/// Reads a query's parameters by name and kind; a name that nobody reads is refused.
struct QueryReader {
    private let query: Query
    private let known: [String]

    /// Checks the names.
    ///
    /// - Parameters:
    ///   - query: The request's query.
    ///   - known: The names that the endpoint takes.
    /// - Throws: `HTTPError` 400 for any other name, and for one given twice.
    init(_ query: Query, known: [String]) throws(HTTPError) {
        self.query = query
        self.known = known
        var seen = Set<String>()
        for item in query.items {
            guard known.contains(item.name) else {
                let names = known.isEmpty ? "none" : known.joined(separator: ", ")
                throw Self.fault(
                    item.name, "\(item.name) is no parameter of this call; it takes \(names).")
            }
            guard seen.insert(item.name).inserted else {
                throw Self.fault(item.name, "\(item.name) is given twice; send it once.")
            }
        }
    }

    /// The value as it stands, "" where only the name is given.
    func text(_ name: String) -> String? {
        assert(known.contains(name), "a parameter is declared before it is read")
        return query[name]
    }

    /// A switch: on where only the name is given, and as the word says.
    func flag(_ name: String) throws(HTTPError) -> Bool {
        switch text(name) {
        case nil, "false", "0": return false
        case "", "true", "1": return true
        case .some(let text):
            throw Self.fault(name, "\(name) = \(text) must be true or false.")
        }
    }

    /// The items of a comma-separated list.
    func list(_ name: String) throws(HTTPError) -> [String]? {
        guard let text = text(name) else { return nil }
        let items = text.split(separator: ",").map(String.init)
        guard !items.isEmpty else {
            throw Self.fault(name, "\(name) is empty; give ids separated by commas.")
        }
        return items
    }

    /// A whole number within a range.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(HTTPError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = wholeNumber(text), range.contains(value) else {
            let rule =
                range.upperBound == .max
                ? "of at least \(range.lowerBound)"
                : "from \(range.lowerBound) to \(range.upperBound)"
            throw Self.fault(name, "\(name) = \(text) must be a whole number \(rule).")
        }
        return value
    }

    /// A finite number above 0.
    func positive(_ name: String) throws(HTTPError) -> Double? {
        guard let text = text(name) else { return nil }
        guard let value = Double(text), value > 0, value.isFinite else {
            throw Self.fault(name, "\(name) = \(text) must be a finite number above 0.")
        }
        return value
    }

    /// One of a few words.
    func word<Word: RawRepresentable>(
        _ name: String, of words: [Word]
    ) throws(HTTPError) -> Word? where Word.RawValue == String {
        guard let text = text(name) else { return nil }
        guard let word = words.first(where: { $0.rawValue == text }) else {
            let choices = words.map(\.rawValue).joined(separator: " or ")
            throw Self.fault(name, "\(name) = \(text) must be \(choices).")
        }
        return word
    }

    static func fault(_ name: String, _ detail: String) -> HTTPError {
        .field(.badRequest, "/\(pointerComponent(name))", detail)
    }

    /// `1e4` is ten thousand, as in a schedule.
    private func wholeNumber(_ text: String) -> Int? {
        Int(text) ?? Double(text).flatMap(Int.init(exactly:))
    }
}

extension Query {
    /// Names and values, in their order.
    var pairs: [(name: String, value: String)] { items.map { ($0.name, $0.value) } }
}
