/// Header fields in the order received or given; names compare without case.
package struct Headers: Sendable, Equatable {
    /// One field line: the name as written, the value without surrounding blanks.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var fields: [Field]

    package init(_ fields: [Field] = []) {
        self.fields = fields
    }

    /// The first value of `name`; setting replaces every value, setting nil removes them.
    package subscript(name: String) -> String? {
        get { fields.first { ASCII.equalIgnoringCase($0.name, name) }?.value }
        set {
            fields.removeAll { ASCII.equalIgnoringCase($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    /// Every value of `name`, in order.
    package func values(for name: String) -> [String] {
        fields.compactMap { ASCII.equalIgnoringCase($0.name, name) ? $0.value : nil }
    }

    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The members of a comma-separated list field, over all its lines, in lower case (ASCII's).
    ///
    /// Right for lists of tokens (`Connection`, `Transfer-Encoding`); wrong where a member may
    /// be a quoted string.
    package func tokens(for name: String) -> [String] {
        values(for: name).flatMap { value in
            value.split(separator: ",", omittingEmptySubsequences: true)
                .map { ASCII.lowercased(ASCII.trimmed($0)) }
        }
    }
}

extension Headers: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { Field(name: $0.0, value: $0.1) })
    }
}
