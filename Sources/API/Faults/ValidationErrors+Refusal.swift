import Contract
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

    /// The refusal that lists the errors, 400 for a query and 422 for a body; nil without any.
    func fault(_ source: Source) -> HTTPError? {
        guard count > 0 else { return nil }
        var named = self
        named.source = source
        return HTTPError(
            source == .query ? .badRequest : .unprocessableContent, detail: named.message,
            errors: listed)
    }
}

extension HTTPError {
    /// A single error at one place.
    static func field(_ status: Status, _ pointer: String, _ detail: String) -> HTTPError {
        HTTPError(
            status, detail: detail, errors: [ValidationError(pointer: pointer, detail: detail)])
    }

    /// An error of one of a query's parameters.
    static func query(_ name: String, _ detail: String) -> HTTPError {
        .field(.badRequest, "/\(pointerComponent(name))", detail)
    }
}

/// The request of a call that takes no parameters.
struct NoFields: RequestFields {
    mutating func visit(_ fields: inout some FieldVisitor) {}
}

extension Query {
    /// Names and values, in their order.
    var pairs: [QueryFields.Item] { items.map { ($0.name, $0.value) } }

    /// The request that the query makes.
    ///
    /// - Parameters:
    ///   - request: Its standard values.
    ///   - others: Names that the caller reads.
    /// - Returns: The request with what the query says.
    /// - Throws: `ValidationErrors` with all that is wrong, a 400.
    func read<Request: RequestFields>(
        _ request: Request, beside others: [String] = []
    ) throws(ValidationErrors) -> Request {
        var request = request
        try QueryFields.read(pairs, into: &request, beside: others)
        return request
    }
}
