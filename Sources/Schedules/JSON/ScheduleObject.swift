/// A JSON object of a schedule, read key by key; every error points at the key.
struct ScheduleObject {
    /// Any key, or an index.
    struct Key: CodingKey {
        let stringValue: String
        let intValue: Int?

        init(stringValue: String) {
            self.stringValue = stringValue
            intValue = nil
        }

        init(intValue: Int) {
            stringValue = "\(intValue)"
            self.intValue = intValue
        }

        init(_ name: String) {
            self.init(stringValue: name)
        }
    }

    private let container: KeyedDecodingContainer<Key>
    private let path: [any CodingKey]
    let owner: String

    /// Opens an object.
    ///
    /// - Parameters:
    ///   - decoder: the decoder at the object.
    ///   - owner: what it is, for errors.
    /// - Throws: `ScheduleError` where there is no object.
    init(_ decoder: any Decoder, owner: String) throws(ScheduleError) {
        path = decoder.codingPath
        self.owner = owner
        do {
            container = try decoder.container(keyedBy: Key.self)
        } catch {
            let place = ScheduleError.Place.pointer(Self.pointer(path))
            throw ScheduleError(.wrongType(expected: "an object or a text"), at: place)
        }
    }

    /// Where a key stands, or the object itself.
    func place(_ key: String? = nil) -> ScheduleError.Place {
        .pointer(Self.pointer(path + (key.map { [Key($0)] } ?? [])))
    }

    var pointer: String { Self.pointer(path) }

    func has(_ key: String) -> Bool {
        container.contains(Key(key))
    }

    /// Refuses keys that mean nothing here.
    ///
    /// - Parameter known: the keys that do.
    /// - Throws: `ScheduleError` at the first other key.
    func allowOnly(_ known: [String]) throws(ScheduleError) {
        let names = container.allKeys.map(\.stringValue).sorted()
        if let other = names.first(where: { !known.contains($0) }) {
            throw ScheduleError(.unknownField(other, owner: owner, known: known), at: place(other))
        }
    }

    func text(_ key: String) throws(ScheduleError) -> String {
        try value(key, as: String.self, expected: "a text")
    }

    func number(_ key: String) throws(ScheduleError) -> Double {
        try value(key, as: Double.self, expected: "a number")
    }

    func count(
        _ key: String, atLeast least: Int = 1, rule: ScheduleError.Rule = .stepCount
    ) throws(ScheduleError) -> Int {
        let number = try number(key)
        guard let count = ScheduleValue.count(number, atLeast: least) else {
            throw fault(key, number, rule)
        }
        return count
    }

    func learningRate(_ key: String) throws(ScheduleError) -> Double {
        let number = try number(key)
        guard let rate = ScheduleValue.learningRate(number) else {
            throw fault(key, number, .learningRate)
        }
        return rate
    }

    /// A value of a type that may itself throw a `ScheduleError`.
    func value<Value: Decodable>(
        _ key: String, as type: Value.Type, expected: String
    ) throws(ScheduleError) -> Value {
        guard has(key) else {
            throw ScheduleError(.missing(field: key, owner: owner), at: place())
        }
        do {
            return try container.decode(type, forKey: Key(key))
        } catch let error as ScheduleError {
            throw error
        } catch DecodingError.typeMismatch(_, let context) {
            let inner = ScheduleError.Place.pointer(Self.pointer(context.codingPath))
            throw ScheduleError(.wrongType(expected: expected), at: inner)
        } catch {
            throw ScheduleError(.wrongType(expected: expected), at: place(key))
        }
    }

    private func fault(
        _ key: String, _ value: Double, _ rule: ScheduleError.Rule
    ) -> ScheduleError {
        let text = NumberText.text(value)
        return ScheduleError(.invalid(field: key, value: text, rule: rule), at: place(key))
    }

    /// An RFC 6901 pointer.
    static func pointer(_ path: [any CodingKey]) -> String {
        path.reduce(into: "") { pointer, key in
            pointer += "/"
            for character in key.intValue.map(String.init) ?? key.stringValue {
                switch character {
                case "~": pointer += "~0"
                case "/": pointer += "~1"
                default: pointer.append(character)
                }
            }
        }
    }
}
