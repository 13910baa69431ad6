/// One accepted socket: carries out what its `ConnectionState` decides.
///
/// It lives on the event loop's thread alone.
final class Connection {
    /// The services of the loop that a connection uses.
    struct Services {
        let handler: any RequestHandler
        let ledger: MemoryLedger
        /// Hands a request to a lane: a response that is there at once, nil for one that follows.
        let dispatch: (_ request: Request, _ lane: Lane, _ connection: UInt64) -> Response?
        /// Has the next piece of a body made.
        let produce: (_ stream: BodyStream, _ connection: UInt64) -> Void
    }

    let id: UInt64
    let socket: Socket
    /// The events that the poller is to watch the socket for.
    private(set) var interest: Poller.Interest = .reading
    private(set) var isClosed = false
    private var state: ConnectionState
    private var output = OutputQueue()
    private let services: Services
    /// The lane of the request that is being read.
    private var lane = Lane.quick
    /// The request in work.
    private var context: RequestContext?
    /// For the bytes of the request that is being read; nil while they are few.
    private var inputMemory: MemoryReservation?
    /// For the response that is being sent.
    private var outputMemory: MemoryReservation?

    /// A connection around a socket that it will close.
    ///
    /// - Parameters:
    ///   - id: A number that no other connection of this server has or had.
    ///   - socket: The accepted socket.
    ///   - state: Its state, fresh.
    ///   - services: The loop's services.
    init(id: UInt64, socket: Socket, state: ConnectionState, services: Services) {
        self.id = id
        self.socket = socket
        self.state = state
        self.services = services
    }

    var deadline: ContinuousClock.Instant? { state.deadline }

    /// Reads what has come, up to a bound, so that one busy peer cannot keep the others waiting.
    func read(into scratch: inout [UInt8], at time: LoopTime) {
        for _ in 0..<Self.readsPerTurn {
            guard !isClosed, interest.contains(.reading) else { return }
            switch socket.receive(into: &scratch) {
            case .moved(let count):
                if !state.discardsInput {
                    perform(state.received(scratch[..<count], at: time), at: time)
                    coverInput(at: time)
                }
                // A short read has emptied the socket; asking again would only say so.
                if count < scratch.count { return }
            case .wouldBlock: return
            case .ended: perform(state.peerFinished(at: time), at: time)
            case .broken: close()
            }
        }
    }

    func write(at time: LoopTime) {
        perform(flush(at: time), at: time)
    }

    func receive(_ message: Mailbox.Message, at time: LoopTime) {
        switch message {
        case .response(let response): respond(response, at: time)
        case .piece(let piece):
            outputMemory = services.ledger.charge(piece?.count ?? 0)
            perform(state.pieceReady(piece, at: time), at: time)
        // Cut short, so that the client sees that the body is not whole.
        case .broken: close()
        }
    }

    private func respond(_ response: Response, at time: LoopTime) {
        outputMemory = services.ledger.charge(response.body.count)
        context = nil
        perform(state.responseReady(response, at: time), at: time)
    }

    func timeOut(at time: LoopTime) {
        perform(state.timedOut(at: time), at: time)
    }

    func turnAway(at time: LoopTime) {
        perform(state.turnAway(at: time), at: time)
    }

    func stop(at time: LoopTime) {
        perform(state.stop(), at: time)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        // Whoever works for this client may stop.
        context?.cancel()
        socket.close()
    }

    /// Carries out actions and what follows from them, in a loop rather than by recursion: a
    /// pipeline's depth is the peer's to choose.
    private func perform(_ actions: [ConnectionState.Action], at time: LoopTime) {
        var actions = actions
        while !actions.isEmpty, !isClosed {
            var following: [ConnectionState.Action] = []
            for action in actions {
                switch action {
                case .admit(let head): following += admit(head, at: time)
                case .dispatch(let request): following += dispatch(request, at: time)
                case .send(let bytes): output.append(bytes)
                case .produce(let stream): services.produce(stream, id)
                case .pauseReading: interest.remove(.reading)
                case .resumeReading: interest.insert(.reading)
                case .finishSending: socket.finishSending()
                case .close: close()
                }
            }
            actions = following.isEmpty && !output.isEmpty ? flush(at: time) : following
        }
    }

    private func admit(_ head: Request, at time: LoopTime) -> [ConnectionState.Action] {
        switch services.handler.admit(head) {
        case .refuse(let response, let delay):
            return state.refused(response, after: delay, at: time)
        case .accept(let terms):
            lane = terms.lane
            if let length = head.contentLength, length > Self.freeBytes,
                length <= terms.bodyLimit
            {
                inputMemory = services.ledger.reserve(length)
                guard inputMemory != nil else {
                    return state.refused(HTTPError.noMemory.response, at: time)
                }
            }
            return state.admitted(bodyLimit: terms.bodyLimit, at: time)
        }
    }

    private func dispatch(_ request: Request, at time: LoopTime) -> [ConnectionState.Action] {
        var request = request
        let memory = inputMemory ?? services.ledger.charge(request.body.count)
        inputMemory = nil
        let context = RequestContext(memory: memory)
        request.context = context
        self.context = context
        guard let response = services.dispatch(request, lane, id) else { return [] }
        self.context = nil
        return state.responseReady(response, at: time)
    }

    /// Reserves memory for bytes whose number nobody announced: long heads, chunked bodies.
    private func coverInput(at time: LoopTime) {
        let held = state.heldBytes
        guard held > Self.freeBytes else {
            if held == 0 { inputMemory = nil }
            return
        }
        let missing = held - (inputMemory?.bytes ?? 0)
        guard missing > 0 else { return }
        // In large steps, for arrays grow by doubling.
        let step = max(missing, held)
        let isCovered: Bool
        if let inputMemory {
            isCovered = inputMemory.grow(by: step)
        } else {
            inputMemory = services.ledger.reserve(step)
            isCovered = inputMemory != nil
        }
        guard !isCovered else { return }
        perform(state.fail(.noMemory, at: time), at: time)
    }

    /// Sends what the kernel takes.
    private func flush(at time: LoopTime) -> [ConnectionState.Action] {
        while !output.isEmpty {
            switch socket.send(output.next, moreFollows: output.hasMore) {
            case .moved(let count):
                output.advance(count)
                state.sentPart(count)
            case .wouldBlock:
                interest.insert(.writing)
                return []
            case .ended, .broken:
                close()
                return []
            }
        }
        interest.remove(.writing)
        outputMemory = nil
        return state.sent(at: time)
    }

    private static let readsPerTurn = 4
    /// Received bytes of a connection that are not worth counting.
    private static let freeBytes = 4_096
}

/// Bytes on their way out, in the pieces they came in.
struct OutputQueue: Sendable {
    private var pieces: [[UInt8]] = []
    /// The bytes of the first piece that are out.
    private var offset = 0

    var isEmpty: Bool { pieces.isEmpty }

    /// True when another piece follows the first.
    var hasMore: Bool { pieces.count > 1 }

    /// The bytes to be sent next.
    var next: ArraySlice<UInt8> { pieces.first?[offset...] ?? [] }

    mutating func append(_ piece: [UInt8]) {
        if !piece.isEmpty { pieces.append(piece) }
    }

    /// Drops what has been sent from the front.
    mutating func advance(_ count: Int) {
        offset += count
        guard let first = pieces.first, offset >= first.count else { return }
        pieces.removeFirst()
        offset = 0
    }
}
