/// How the end of a request's body is found (RFC 9112, section 6.3).
enum BodyFraming: Sendable, Equatable {
    case none
    /// A body of that many bytes, at least one.
    case length(Int)
    case chunked

    /// Decides by the header section, and refuses whatever two readers could decide differently.
    ///
    /// - Parameters:
    ///   - headers: The whole header section.
    ///   - version: The request's version.
    ///   - limit: The largest body taken, in bytes.
    /// - Returns: The framing.
    /// - Throws: The rule that the fields break; `bodyTooLarge` from the length alone, before any
    ///   of the body is read.
    static func decide(
        _ headers: Headers, version: Request.Version, limit: Int
    ) throws(ParsingError) -> BodyFraming {
        let lengths = headers.values(for: "Content-Length")
        let hasCoding = headers["Transfer-Encoding"] != nil
        if hasCoding {
            guard version == .http11 else { throw .transferEncodingInHTTP10 }
            guard lengths.isEmpty else { throw .contentLengthWithTransferEncoding }
            let codings = headers.tokens(for: "Transfer-Encoding")
            if codings == ["chunked"] { return .chunked }
            guard codings.last == "chunked", codings.count(where: { $0 == "chunked" }) == 1
            else { throw .malformedTransferEncoding }
            throw .unsupportedTransferEncoding
        }
        guard let text = lengths.first else { return .none }
        // Even equal ones: nothing that sends two is worth guessing about.
        guard lengths.count == 1 else { throw .severalContentLengths }
        guard !text.isEmpty, text.utf8.allSatisfy(ASCII.isDigit) else {
            throw .malformedContentLength
        }
        guard let length = Int(text), length <= limit else { throw .bodyTooLarge(limit: limit) }
        return length == 0 ? .none : .length(length)
    }
}
