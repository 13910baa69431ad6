/// A whole request, as a handler sees it: its body is complete and free of transfer coding.
///
/// A content coding such as gzip is left in place; `headers["Content-Encoding"]` names it.
package struct Request: Sendable, Equatable {
    package var method: Method
    package var target: RequestTarget
    package var version: Version
    package var headers: Headers
    package var body: [UInt8]
    /// The bytes of the body; of a head, those announced, and nil for a chunked body.
    package var contentLength: Int?
    /// The other end, for logs: `127.0.0.1:53124`.
    package var peer: String
    package var context: RequestContext

    package init(
        method: Method, target: RequestTarget, version: Version = .http11,
        headers: Headers = Headers(), body: [UInt8] = [], peer: String = "in-process",
        context: RequestContext = .detached
    ) {
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.body = body
        contentLength = body.count
        self.peer = peer
        self.context = context
    }

    /// Compares all but the context, which is the connection's own.
    package static func == (left: Request, right: Request) -> Bool {
        left.method == right.method && left.target == right.target
            && left.version == right.version && left.headers == right.headers
            && left.body == right.body && left.contentLength == right.contentLength
            && left.peer == right.peer
    }

    /// The versions of HTTP that the server speaks.
    package enum Version: Sendable, Equatable {
        case http10
        case http11
    }

    package var path: String { target.path }
    package var query: Query { target.query }

    /// True where a body comes, or has come.
    package var hasBody: Bool { contentLength != 0 }

    /// True where the client leaves the connection open for another request.
    ///
    /// HTTP/1.0 closes always: its keep-alive was never standard, and proxies break it.
    package var keepsConnection: Bool {
        version == .http11 && !headers.tokens(for: "Connection").contains("close")
    }
}

/// A request method (RFC 9110, section 9), open to methods that the server does not know.
///
/// Methods are case-sensitive: `get` is not `GET`.
package struct Method: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    package static let get = Method(rawValue: "GET")
    package static let head = Method(rawValue: "HEAD")
    package static let post = Method(rawValue: "POST")
    package static let put = Method(rawValue: "PUT")
    package static let delete = Method(rawValue: "DELETE")
    package static let options = Method(rawValue: "OPTIONS")
    package static let connect = Method(rawValue: "CONNECT")
}
