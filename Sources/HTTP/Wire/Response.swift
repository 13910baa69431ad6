import Dispatch
package import JSONText
import Synchronization

/// A response as a handler gives it: framing, date and connection fields are the writer's.
///
///     Response.json(bytes)                                  // whole
///     Response.streaming(type: "text/csv") { page() }       // in pieces, as the client reads
///     Response.later { finish in queue.run { finish(.success(.noContent)) } }
package struct Response: Sendable, Equatable {
    package var status: Status
    package var headers: Headers
    package var body: [UInt8]
    /// The body in pieces, instead of `body`.
    package var stream: BodyStream?
    /// Set where the response is still to come.
    package var deferral: Deferral?

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

    package static func json(_ value: JSONValue, status: Status = .ok) -> Response {
        json(JSONWriter.bytes(of: value), status: status)
    }

    package static func text(_ body: String, status: Status = .ok) -> Response {
        content(Array(body.utf8), type: "text/plain; charset=utf-8", status: status)
    }

    /// The response to what was done and has nothing to show.
    package static var noContent: Response { Response(status: .noContent) }

    /// A response whose body is made piece by piece while the client reads, so that a slow or
    /// silent reader holds one piece and not the whole.
    ///
    /// - Parameters:
    ///   - type: The media type.
    ///   - next: The next piece, best of some 64 KiB; nil at the end. It is called on a worker's
    ///     thread, by one at a time; an error cuts the connection.
    /// - Returns: The response.
    package static func streaming(
        type: String, next: @escaping @Sendable () throws -> [UInt8]?
    ) -> Response {
        var response = Response(headers: ["Content-Type": type])
        response.stream = BodyStream(next: next)
        return response
    }

    /// A response that comes later, without a thread that waits for it.
    ///
    /// - Parameter begin: Called once; it calls its parameter once, on any thread.
    /// - Returns: The promise of a response.
    package static func later(_ begin: @escaping Deferral.Begin) -> Response {
        var response = Response()
        response.deferral = Deferral(begin: begin)
        return response
    }
}

extension Response {
    /// The response with its body whole, for callers within this process; it waits for one that
    /// comes later.
    package func collected() -> Response {
        if let deferral {
            let result = Received()
            let isThere = DispatchSemaphore(value: 0)
            deferral.begin { value in
                result.value.withLock { $0 = value }
                isThere.signal()
            }
            isThere.wait()
            let response = try? result.value.withLock { $0 }?.get()
            return (response ?? HTTPError.unexpected.response).collected()
        }
        guard let stream else { return self }
        var whole = self
        whole.stream = nil
        do {
            while let piece = try stream.piece() { whole.body += piece }
        } catch {
            return HTTPError.unexpected.response
        }
        return whole
    }
}

/// The place for the result of a deferral.
private final class Received: Sendable {
    let value = Mutex<Result<Response, any Error>?>(nil)
}

/// A body that is made in pieces.
package final class BodyStream: Sendable, Equatable {
    private let next: @Sendable () throws -> [UInt8]?

    init(next: @escaping @Sendable () throws -> [UInt8]?) {
        self.next = next
    }

    /// The next piece, never empty; nil at the end.
    package func piece() throws -> [UInt8]? {
        while let bytes = try next() {
            if !bytes.isEmpty { return bytes }
        }
        return nil
    }

    package static func == (left: BodyStream, right: BodyStream) -> Bool { left === right }
}

/// The promise of a response.
package final class Deferral: Sendable, Equatable {
    package typealias Finish = @Sendable (Result<Response, any Error>) -> Void
    package typealias Begin = @Sendable (@escaping Finish) -> Void

    /// Starts what ends in the response.
    package let begin: Begin

    init(begin: @escaping Begin) {
        self.begin = begin
    }

    package static func == (left: Deferral, right: Deferral) -> Bool { left === right }
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

    /// True when a response with this status never has a body, whatever the handler gave.
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
    package static let tooManyRequests = Status(code: 429, reason: "Too Many Requests")
    package static let internalServerError = Status(
        code: 500, reason: "Internal Server Error")
    package static let notImplemented = Status(code: 501, reason: "Not Implemented")
    package static let serviceUnavailable = Status(code: 503, reason: "Service Unavailable")
    package static let versionNotSupported = Status(
        code: 505, reason: "HTTP Version Not Supported")
    package static let insufficientStorage = Status(code: 507, reason: "Insufficient Storage")
}
