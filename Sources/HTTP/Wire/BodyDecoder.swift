/// The way in which the end of a request's body is found (RFC 9112, section 6.3).
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

/// Collects a body as its framing says, without the chunk framing and the trailers.
struct BodyDecoder: Sendable {
    private enum Phase {
        case fixed(remaining: Int)
        case chunkSize
        case chunkData(remaining: Int)
        case chunkEnd
        case trailers
        case complete
    }

    private(set) var body: [UInt8] = []
    private var phase: Phase
    /// The bytes that came so far.
    private var bodyCount = 0
    /// The size to make room for when the first byte comes.
    private var announced = 0
    /// True where the body is only skipped, to find the next request behind it.
    private(set) var isDiscarding = false
    private var trailers = FieldSection()

    init(_ framing: BodyFraming) {
        switch framing {
        case .none: phase = .complete
        case .length(let length):
            phase = .fixed(remaining: length)
            announced = length
        case .chunked: phase = .chunkSize
        }
    }

    /// Takes what is there of the body.
    ///
    /// - Parameters:
    ///   - buffer: Where the bytes come from; what follows the body stays in it.
    ///   - limits: What the body may cost.
    /// - Returns: Whether the body is complete.
    /// - Throws: The limit or the rule that the body breaks.
    mutating func read(
        from buffer: inout LineBuffer, limits: ParserLimits
    ) throws(ParsingError) -> Bool {
        while true {
            let next: Phase?
            switch phase {
            case .fixed(let remaining):
                let rest = remaining - take(remaining, from: &buffer)
                phase = .fixed(remaining: rest)
                next = rest == 0 ? .complete : nil
            case .chunkSize: next = try readChunkSize(from: &buffer, limits: limits)
            case .chunkData(let remaining):
                let rest = remaining - take(remaining, from: &buffer)
                phase = .chunkData(remaining: rest)
                next = rest == 0 ? .chunkEnd : nil
            case .chunkEnd: next = try readChunkEnd(from: &buffer)
            case .trailers:
                // For their syntax only: nothing here may change what the header section said.
                next = try trailers.read(from: &buffer, limits: limits) ? .complete : nil
            case .complete: return true
            }
            guard let next else { return false }
            phase = next
        }
    }

    /// Moves up to `limit` bytes into the body, and says how many there were.
    private mutating func take(_ limit: Int, from buffer: inout LineBuffer) -> Int {
        let taken = buffer.take(upTo: limit)
        bodyCount += taken.count
        guard !isDiscarding else { return taken.count }
        // Room for all of it at once: growing by doubling would hold up to three times as much.
        // The ledger has agreed to the size, and pages not yet written to cost no memory.
        if body.isEmpty, !taken.isEmpty { body.reserveCapacity(announced) }
        body.append(contentsOf: taken)
        return taken.count
    }

    /// Skips what is still to come.
    mutating func discard() {
        isDiscarding = true
        body = []
    }

    private func readChunkSize(
        from buffer: inout LineBuffer, limits: ParserLimits
    ) throws(ParsingError) -> Phase? {
        let limit = limits.chunkLineBytes
        guard let line = try buffer.line(limit: limit, orThrow: .chunkLineTooLong(limit: limit))
        else { return nil }
        guard let size = try ChunkLine.size(line), size <= limits.bodyBytes - bodyCount else {
            throw .bodyTooLarge(limit: limits.bodyBytes)
        }
        return size == 0 ? .trailers : .chunkData(remaining: size)
    }

    private func readChunkEnd(from buffer: inout LineBuffer) throws(ParsingError) -> Phase? {
        try buffer.line(limit: 0, orThrow: .malformedChunk) == nil ? nil : .chunkSize
    }
}

/// The line before a chunk: its size in hexadecimal and extensions, which are skipped
/// (RFC 9112, section 7.1).
enum ChunkLine {
    /// The chunk's size in bytes; nil when it is beyond any limit.
    static func size(_ line: ArraySlice<UInt8>) throws(ParsingError) -> Int? {
        var size = 0
        var overflows = false
        var index = line.startIndex
        while index < line.endIndex, let digit = ASCII.hexValue(line[index]) {
            // 4 bits at a time; the top 8 must be free or the shift would lose some.
            if size >> 55 != 0 { overflows = true }
            if !overflows { size = size << 4 | Int(digit) }
            index += 1
        }
        guard index > line.startIndex else { throw .malformedChunk }
        var rest = line[index...]
        while let byte = rest.first, ASCII.isBlank(byte) { rest.removeFirst() }
        // A blank is allowed only before an extension.
        guard rest.isEmpty ? index == line.endIndex : rest.first == ASCII.semicolon,
            rest.allSatisfy(ASCII.isFieldCharacter)
        else { throw .malformedChunk }
        return overflows ? nil : size
    }
}
