@testable import HTTP

/// A connection's state with a clock that moves when told.
struct MockConnection {
    typealias Action = ConnectionState.Action

    static let timeouts = ServerConfiguration.Timeouts(
        header: .seconds(10), body: .seconds(20), idle: .seconds(60), write: .seconds(30),
        linger: .seconds(2), slowestBytesPerSecond: 100)

    private let start = ContinuousClock.now
    private(set) var seconds = 0.0
    private var state: ConnectionState

    init(limits: ParserLimits = ParserLimits()) {
        state = ConnectionState(
            limits: limits, timeouts: Self.timeouts, peer: "test",
            at: LoopTime(instant: start, date: "D"))
    }

    /// Seconds from the start to the deadline; nil where there is none.
    var deadline: Double? {
        state.deadline.map { (start.duration(to: $0) / .milliseconds(1)).rounded() / 1_000 }
    }

    var discardsInput: Bool { state.discardsInput }

    private var time: LoopTime {
        LoopTime(instant: start + .seconds(seconds), date: "D")
    }

    mutating func wait(_ duration: Double) {
        seconds += duration
    }

    /// What becomes of bytes; heads are admitted at once.
    mutating func receive(_ text: String) -> [Action] {
        admitting(state.received(Array(text.utf8)[...], at: time))
    }

    /// What becomes of bytes, with every head left for the test to judge.
    mutating func receiveHead(_ text: String) -> [Action] {
        state.received(Array(text.utf8)[...], at: time)
    }

    mutating func refuse(_ error: HTTPError, after delay: Duration = .zero) -> [Action] {
        state.refused(error.response, after: delay, at: time)
    }

    mutating func admit(bodyLimit: Int) -> [Action] {
        state.admitted(bodyLimit: bodyLimit, at: time)
    }

    mutating func piece(_ text: String?) -> [Action] {
        state.pieceReady(text.map { Array($0.utf8) }, at: time)
    }

    mutating func turnAway() -> [Action] {
        state.turnAway(at: time)
    }

    private mutating func admitting(_ actions: [Action]) -> [Action] {
        actions.flatMap { action -> [Action] in
            guard case .admit = action else { return [action] }
            return admitting(state.admitted(bodyLimit: .max, at: time))
        }
    }

    mutating func respond(_ response: Response = Response()) -> [Action] {
        state.responseReady(response, at: time)
    }

    mutating func sentPart(_ count: Int) {
        state.sentPart(count)
    }

    mutating func sent() -> [Action] {
        admitting(state.sent(at: time))
    }

    mutating func peerFinished() -> [Action] {
        state.peerFinished(at: time)
    }

    mutating func timeOut() -> [Action] {
        state.timedOut(at: time)
    }

    mutating func stop() -> [Action] {
        state.stop()
    }
}

extension [ConnectionState.Action] {
    /// The actions in few words: a dispatched path, a status sent, the rest by name.
    var summary: [String] {
        map { action in
            switch action {
            case .admit(let head): "admit \(head.path)"
            case .dispatch(let request): "dispatch \(request.path)"
            case .produce: "produce"
            case .send(let bytes):
                "send " + String(decoding: bytes, as: UTF8.self).dropFirst(9).prefix(3)
            case .pauseReading: "pause"
            case .resumeReading: "resume"
            case .finishSending: "finish"
            case .close: "close"
            }
        }
    }

    /// Whether a response says that it is the connection's last.
    var announcesClose: Bool {
        contains { action in
            guard case .send(let bytes) = action else { return false }
            return String(decoding: bytes, as: UTF8.self).contains("\r\nConnection: close\r\n")
        }
    }
}
