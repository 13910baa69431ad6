/// Reads one JSON object member by member, noting every fault with its place.
package struct ObjectReader {
    /// The object's JSON pointer.
    package let pointer: String
    /// The beginning of every sentence: the line, where the body has one object per line.
    private let lead: String
    private var members: [JSONValue.Member]
    private var known: [String] = []
    package var faults: ValidationErrors

    /// Starts to read a value that must be an object.
    ///
    /// - Parameters:
    ///   - value: The value; a fault is noted when it is no object.
    ///   - pointer: Where it stands, "" for the whole body.
    ///   - line: The line of the body, where the body has one object per line.
    ///   - faults: What is wrong so far.
    package init(
        _ value: JSONValue, at pointer: String = "", line: Int? = nil,
        faults: ValidationErrors = ValidationErrors()
    ) {
        self.pointer = pointer
        lead = line.map { "line \($0): " } ?? ""
        self.faults = faults
        guard case .object(let members) = value else {
            self.members = []
            self.faults.add(pointer, "\(lead)must be a JSON object, not \(value.excerpt).")
            return
        }
        self.members = members
    }

    /// The member, once; a null counts as missing.
    package mutating func take(_ name: String) -> JSONValue? {
        known.append(name)
        guard let index = members.firstIndex(where: { $0.name == name }) else { return nil }
        let value = members.remove(at: index).value
        return value == .null ? nil : value
    }

    package mutating func string(_ name: String) -> String? {
        read(name, "must be a text") { $0.string }
    }

    /// The members of an object, each read by `element`, which returns nil where it breaks `rule`.
    package mutating func map<Value>(
        _ name: String, _ rule: String, _ element: (JSONValue) -> Value?
    ) -> [String: Value]? {
        guard let value = take(name) else { return nil }
        guard case .object(let members) = value else {
            refuse(name, value, "must be a JSON object")
            return nil
        }
        var values: [String: Value] = [:]
        for member in members {
            guard let value = element(member.value) else {
                faults.add(
                    "\(place(name))/\(pointerComponent(member.name))",
                    "\(lead)\(member.name) = \(member.value.excerpt), \(rule).")
                continue
            }
            values[member.name] = value
        }
        return values
    }

    /// Notes that a value breaks a rule.
    package mutating func refuse(_ name: String, _ value: JSONValue, _ rule: String) {
        faults.add(place(name), "\(lead)\(name) = \(value.excerpt), \(rule).")
    }

    /// Notes a fault in words of its own.
    package mutating func refuse(_ name: String, saying detail: String) {
        refuse(at: place(name), saying: detail)
    }

    /// Notes a fault at any place in words of its own.
    package mutating func refuse(at pointer: String, saying detail: String) {
        faults.add(pointer, lead + detail)
    }

    /// Notes every member that was not read.
    package mutating func finish() {
        for member in members {
            faults.add(
                place(member.name),
                "\(lead)\(member.name) is not a field here; known are \(known.joined(separator: ", "))."
            )
        }
    }

    private func place(_ name: String) -> String { "\(pointer)/\(pointerComponent(name))" }

    /// Reads a member that may be missing.
    ///
    /// - Parameters:
    ///   - name: The member.
    ///   - rule: What must hold, as the end of a sentence.
    ///   - convert: The value; nil where it breaks the rule.
    /// - Returns: The value; nil where it is missing or refused.
    package mutating func read<Value>(
        _ name: String, _ rule: String, _ convert: (JSONValue) -> Value?
    ) -> Value? {
        guard let value = take(name) else { return nil }
        guard let converted = convert(value) else {
            refuse(name, value, rule)
            return nil
        }
        return converted
    }
}
