/// A rule of HTTP or a limit that received bytes break; the connection ends after one.
package enum ParsingError: Error, Equatable, Sendable {
    case requestLineTooLong(limit: Int)
    case headersTooLarge(limit: Int)
    case tooManyHeaders(limit: Int)
    case bodyTooLarge(limit: Int)
    case chunkLineTooLong(limit: Int)
    case bareLineFeed
    case malformedRequestLine
    case malformedTarget(TargetProblem)
    case unsupportedVersion(String)
    case unsupportedMethod(Method)
    case foldedHeader
    case malformedHeader
    case malformedHeaderValue(name: String)
    case missingHost
    case severalHosts
    case malformedHost
    case malformedContentLength
    case severalContentLengths
    case contentLengthWithTransferEncoding
    case transferEncodingInHTTP10
    case unsupportedTransferEncoding
    case malformedTransferEncoding
    case unsupportedExpectation
    case malformedChunk

    /// The kind of fault in a request target.
    package enum TargetProblem: Equatable, Sendable {
        case form
        case character
        case percentEncoding
        case encoding
    }
}

extension ParsingError {
    package var status: Status {
        switch self {
        case .requestLineTooLong: .targetTooLong
        case .headersTooLarge, .tooManyHeaders: .headersTooLarge
        case .bodyTooLarge: .contentTooLarge
        case .unsupportedVersion: .versionNotSupported
        case .unsupportedMethod, .unsupportedTransferEncoding: .notImplemented
        case .unsupportedExpectation: .expectationFailed
        case .chunkLineTooLong, .bareLineFeed, .malformedRequestLine, .malformedTarget,
            .foldedHeader, .malformedHeader, .malformedHeaderValue, .missingHost, .severalHosts,
            .malformedHost, .malformedContentLength, .severalContentLengths,
            .contentLengthWithTransferEncoding, .transferEncodingInHTTP10,
            .malformedTransferEncoding, .malformedChunk:
            .badRequest
        }
    }
}

extension ParsingError: CustomStringConvertible {
    /// A sentence for the client: the finding, the rule, and what to send instead.
    package var description: String {
        switch self {
        case .requestLineTooLong(let limit):
            "The request line is longer than \(limit) bytes; send long input in a POST body."
        case .headersTooLarge(let limit):
            "The header fields are larger than \(limit) bytes together; send fewer or shorter ones."
        case .tooManyHeaders(let limit):
            "There are more than \(limit) header fields; send fewer."
        case .bodyTooLarge(let limit):
            "The body is larger than \(limit) bytes; send it in several requests."
        case .chunkLineTooLong(let limit):
            "A chunk-size line is longer than \(limit) bytes; send no chunk extensions."
        case .bareLineFeed:
            "A line ends in LF alone; every line before the body must end in CR LF."
        case .malformedRequestLine:
            "The first line must be METHOD, one space, target, one space, HTTP/1.1."
        case .malformedTarget(let problem):
            problem.description
        case .unsupportedVersion(let version):
            "The version is \(version); this server speaks HTTP/1.1 and HTTP/1.0."
        case .unsupportedMethod(let method):
            "\(method) is not supported; this server is not a proxy."
        case .foldedHeader:
            "A header line begins with a blank; a field must stand on one line."
        case .malformedHeader:
            "A header line must be a field name, a colon right after it, and a value."
        case .malformedHeaderValue(let name):
            "The value of \(name) has a control character; remove it."
        case .missingHost:
            "The Host field is missing; an HTTP/1.1 request must have one."
        case .severalHosts:
            "There are several Host fields; send one."
        case .malformedHost:
            "The Host field must be a host name or address and an optional port."
        case .malformedContentLength:
            "Content-Length must be one decimal number of bytes."
        case .severalContentLengths:
            "There are several Content-Length fields; send one."
        case .contentLengthWithTransferEncoding:
            "Content-Length and Transfer-Encoding are both present; send one of them."
        case .transferEncodingInHTTP10:
            "Transfer-Encoding is not part of HTTP/1.0; send Content-Length."
        case .unsupportedTransferEncoding:
            "The only transfer coding supported is chunked; compress by Content-Encoding."
        case .malformedTransferEncoding:
            "Transfer-Encoding must be chunked, once, and last."
        case .unsupportedExpectation:
            "The only expectation supported is 100-continue."
        case .malformedChunk:
            "The chunked body is malformed: a chunk is its size in hexadecimal, CR LF, that many "
                + "bytes, CR LF."
        }
    }
}

extension ParsingError.TargetProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .form:
            "The request target must be a path beginning with / or an http address."
        case .character:
            "The request target has a character that must be percent-encoded."
        case .percentEncoding:
            "The request target has a % that two hexadecimal digits do not follow; "
                + "write a literal % as %25."
        case .encoding:
            "The request target is not UTF-8 after percent-decoding."
        }
    }
}
