/// One bad value: its place and what must hold.
package struct ValidationError: Codable, Equatable, Sendable {
    /// A JSON pointer (RFC 6901).
    package var pointer: String
    /// A sentence: the value and its rule.
    package var detail: String

    package init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }

    package var json: JSONValue { ["pointer": .string(pointer), "detail": .string(detail)] }
}

/// The bad values of one request, each with its place: all are named at once.
package struct ValidationErrors: Error, Equatable, Sendable {
    /// Errors that an answer lists; a batch may have a million of them.
    package static let maximumListed = 100

    /// The kind of text that was read.
    package enum Source: Equatable, Sendable {
        /// A body to be stored: its client must learn whether any of it was.
        case upload
        /// A body that asks.
        case question
        /// The query of a URL.
        case query
    }

    package private(set) var listed: [ValidationError] = []
    package private(set) var count = 0
    package var source = Source.question

    package init(source: Source = .question) {
        self.source = source
    }

    /// Notes an error.
    ///
    /// - Parameters:
    ///   - pointer: The place, as a JSON pointer.
    ///   - detail: What is wrong and what must hold; only made where it is listed.
    package mutating func add(_ pointer: String, _ detail: @autoclosure () -> String) {
        count += 1
        if listed.count < Self.maximumListed {
            listed.append(ValidationError(pointer: pointer, detail: detail()))
        }
    }

    /// Ends with the errors, if there are any.
    ///
    /// - Throws: Itself.
    package func check() throws(ValidationErrors) {
        if count > 0 { throw self }
    }

    /// All of it in a sentence or two.
    package var message: String {
        guard let first = listed.first else { return "" }
        let lead = source == .upload ? "Nothing was stored. " : ""
        if count == 1, source == .query { return first.detail }
        let place = first.pointer.isEmpty ? "" : "\(first.pointer): "
        let rest = "\(place)\(first.detail)"
        return lead + (count == 1 ? rest : "\(count) values are wrong, the first at \(rest)")
    }
}
