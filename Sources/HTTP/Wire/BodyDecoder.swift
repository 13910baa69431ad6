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
    private var trailers = FieldSection()

    init(_ framing: BodyFraming) {
        switch framing {
        case .none: phase = .complete
        case .length(let length):
            phase = .fixed(remaining: length)
            body.reserveCapacity(min(length, Self.firstReservation))
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
        body.append(contentsOf: taken)
        return taken.count
    }

    private func readChunkSize(
        from buffer: inout LineBuffer, limits: ParserLimits
    ) throws(ParsingError) -> Phase? {
        let limit = limits.chunkLineBytes
        guard let line = try buffer.line(limit: limit, orThrow: .chunkLineTooLong(limit: limit))
        else { return nil }
        guard let size = try ChunkLine.size(line), size <= limits.bodyBytes - body.count else {
            throw .bodyTooLarge(limit: limits.bodyBytes)
        }
        return size == 0 ? .trailers : .chunkData(remaining: size)
    }

    private func readChunkEnd(from buffer: inout LineBuffer) throws(ParsingError) -> Phase? {
        try buffer.line(limit: 0, orThrow: .malformedChunk) == nil ? nil : .chunkSize
    }

    /// Room made for a body before its bytes come; a claimed length alone must not cost memory.
    private static let firstReservation = 1 << 20
}
