/// A response as a handler gives it: framing, date and connection fields are the writer's.
package struct Response: Sendable, Equatable {
    package var status: Status
    package var headers: Headers
    package var body: [UInt8]

    package init(status: Status = .ok, headers: Headers = Headers(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A response with a body of the given media type.
    package static func content(
        _ body: [UInt8], type: String, status: Status = .ok
    ) -> Response {
        Response(status: status, headers: ["Content-Type": type], body: body)
    }

    /// A response with JSON text, UTF-8, already encoded.
    package static func json(_ body: [UInt8], status: Status = .ok) -> Response {
        content(body, type: "application/json", status: status)
    }

    package static func text(_ body: String, status: Status = .ok) -> Response {
        content(Array(body.utf8), type: "text/plain; charset=utf-8", status: status)
    }

    /// The answer to what was done and has nothing to show.
    package static var noContent: Response { Response(status: .noContent) }
}

/// A response status: its code and the phrase that goes with it on the wire.
///
/// Two statuses are equal when their codes are; the phrase is for people (RFC 9110, section 15).
package struct Status: Hashable, Sendable, CustomStringConvertible {
    package let code: Int
    package let reason: String

    package init(code: Int, reason: String) {
        self.code = code
        self.reason = reason
    }

    package static func == (left: Status, right: Status) -> Bool {
        left.code == right.code
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(code)
    }

    package var description: String { "\(code) \(reason)" }

    /// Whether a response with this status never has a body, whatever the handler gave.
    package var forbidsBody: Bool {
        code < 200 || code == 204 || code == 304
    }

    package static let ok = Status(code: 200, reason: "OK")
    package static let created = Status(code: 201, reason: "Created")
    package static let accepted = Status(code: 202, reason: "Accepted")
    package static let noContent = Status(code: 204, reason: "No Content")
    package static let notModified = Status(code: 304, reason: "Not Modified")
    package static let badRequest = Status(code: 400, reason: "Bad Request")
    package static let unauthorized = Status(code: 401, reason: "Unauthorized")
    package static let notFound = Status(code: 404, reason: "Not Found")
    package static let methodNotAllowed = Status(code: 405, reason: "Method Not Allowed")
    package static let notAcceptable = Status(code: 406, reason: "Not Acceptable")
    package static let requestTimeout = Status(code: 408, reason: "Request Timeout")
    package static let conflict = Status(code: 409, reason: "Conflict")
    package static let contentTooLarge = Status(code: 413, reason: "Content Too Large")
    package static let targetTooLong = Status(code: 414, reason: "URI Too Long")
    package static let unsupportedMediaType = Status(
        code: 415, reason: "Unsupported Media Type")
    package static let expectationFailed = Status(code: 417, reason: "Expectation Failed")
    package static let misdirectedRequest = Status(code: 421, reason: "Misdirected Request")
    package static let unprocessableContent = Status(
        code: 422, reason: "Unprocessable Content")
    package static let headersTooLarge = Status(
        code: 431, reason: "Request Header Fields Too Large")
    package static let internalServerError = Status(
        code: 500, reason: "Internal Server Error")
    package static let notImplemented = Status(code: 501, reason: "Not Implemented")
    package static let serviceUnavailable = Status(code: 503, reason: "Service Unavailable")
    package static let versionNotSupported = Status(
        code: 505, reason: "HTTP Version Not Supported")
    package static let insufficientStorage = Status(code: 507, reason: "Insufficient Storage")
}
