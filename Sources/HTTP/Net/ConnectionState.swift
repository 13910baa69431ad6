/// The time at which the loop woke: an instant for deadlines, and the text of the Date field.
struct LoopTime: Sendable, Equatable {
    var instant: ContinuousClock.Instant
    var date: String
}

/// The state machine of one connection; it touches neither a socket nor a clock.
///
/// Each input is an event with its time; each result is the list of actions to carry out, in order:
///
///     var state = ConnectionState(limits: limits, timeouts: timeouts, peer: peer, at: now)
///     state.received(bytes, at: now)           // [.admit(head)]
///     state.admitted(bodyLimit: 1_000, at: now)  // [.dispatch(request)]
///     state.responseReady(response, at: now)   // [.send(bytes)]
///
/// One request is in work at a time, so pipelined ones are answered in order.
struct ConnectionState: Sendable {
    /// An action for the connection's shell.
    enum Action: Sendable, Equatable {
        /// Judge the request by its head; `admitted` or `refused` follows.
        case admit(Request)
        /// Hand the request to a worker; `responseReady` follows.
        case dispatch(Request)
        /// Send the bytes after those given before; `sent` follows when all are out.
        case send([UInt8])
        /// Have the next piece of a body made; `pieceReady` follows, or `close`.
        case produce(BodyStream)
        case pauseReading
        case resumeReading
        /// Close the sending side, and go on reading and discarding.
        case finishSending
        case close
    }

    private enum Phase: Equatable {
        /// Between requests, or within one.
        case reading
        /// Between `admit` and its answer.
        case judging(Request)
        /// A refusal that is held back for a while.
        case refusing(Response, isHead: Bool, closes: Bool)
        case answering(Request)
        case sending(thenCloses: Bool)
        case streaming(BodyStream, inChunks: Bool, thenCloses: Bool)
        /// The last response is out; what still comes is discarded, or else the kernel would
        /// reset the connection and the peer might lose the response (RFC 9112, section 9.6).
        case lingering
        case closed
    }

    private let timeouts: ServerConfiguration.Timeouts
    private var parser: RequestParser
    private var phase = Phase.reading
    private var stage = RequestParser.Stage.idle
    private var transfer: TransferDeadline?
    private var fixedDeadline: ContinuousClock.Instant?
    private var isPaused = false
    private var peerHasFinished = false
    private var isStopping = false

    init(
        limits: ParserLimits, timeouts: ServerConfiguration.Timeouts, peer: String,
        at time: LoopTime
    ) {
        self.timeouts = timeouts
        parser = RequestParser(limits: limits, peer: peer)
        fixedDeadline = time.instant + timeouts.header
    }

    /// When `timedOut` is due; nil while a handler works.
    var deadline: ContinuousClock.Instant? { transfer?.instant ?? fixedDeadline }

    /// True once received bytes are of no interest any more.
    var discardsInput: Bool {
        switch phase {
        case .lingering, .closed, .refusing(_, _, closes: true): true
        default: false
        }
    }

    /// The memory that received bytes hold, beyond a small constant.
    var heldBytes: Int { parser.heldBytes }

    private static let waitingLimit = 65_536
    /// A refused body of up to this size is skipped, so that the connection can go on; for a
    /// larger one closing costs less than reading it.
    private static let skippedBodyBytes = 65_536
    /// Until a client that has closed its sending side is asked whether it still listens, and
    /// between two such questions.
    private static let firstProbe = Duration.seconds(1)
    private static let laterProbes = Duration.seconds(3)
}

// MARK: - Inputs

extension ConnectionState {
    mutating func received(_ bytes: ArraySlice<UInt8>, at time: LoopTime) -> [Action] {
        switch phase {
        case .reading:
            if stage == .body { transfer?.extend(by: bytes.count) }
            parser.append(bytes)
            return readOn(at: time)
        case .judging, .refusing(_, _, closes: false), .answering, .sending, .streaming:
            parser.append(bytes)
            // Pipelining may run ahead by so much and no more.
            guard parser.waitingCount >= Self.waitingLimit else { return [] }
            return pause()
        case .refusing, .lingering, .closed:
            return []
        }
    }

    /// The judgement on a head: the request may come.
    mutating func admitted(bodyLimit: Int, at time: LoopTime) -> [Action] {
        guard case .judging(let head) = phase else { return [] }
        parser.limitBody(to: bodyLimit)
        if let length = head.contentLength, length > bodyLimit {
            return refused(HTTPError(.bodyTooLarge(limit: bodyLimit)).response, at: time)
        }
        phase = .reading
        let permission: [Action] =
            parser.expectsContinue ? [.send(ResponseWriter.continueMessage)] : []
        return permission + resumeAndReadOn(at: time)
    }

    /// The judgement on a head: the request is refused, and its body is not read.
    mutating func refused(
        _ response: Response, after delay: Duration = .zero, at time: LoopTime
    ) -> [Action] {
        guard case .judging(let head) = phase else { return [] }
        let isShort = head.contentLength.map { $0 <= Self.skippedBodyBytes } ?? false
        let closes =
            !isShort || parser.expectsContinue || !head.keepsConnection || isStopping
        if !closes { parser.discardBody() }
        let isHead = head.method == .head
        guard delay > .zero else {
            return send(response, to: head, closes: closes, at: time)
        }
        phase = .refusing(response, isHead: isHead, closes: closes)
        transfer = nil
        fixedDeadline = time.instant + delay
        return pause()
    }

    /// Ends the request that is being read or answered by a response of the server's own.
    mutating func fail(_ error: HTTPError, at time: LoopTime) -> [Action] {
        switch phase {
        case .reading, .judging, .answering:
            return send(error.response, to: nil, closes: true, at: time)
        case .refusing, .sending, .streaming, .lingering, .closed: return close()
        }
    }

    /// The peer has closed its sending side; it may still wait for the response.
    mutating func peerFinished(at time: LoopTime) -> [Action] {
        peerHasFinished = true
        switch phase {
        case .answering:
            fixedDeadline = time.instant + Self.firstProbe
            return pause()
        case .refusing, .sending, .streaming: return pause()
        case .reading, .judging, .lingering: return close()
        case .closed: return []
        }
    }

    mutating func responseReady(_ response: Response, at time: LoopTime) -> [Action] {
        guard case .answering(let request) = phase else { return [] }
        let closes = !request.keepsConnection || isStopping
        return send(response, to: request, closes: closes, at: time)
    }

    /// The next piece of a body in pieces; nil at its end.
    mutating func pieceReady(_ piece: [UInt8]?, at time: LoopTime) -> [Action] {
        guard case .streaming(_, let inChunks, let closes) = phase else { return [] }
        transfer = transferDeadline(timeouts.write, at: time)
        if let piece { return [.send(inChunks ? ResponseWriter.chunk(piece) : piece)] }
        phase = .sending(thenCloses: closes)
        return inChunks ? [.send(ResponseWriter.lastChunk)] : sent(at: time)
    }

    /// Part of what was to be sent is out.
    mutating func sentPart(_ count: Int) {
        transfer?.extend(by: count)
    }

    /// All that was to be sent is out.
    mutating func sent(at time: LoopTime) -> [Action] {
        switch phase {
        case .streaming(let stream, _, _):
            transfer = nil
            fixedDeadline = nil
            return [.produce(stream)]
        case .sending(let closes):
            transfer = nil
            guard closes else {
                phase = .reading
                stage = .idle
                fixedDeadline = time.instant + timeouts.idle
                return resumeAndReadOn(at: time)
            }
            guard !peerHasFinished else { return close() }
            phase = .lingering
            fixedDeadline = time.instant + timeouts.linger
            return [.finishSending] + resume()
        case .reading, .judging, .refusing, .answering, .lingering, .closed: return []
        }
    }

    mutating func timedOut(at time: LoopTime) -> [Action] {
        guard let deadline, time.instant >= deadline else { return [] }
        switch phase {
        case .refusing(let response, let isHead, let closes):
            return send(response, isHead: isHead, closes: closes, at: time)
        case .answering(let request):
            // A peer that has only closed its sending side skips an interim response; of one that
            // has gone the kernel now learns so, and the work for it can end.
            fixedDeadline = time.instant + Self.laterProbes
            return request.version == .http11 ? [.send(ResponseWriter.continueMessage)] : []
        case .reading where stage != .idle && !parser.isDiscarding:
            return send(
                HTTPError.requestTimeout.response, isHead: false, closes: true, at: time)
        case .reading, .judging, .sending, .streaming, .lingering, .closed: return close()
        }
    }

    /// Answers a connection that is one too many; the first and last input.
    mutating func turnAway(at time: LoopTime) -> [Action] {
        send(HTTPError.tooManyConnections.response, isHead: false, closes: true, at: time)
    }

    /// The server stops: a request that has begun is still answered, and is the last.
    mutating func stop() -> [Action] {
        isStopping = true
        return phase == .reading && stage == .idle ? close() : []
    }
}

// MARK: - Steps

extension ConnectionState {
    /// Reads as far as the bytes go, or to the next head or whole request.
    private mutating func readOn(at time: LoopTime) -> [Action] {
        switch parser.next() {
        case .needsBytes: return waitForBytes(at: time)
        case .head(let head):
            phase = .judging(head)
            return [.admit(head)]
        case .request(let request):
            // The body is the handler's alone from here on.
            var head = request
            head.body = []
            phase = .answering(head)
            transfer = nil
            fixedDeadline = nil
            return [.dispatch(request)]
        case .failure(let error):
            return send(HTTPError(error).response, isHead: false, closes: true, at: time)
        }
    }

    private mutating func resumeAndReadOn(at time: LoopTime) -> [Action] {
        let actions = readOn(at: time)
        guard case .reading = phase else { return actions }
        return resume() + actions
    }

    private mutating func waitForBytes(at time: LoopTime) -> [Action] {
        // What is missing will not come.
        if peerHasFinished { return close() }
        let reached = parser.stage
        if reached == .idle, isStopping { return close() }
        guard reached != stage else { return [] }
        stage = reached
        switch reached {
        case .idle: break
        case .head: fixedDeadline = time.instant + timeouts.header
        case .body: transfer = transferDeadline(timeouts.body, at: time)
        }
        return []
    }

    private mutating func send(
        _ response: Response, to request: Request?, closes: Bool, at time: LoopTime
    ) -> [Action] {
        send(
            response, isHead: request?.method == .head, closes: closes,
            allowsChunks: request?.version != .http10, at: time)
    }

    private mutating func send(
        _ response: Response, isHead: Bool, closes: Bool, allowsChunks: Bool = true,
        at time: LoopTime
    ) -> [Action] {
        phase = .sending(thenCloses: closes)
        if let stream = response.stream, !isHead, !response.status.forbidsBody {
            phase = .streaming(stream, inChunks: allowsChunks, thenCloses: closes)
        }
        transfer = transferDeadline(timeouts.write, at: time)
        let context = ResponseWriter.Context(
            isHead: isHead, closes: closes, allowsChunks: allowsChunks, date: time.date)
        return ResponseWriter.messages(response, context: context).map(Action.send)
    }

    private func transferDeadline(_ allowance: Duration, at time: LoopTime) -> TransferDeadline {
        TransferDeadline(
            start: time.instant, allowance: allowance,
            bytesPerSecond: timeouts.slowestBytesPerSecond)
    }

    private mutating func close() -> [Action] {
        guard phase != .closed else { return [] }
        phase = .closed
        transfer = nil
        fixedDeadline = nil
        return [.close]
    }

    private mutating func pause() -> [Action] {
        guard !isPaused else { return [] }
        isPaused = true
        return [.pauseReading]
    }

    private mutating func resume() -> [Action] {
        guard isPaused, !peerHasFinished else { return [] }
        isPaused = false
        return [.resumeReading]
    }
}

/// Until when a transfer may go on: a fixed time, and more for each byte that has moved.
struct TransferDeadline: Sendable, Equatable {
    private let start: ContinuousClock.Instant
    private let allowance: Duration
    private let bytesPerSecond: Int
    private var moved = 0

    init(start: ContinuousClock.Instant, allowance: Duration, bytesPerSecond: Int) {
        self.start = start
        self.allowance = allowance
        self.bytesPerSecond = max(1, bytesPerSecond)
    }

    mutating func extend(by bytes: Int) {
        moved += bytes
    }

    var instant: ContinuousClock.Instant {
        start + allowance + .seconds(moved) / bytesPerSecond
    }
}
