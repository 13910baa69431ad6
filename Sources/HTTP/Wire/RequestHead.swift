/// A request up to its body, and what its header section settles.
struct RequestHead: Sendable, Equatable {
    let line: RequestLine
    let headers: Headers
    let framing: BodyFraming
    /// True when the client waits for `100 Continue` before it sends the body.
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

    /// The request with as much of its body as is there.
    func request(body: [UInt8] = [], isWhole: Bool, peer: String) -> Request {
        var request = Request(
            method: line.method, target: line.target, version: line.version, headers: headers,
            body: body, peer: peer)
        guard !isWhole else { return request }
        request.contentLength =
            switch framing {
            case .none: 0
            case .length(let length): length
            case .chunked: nil
            }
        return request
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

/// The first line of a request: method, target and version (RFC 9112, section 3).
struct RequestLine: Sendable, Equatable {
    let method: Method
    let target: RequestTarget
    let version: Request.Version

    /// Parses a line without its line end; exactly one space stands between its three parts.
    init(bytes: ArraySlice<UInt8>) throws(ParsingError) {
        guard let first = bytes.firstIndex(of: ASCII.space),
            let last = bytes.lastIndex(of: ASCII.space), first < last
        else { throw .malformedRequestLine }
        let name = bytes[..<first]
        let target = bytes[bytes.index(after: first)..<last]
        let isToken = name.allSatisfy(ASCII.isTokenCharacter)
        guard !name.isEmpty, isToken, !target.isEmpty else { throw .malformedRequestLine }
        version = try Self.version(bytes[bytes.index(after: last)...])
        method = Method(rawValue: String(decoding: name, as: UTF8.self))
        // Its target is an authority, which only a proxy can do anything with.
        guard method != .connect else { throw .unsupportedMethod(method) }
        self.target = try RequestTarget(bytes: target)
        guard !self.target.isAsterisk || method == .options else {
            throw .malformedTarget(.form)
        }
    }

    /// The version; a later 1.x is answered as 1.1, as RFC 9110, section 2.5 asks.
    private static func version(
        _ bytes: ArraySlice<UInt8>
    ) throws(ParsingError) -> Request.Version {
        let text = String(decoding: bytes, as: UTF8.self)
        if text == "HTTP/1.1" { return .http11 }
        if text == "HTTP/1.0" { return .http10 }
        let digits = Array(text.utf8.dropFirst(5))
        guard text.hasPrefix("HTTP/"), digits.count == 3, ASCII.isDigit(digits[0]),
            digits[1] == UInt8(ascii: "."), ASCII.isDigit(digits[2])
        else { throw .malformedRequestLine }
        guard digits[0] == UInt8(ascii: "1") else { throw .unsupportedVersion(text) }
        return .http11
    }
}
