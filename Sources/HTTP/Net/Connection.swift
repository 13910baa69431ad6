/// One accepted socket: carries out what its `ConnectionState` decides.
///
/// It lives on the event loop's thread alone.
final class Connection {
    let id: UInt64
    let socket: Socket
    /// What the poller is to watch the socket for.
    private(set) var interest: Poller.Interest = .reading
    private(set) var isClosed = false
    private var state: ConnectionState
    private var output = OutputQueue()
    private let dispatch: (Request) -> Bool

    /// A connection around a socket that it will close.
    ///
    /// - Parameters:
    ///   - id: A number that no other connection of this server has or had.
    ///   - socket: The accepted socket.
    ///   - state: Its state, fresh.
    ///   - dispatch: Hands a request to the workers; false means that they are overloaded.
    init(
        id: UInt64, socket: Socket, state: ConnectionState,
        dispatch: @escaping (Request) -> Bool
    ) {
        self.id = id
        self.socket = socket
        self.state = state
        self.dispatch = dispatch
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
                }
                // A short read has emptied the socket; asking again would only say so.
                if count < scratch.count { return }
            case .wouldBlock: return
            case .ended: perform(state.peerFinished(), at: time)
            case .broken: close()
            }
        }
    }

    func write(at time: LoopTime) {
        perform(flush(at: time), at: time)
    }

    func respond(_ response: Response, at time: LoopTime) {
        perform(state.responseReady(response, at: time), at: time)
    }

    func timeOut(at time: LoopTime) {
        perform(state.timedOut(at: time), at: time)
    }

    func stop(at time: LoopTime) {
        perform(state.stop(), at: time)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
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
                case .dispatch(let request):
                    if !dispatch(request) {
                        following += state.responseReady(HTTPError.overload.response, at: time)
                    }
                case .send(let bytes): output.append(bytes)
                case .pauseReading: interest.remove(.reading)
                case .resumeReading: interest.insert(.reading)
                case .finishSending: socket.finishSending()
                case .close: close()
                }
            }
            actions = following.isEmpty && !output.isEmpty ? flush(at: time) : following
        }
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
        return state.sent(at: time)
    }

    private static let readsPerTurn = 4
}

/// Bytes on their way out, in the pieces they came in.
struct OutputQueue: Sendable {
    private var pieces: [[UInt8]] = []
    /// How much of the first piece is out.
    private var offset = 0

    var isEmpty: Bool { pieces.isEmpty }

    /// Whether another piece follows the first.
    var hasMore: Bool { pieces.count > 1 }

    /// What is to be sent next.
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
