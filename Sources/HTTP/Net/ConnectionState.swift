/// The time at which the loop woke: an instant for deadlines, and the text of the Date field.
struct LoopTime: Sendable, Equatable {
    var instant: ContinuousClock.Instant
    var date: String
}

/// The state machine of one connection; it touches neither a socket nor a clock.
///
/// Each input is something that happened, with its time; each answer is the list of what to do
/// about it, in order. One request is in work at a time, so pipelined ones are answered in order.
struct ConnectionState: Sendable {
    /// What the connection's shell is to do.
    enum Action: Sendable, Equatable {
        /// Hand the request to a worker; `responseReady` follows.
        case dispatch(Request)
        /// Send the bytes after those given before; `sent` follows when all are out.
        case send([UInt8])
        case pauseReading
        case resumeReading
        /// Close the sending side, and go on reading and discarding.
        case finishSending
        case close
    }

    private enum Phase: Equatable {
        /// Between requests, or within one.
        case reading
        case answering(isHead: Bool, keepsConnection: Bool)
        case sending(thenCloses: Bool)
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

    /// Whether received bytes are of no interest any more.
    var discardsInput: Bool { phase == .lingering || phase == .closed }

    private static let waitingLimit = 65_536
}

// MARK: - Inputs

extension ConnectionState {
    mutating func received(_ bytes: ArraySlice<UInt8>, at time: LoopTime) -> [Action] {
        switch phase {
        case .reading:
            if stage == .body { transfer?.extend(by: bytes.count) }
            parser.append(bytes)
            return readOn(at: time)
        case .answering, .sending:
            parser.append(bytes)
            // Pipelining may run ahead by so much and no more.
            guard parser.waitingCount >= Self.waitingLimit else { return [] }
            return pause()
        case .lingering, .closed:
            return []
        }
    }

    /// The peer has closed its sending side; it may still wait for the response.
    mutating func peerFinished() -> [Action] {
        peerHasFinished = true
        switch phase {
        case .answering, .sending: return pause()
        case .reading, .lingering: return close()
        case .closed: return []
        }
    }

    mutating func responseReady(_ response: Response, at time: LoopTime) -> [Action] {
        guard case .answering(let isHead, let keepsConnection) = phase else { return [] }
        let closes = !keepsConnection || isStopping
        return send(response, isHead: isHead, closes: closes, at: time)
    }

    /// Part of what was to be sent is out.
    mutating func sentPart(_ count: Int) {
        guard case .sending = phase else { return }
        transfer?.extend(by: count)
    }

    /// All that was to be sent is out.
    mutating func sent(at time: LoopTime) -> [Action] {
        guard case .sending(let closes) = phase else { return [] }
        transfer = nil
        guard closes else {
            phase = .reading
            stage = .idle
            fixedDeadline = time.instant + timeouts.idle
            let actions = readOn(at: time)
            guard case .reading = phase else { return actions }
            return resume() + actions
        }
        guard !peerHasFinished else { return close() }
        phase = .lingering
        fixedDeadline = time.instant + timeouts.linger
        return [.finishSending] + resume()
    }

    mutating func timedOut(at time: LoopTime) -> [Action] {
        guard let deadline, time.instant >= deadline else { return [] }
        guard phase == .reading, stage != .idle else { return close() }
        return send(
            HTTPError.requestTimeout.response, isHead: false, closes: true, at: time)
    }

    /// The server stops: a request that has begun is still answered, and is the last.
    mutating func stop() -> [Action] {
        isStopping = true
        return phase == .reading && stage == .idle ? close() : []
    }
}

// MARK: - Steps

extension ConnectionState {
    /// Reads as far as the bytes go, or to the next whole request.
    private mutating func readOn(at time: LoopTime) -> [Action] {
        var actions: [Action] = []
        while true {
            switch parser.next() {
            case .continueExpected:
                actions.append(.send(ResponseWriter.continueMessage))
            case .needsBytes:
                return actions + waitForBytes(at: time)
            case .request(let request):
                phase = .answering(
                    isHead: request.method == .head, keepsConnection: request.keepsConnection)
                transfer = nil
                fixedDeadline = nil
                return actions + [.dispatch(request)]
            case .failure(let error):
                return actions
                    + send(HTTPError(error).response, isHead: false, closes: true, at: time)
            }
        }
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
        _ response: Response, isHead: Bool, closes: Bool, at time: LoopTime
    ) -> [Action] {
        phase = .sending(thenCloses: closes)
        transfer = transferDeadline(timeouts.write, at: time)
        let context = ResponseWriter.Context(isHead: isHead, closes: closes, date: time.date)
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
