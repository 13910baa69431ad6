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
    func read(into scratch: inout [UInt8], at moment: ConnectionState.Moment) {
        for _ in 0..<Self.readsPerTurn {
            guard !isClosed, interest.contains(.reading) else { return }
            switch socket.receive(into: &scratch) {
            case .moved(let count):
                if !state.discardsInput {
                    perform(state.received(scratch[..<count], at: moment), at: moment)
                }
                // A short read has emptied the socket; asking again would only say so.
                if count < scratch.count { return }
            case .wouldBlock: return
            case .ended: perform(state.peerFinished(), at: moment)
            case .broken: close()
            }
        }
    }

    func write(at moment: ConnectionState.Moment) {
        perform(flush(at: moment), at: moment)
    }

    func respond(_ response: Response, at moment: ConnectionState.Moment) {
        perform(state.responseReady(response, at: moment), at: moment)
    }

    func timeOut(at moment: ConnectionState.Moment) {
        perform(state.timedOut(at: moment), at: moment)
    }

    func stop(at moment: ConnectionState.Moment) {
        perform(state.stop(), at: moment)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        socket.close()
    }

    /// Carries out actions and what follows from them, in a loop rather than by recursion: a
    /// pipeline's depth is the peer's to choose.
    private func perform(_ actions: [ConnectionState.Action], at moment: ConnectionState.Moment) {
        var actions = actions
        while !actions.isEmpty, !isClosed {
            var following: [ConnectionState.Action] = []
            for action in actions {
                switch action {
                case .dispatch(let request):
                    if !dispatch(request) {
                        following += state.responseReady(HTTPFault.overload.response, at: moment)
                    }
                case .send(let bytes): output.append(bytes)
                case .pauseReading: interest.remove(.reading)
                case .resumeReading: interest.insert(.reading)
                case .finishSending: socket.finishSending()
                case .close: close()
                }
            }
            actions = following.isEmpty && !output.isEmpty ? flush(at: moment) : following
        }
    }

    /// Sends what the kernel takes.
    private func flush(at moment: ConnectionState.Moment) -> [ConnectionState.Action] {
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
        return state.sent(at: moment)
    }

    private static let readsPerTurn = 4
}
