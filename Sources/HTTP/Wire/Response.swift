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
