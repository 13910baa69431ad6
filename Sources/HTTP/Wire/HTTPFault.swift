/// A request's fault, with the status and the words to answer it by.
///
/// The response is a problem document, `application/problem+json` (RFC 9457).
package struct HTTPFault: Error, Sendable, Equatable {
    package var status: Status
    /// A short sentence that is the same for every fault of this kind; the status's phrase
    /// unless given.
    package var title: String
    /// What is wrong with this request, and what to do.
    package var detail: String
    package var errors: [FieldError]
    /// Fields that go with the status, such as Allow or Retry-After.
    package var headers: Headers

    package init(
        _ status: Status, title: String? = nil, detail: String, errors: [FieldError] = [],
        headers: Headers = Headers()
    ) {
        self.status = status
        self.title = title ?? status.reason
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    /// What is wrong with one member of a JSON body.
    package struct FieldError: Sendable, Equatable {
        /// Where it stands, as a JSON pointer (RFC 6901): `/points/3/loss`.
        package let pointer: String
        package let detail: String

        package init(pointer: String, detail: String) {
            self.pointer = pointer
            self.detail = detail
        }
    }

    package var response: Response {
        var headers = headers
        headers["Content-Type"] = "application/problem+json"
        return Response(status: status, headers: headers, body: ProblemDocument.encode(self))
    }
}

extension HTTPFault {
    init(_ error: ParsingError) {
        self.init(error.status, detail: error.description)
    }

    static let requestTimeout = HTTPFault(
        .requestTimeout, detail: "The request did not come whole in time; send it again.")

    static let overload = HTTPFault(
        .serviceUnavailable, detail: "Too many requests are waiting; try again in a second.",
        headers: ["Retry-After": "1"])

    static let internalError = HTTPFault(
        .internalServerError,
        detail: "The server failed on this request; its log has the reason.")
}
