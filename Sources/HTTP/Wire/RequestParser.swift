/// An incremental parser of HTTP/1.1 requests: bytes go in as they come, values come out.
///
/// It touches no socket and no clock, and its answers do not depend on how the bytes were split.
/// Call `next` after each `append` until it asks for bytes; after a failure it stays failed,
/// because where the next request would begin is no longer known. RFC 9112.
struct RequestParser: Sendable {
    /// The outcome of the bytes so far.
    enum Output: Sendable, Equatable {
        case needsBytes
        /// The head is in; call `next` again to read the body, or first `discardBody`.
        case head(Request)
        case request(Request)
        case failure(ParsingError)
    }

    /// The progress of the current request.
    enum Stage: Sendable, Equatable {
        case idle
        case head
        case body
    }

    private enum Phase {
        case requestLine
        case fields(RequestLine, FieldSection)
        case body(RequestHead, BodyDecoder)
        case failed(ParsingError)
    }

    private var limits: ParserLimits
    private let standardBodyLimit: Int
    private let peer: String
    private var buffer = LineBuffer()
    private var phase = Phase.requestLine
    private var skippedEmptyLine = false

    init(limits: ParserLimits, peer: String) {
        self.limits = limits
        standardBodyLimit = limits.bodyBytes
        self.peer = peer
    }

    /// Bytes that have come and are not consumed: pipelined requests, while one is in work.
    var waitingCount: Int { buffer.count }

    /// The memory that the current request holds, beyond a small constant.
    var heldBytes: Int {
        switch phase {
        case .requestLine, .failed: buffer.count
        case .fields(_, let section): buffer.count + section.heldBytes
        case .body(_, let decoder): buffer.count + decoder.body.count
        }
    }

    /// True once the head is in, while its client waits to be told to send the body.
    var expectsContinue: Bool {
        guard case .body(let head, _) = phase else { return false }
        // A client that sends at once, without waiting, needs no permission any more.
        return head.expectsContinue && buffer.count == 0
    }

    /// True while a body is skipped.
    var isDiscarding: Bool {
        guard case .body(_, let decoder) = phase else { return false }
        return decoder.isDiscarding
    }

    /// Lowers the limit of the current request's body.
    mutating func limitBody(to bytes: Int) {
        limits.bodyBytes = min(standardBodyLimit, bytes)
    }

    /// Skips the current request's body, and makes no request of it.
    mutating func discardBody() {
        guard case .body(let head, var decoder) = phase else { return }
        decoder.discard()
        phase = .body(head, decoder)
    }

    /// The progress of the current request.
    var stage: Stage {
        switch phase {
        case .requestLine: buffer.count == 0 && !skippedEmptyLine ? .idle : .head
        case .fields: .head
        case .body, .failed: .body
        }
    }

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        buffer.append(bytes)
    }

    mutating func next() -> Output {
        do throws(ParsingError) {
            while true {
                if let output = try advance() { return output }
            }
        } catch {
            phase = .failed(error)
            return .failure(error)
        }
    }

    /// Takes one step; nil means that another can follow at once.
    private mutating func advance() throws(ParsingError) -> Output? {
        switch phase {
        case .requestLine:
            return try readRequestLine()
        case .fields(let line, var section):
            return try readFields(line, &section)
        case .body(let head, var decoder):
            // Taken out of the phase first, or else the body would be copied at each arrival.
            phase = .requestLine
            let isComplete = try decoder.read(from: &buffer, limits: limits)
            guard isComplete else {
                phase = .body(head, decoder)
                return .needsBytes
            }
            guard !decoder.isDiscarding else { return nil }
            return .request(head.request(body: decoder.body, isWhole: true, peer: peer))
        case .failed(let error):
            return .failure(error)
        }
    }

    private mutating func readRequestLine() throws(ParsingError) -> Output? {
        let limit = limits.requestLineBytes
        guard let line = try buffer.line(limit: limit, orThrow: .requestLineTooLong(limit: limit))
        else { return .needsBytes }
        // Old clients put one line end too many after a body (RFC 9112, section 2.2).
        if line.isEmpty, !skippedEmptyLine {
            skippedEmptyLine = true
            return nil
        }
        phase = .fields(try RequestLine(bytes: line), FieldSection())
        skippedEmptyLine = false
        return nil
    }

    private mutating func readFields(
        _ line: RequestLine, _ section: inout FieldSection
    ) throws(ParsingError) -> Output? {
        let isComplete = try section.read(from: &buffer, limits: limits)
        guard isComplete else {
            phase = .fields(line, section)
            return .needsBytes
        }
        limits.bodyBytes = standardBodyLimit
        let head = try RequestHead(
            line: line, headers: Headers(section.fields), bodyLimit: limits.bodyBytes)
        phase = .body(head, BodyDecoder(head.framing))
        return .head(head.request(isWhole: false, peer: peer))
    }
}

/// The limits over which a request is refused; every number is in bytes unless it says count.
package struct ParserLimits: Sendable, Equatable {
    /// The request line without its line end; beyond it 414.
    package var requestLineBytes: Int
    /// All field lines together, and likewise all trailer lines; beyond it 431.
    package var headerBytes: Int
    /// The number of field lines, and likewise of trailer lines; beyond it 431.
    package var headerCount: Int
    /// The body after chunked decoding; beyond it 413.
    package var bodyBytes: Int
    /// One chunk-size line with its extensions; beyond it 400.
    package var chunkLineBytes: Int

    /// Limits that a training job's uploads stay under and that a few hundred clients cannot
    /// exhaust memory with.
    package init(
        requestLineBytes: Int = 16_384, headerBytes: Int = 32_768, headerCount: Int = 100,
        bodyBytes: Int = 64 << 20, chunkLineBytes: Int = 512
    ) {
        self.requestLineBytes = requestLineBytes
        self.headerBytes = headerBytes
        self.headerCount = headerCount
        self.bodyBytes = bodyBytes
        self.chunkLineBytes = chunkLineBytes
    }
}
