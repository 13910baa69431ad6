/// A request up to its body, and what its header section settles.
struct RequestHead: Sendable, Equatable {
    let line: RequestLine
    let headers: Headers
    let framing: BodyFraming
    /// Whether the client waits for `100 Continue` before it sends the body.
    let expectsContinue: Bool

    init(line: RequestLine, headers: Headers, bodyLimit: Int) throws(ParsingError) {
        self.line = line
        self.headers = headers
        try Self.checkHost(headers, version: line.version)
        framing = try .decide(headers, version: line.version, limit: bodyLimit)
        // HTTP/1.0 has no expectations: RFC 9110, section 10.1.1 says to ignore the field.
        guard line.version == .http11, let expectation = headers["Expect"] else {
            expectsContinue = false
            return
        }
        guard ASCII.equalIgnoringCase(expectation, "100-continue") else {
            throw .unsupportedExpectation
        }
        expectsContinue = framing != .none
    }

    func request(body: [UInt8], peer: String) -> Request {
        Request(
            method: line.method, target: line.target, version: line.version, headers: headers,
            body: body, peer: peer)
    }

    private static func checkHost(
        _ headers: Headers, version: Request.Version
    ) throws(ParsingError) {
        let hosts = headers.values(for: "Host")
        guard let host = hosts.first else {
            guard version == .http10 else { throw .missingHost }
            return
        }
        guard hosts.count == 1 else { throw .severalHosts }
        let isHost = host.utf8.allSatisfy { byte in
            ASCII.isLetter(byte) || ASCII.isDigit(byte) || hostMarks.contains(byte)
        }
        guard isHost else { throw .malformedHost }
    }

    /// Marks of RFC 3986's `host [":" port]`; user information (`@`) is not among them.
    private static let hostMarks = Array("-._~%!$&'()*+;=:[]".utf8)
}
