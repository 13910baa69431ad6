import HTTP

/// The bad values of one request's content, each with its place: all are named at once.
struct FieldFaults {
    /// Faults that an answer lists; a batch may have a million of them.
    static let maximumListed = 100

    private(set) var listed: [HTTPFault.FieldError] = []
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

    /// Refuses the request when there is a fault.
    ///
    /// - Throws: `HTTPFault` 422 that lists the faults.
    func check() throws(HTTPFault) {
        if let fault { throw fault }
    }

    /// The refusal that lists the faults; nil without any.
    var fault: HTTPFault? {
        guard let first = listed.first else { return nil }
        let place = first.pointer.isEmpty ? "" : "\(first.pointer): "
        let what =
            count == 1
            ? "\(place)\(first.detail)"
            : "\(count) values are wrong, the first at \(place)\(first.detail)"
        return HTTPFault(
            .unprocessableContent, detail: "Nothing was stored. \(what)", errors: listed)
    }
}

extension HTTPFault {
    /// A single fault at one place.
    static func field(
        _ status: Status, _ pointer: String, _ detail: String
    ) -> HTTPFault {
        HTTPFault(
            status, detail: detail, errors: [FieldError(pointer: pointer, detail: detail)])
    }
}
