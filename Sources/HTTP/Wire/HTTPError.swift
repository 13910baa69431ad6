package import JSONText

/// An error that a client is told: a status, a sentence, and where in its input the error stands.
///
/// The response has the media type `application/problem+json` (RFC 9457):
///
///     throw HTTPError(.notFound, detail: "There is no run \"a\".")
///
package struct HTTPError: Error, Sendable, Equatable {
    package var status: Status
    /// A stable word for programs, such as `over-budget`; `about:blank` where the status says all.
    package var type: String
    /// A short sentence that is the same for every fault of this kind; the status's phrase
    /// unless given.
    package var title: String
    /// The finding about this request, and the remedy.
    package var detail: String
    /// The bad values, each with its place.
    package var errors: [ValidationError]
    /// Fields that go with the status, such as Allow or Retry-After.
    package var headers: Headers

    package init(
        _ status: Status, type: String = "about:blank", title: String? = nil, detail: String,
        errors: [ValidationError] = [], headers: Headers = Headers()
    ) {
        self.status = status
        self.type = type
        self.title = title ?? status.reason
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    package var response: Response {
        var headers = headers
        headers["Content-Type"] = "application/problem+json"
        var members: [JSONValue.Member] = [
            .init("type", .string(type)), .init("title", .string(title)),
            .init("status", .integer(status.code)), .init("detail", .string(detail)),
        ]
        if !errors.isEmpty { members.append(.init("errors", .array(errors.map(\.json)))) }
        return Response(
            status: status, headers: headers, body: JSONWriter.bytes(of: .object(members)))
    }
}

extension HTTPError {
    init(_ error: ParsingError) {
        self.init(error.status, detail: error.description)
    }

    static let requestTimeout = HTTPError(
        .requestTimeout, detail: "The request did not come whole in time; send it again.")

    /// 503: too much memory is in use for what this request needs.
    package static let noMemory = HTTPError(
        .serviceUnavailable,
        detail: "The server has no memory to spare for this request now; try again in a few "
            + "seconds, or start it with a larger --memory.", headers: ["Retry-After": "3"])

    static let tooManyConnections = HTTPError(
        .serviceUnavailable,
        detail: "Too many connections are open; close some, and try again in a few seconds.",
        headers: ["Retry-After": "5"])

    package static let overload = HTTPError(
        .serviceUnavailable, detail: "Too many requests are waiting; try again in a second.",
        headers: ["Retry-After": "1"])

    static let unexpected = HTTPError(
        .internalServerError,
        detail: "The server failed on this request; its log has the reason.")
}
