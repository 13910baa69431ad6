import HTTP
import JSONText

extension ValidationErrors {
    /// Refuses the request when there is an error.
    ///
    /// - Parameter source: What was read.
    /// - Throws: `HTTPError` that lists the errors.
    func check(_ source: Source) throws(HTTPError) {
        if let error = fault(source) { throw error }
    }

    /// The listed faults, as an answer beside what was stored.
    var json: JSONValue {
        .array(
            listed.map {
                .object([
                    .init("pointer", .string($0.pointer)), .init("detail", .string($0.detail)),
                ])
            })
    }

    /// The refusal that lists the errors, 400 for a query and 422 for a body; nil without any.
    func fault(_ source: Source) -> HTTPError? {
        guard count > 0 else { return nil }
        var named = self
        named.source = source
        return HTTPError(
            source == .query ? .badRequest : .unprocessableContent, detail: named.message,
            errors: listed.map { .init(pointer: $0.pointer, detail: $0.detail) })
    }
}

extension HTTPError {
    /// A single error at one place.
    static func field(_ status: Status, _ pointer: String, _ detail: String) -> HTTPError {
        HTTPError(
            status, detail: detail, errors: [FieldError(pointer: pointer, detail: detail)])
    }
}
