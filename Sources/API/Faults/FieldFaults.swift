import HTTP

/// The bad values of one request's content, each with its place: all are named at once.
struct FieldFaults {
    /// Faults that an answer lists; a batch may have a million of them.
    static let maximumListed = 100

    private(set) var listed: [HTTPError.FieldError] = []
    private(set) var count = 0

    /// Notes a fault.
    ///
    /// - Parameters:
    ///   - pointer: Where, as a JSON pointer.
    ///   - detail: What is wrong and what must hold.
    mutating func add(_ pointer: String, _ detail: @autoclosure () -> String) {
        count += 1
        if listed.count < Self.maximumListed {
            listed.append(.init(pointer: pointer, detail: detail()))
        }
    }

    /// What a request was to do.
    enum Purpose {
        /// Store what it brings: its client must learn whether any of it was.
        case upload
        case question
    }

    /// Refuses the request when there is a fault.
    ///
    /// - Parameter purpose: What the request was to do.
    /// - Throws: `HTTPError` 422 that lists the faults.
    func check(_ purpose: Purpose) throws(HTTPError) {
        if let fault = fault(purpose) { throw fault }
    }

    /// The refusal that lists the faults; nil without any.
    func fault(_ purpose: Purpose) -> HTTPError? {
        guard let first = listed.first else { return nil }
        let place = first.pointer.isEmpty ? "" : "\(first.pointer): "
        let what =
            count == 1
            ? "\(place)\(first.detail)"
            : "\(count) values are wrong, the first at \(place)\(first.detail)"
        let lead = purpose == .upload ? "Nothing was stored. " : ""
        return HTTPError(.unprocessableContent, detail: lead + what, errors: listed)
    }
}

extension HTTPError {
    /// A single fault at one place.
    static func field(
        _ status: Status, _ pointer: String, _ detail: String
    ) -> HTTPError {
        HTTPError(
            status, detail: detail, errors: [FieldError(pointer: pointer, detail: detail)])
    }
}
