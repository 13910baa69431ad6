import Logging

/// The one thread that touches sockets: it accepts, reads, writes and keeps the deadlines.
///
/// Nothing here may block but the poller's wait. It lives on one thread alone.
final class EventLoop {
    private let configuration: ServerConfiguration
    private let listener: Socket
    private let mailbox: Mailbox
    private let workers: WorkerPool
    private let respond: @Sendable (Request) -> Response
    private let logger: Logger
    private var poller: Poller
    private var connections: [UInt64: Connection] = [:]
    private var nextID: UInt64 = 2
    private var scratch = [UInt8](repeating: 0, count: 65_536)
    private var date = HTTPDate()
    private var isAccepting = true
    private var shortage = AcceptShortage()
    private var sweep = SweepSchedule()
    private var stopsBy: ContinuousClock.Instant?

    /// A loop over a listening socket, which it will close.
    init(
        configuration: ServerConfiguration, listener: Socket, mailbox: Mailbox,
        workers: WorkerPool, logger: Logger, respond: @escaping @Sendable (Request) -> Response
    ) throws(SystemError) {
        self.configuration = configuration
        self.listener = listener
        self.mailbox = mailbox
        self.workers = workers
        self.logger = logger
        self.respond = respond
        poller = try Poller()
        try poller.add(listener, .reading, token: Self.listenerToken)
        try poller.add(mailbox.waker, token: Self.wakerToken)
    }

    /// Runs until told to stop and drained, or until the grace has passed.
    ///
    /// - Returns: How many connections were cut off.
    func run() -> Int {
        while true {
            let events = poller.wait(milliseconds: waitMilliseconds())
            let time = now()
            for event in events { handle(event, at: time) }
            readMailbox(at: time)
            if sweep.isDue(at: time.instant) { expire(at: time) }
            resumeAccepting(at: time)
            guard let stopsBy else { continue }
            if connections.isEmpty || time.instant >= stopsBy { return finish() }
        }
    }

    private static let listenerToken: UInt64 = 0
    private static let wakerToken: UInt64 = 1
    /// Connections accepted in one turn, so that a flood of them cannot starve the rest.
    private static let acceptsPerTurn = 64
}

// MARK: - Events

extension EventLoop {
    private func handle(_ event: Poller.Event, at time: LoopTime) {
        if event.token == Self.listenerToken { return accept(at: time) }
        // The waker's token, or a connection closed earlier in this turn.
        guard let connection = connections[event.token] else { return }
        let interest = connection.interest
        if event.isWritable { connection.write(at: time) }
        if event.isReadable { connection.read(into: &scratch, at: time) }
        // With reading paused, a reset would be told again at every wait.
        if event.isBroken, !connection.interest.contains(.reading) { connection.close() }
        settle(connection, watchedFor: interest)
    }

    private func readMailbox(at time: LoopTime) {
        let contents = mailbox.take()
        for (id, response) in contents.responses {
            guard let connection = connections[id] else { continue }
            let interest = connection.interest
            connection.respond(response, at: time)
            settle(connection, watchedFor: interest)
        }
        guard stopsBy == nil, let deadline = contents.stopsBy else { return }
        // Whoever has connected already would otherwise be reset with a request on its way.
        accept(at: time)
        stopsBy = deadline
        sweep.include(deadline)
        pauseAccepting()
        // Nothing will clear it any more, and the loop would wake for it without end.
        shortage.stopWaiting()
        listener.close()
        for connection in Array(connections.values) {
            let interest = connection.interest
            // A request that is in the kernel already is in flight, too.
            connection.read(into: &scratch, at: time)
            connection.stop(at: time)
            settle(connection, watchedFor: interest)
        }
    }

    /// Brings poller, deadlines and table in line with what a connection has become.
    private func settle(_ connection: Connection, watchedFor interest: Poller.Interest) {
        guard !connection.isClosed else {
            connections[connection.id] = nil
            return
        }
        if connection.interest != interest {
            poller.update(connection.socket, connection.interest, token: connection.id)
        }
        if let deadline = connection.deadline { sweep.include(deadline) }
    }

    private func expire(at time: LoopTime) {
        sweep.begin(at: time.instant)
        for connection in Array(connections.values) {
            let interest = connection.interest
            if let deadline = connection.deadline, deadline <= time.instant {
                connection.timeOut(at: time)
            }
            settle(connection, watchedFor: interest)
        }
        if let stopsBy { sweep.include(stopsBy) }
    }

    private func finish() -> Int {
        let cutOff = connections.count
        for connection in connections.values { connection.close() }
        connections.removeAll()
        return cutOff
    }

    private func now() -> LoopTime {
        date.refresh()
        return LoopTime(instant: .now, date: date.text)
    }

    private func waitMilliseconds() -> Int? {
        let deadlines = [sweep.nextDue, shortage.retriesAt].compactMap(\.self)
        guard let earliest = deadlines.min() else { return nil }
        let (seconds, attoseconds) = ContinuousClock.Instant.now.duration(to: earliest).components
        // One more: to wake before the deadline would be to wake in vain.
        return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000) + 1
    }
}

// MARK: - Accepting

extension EventLoop {
    private func accept(at time: LoopTime) {
        for _ in 0..<Self.acceptsPerTurn {
            guard isAccepting else { return }
            guard connections.count < configuration.maximumConnections else {
                return pauseAccepting()
            }
            switch listener.accept() {
            case .accepted(let socket, let peer): open(socket, peer: peer, at: time)
            case .nothingWaiting: return shortage.end()
            case .gone: continue
            case .exhausted(let error):
                if shortage.begin(at: time.instant) {
                    logger.warning("new connections must wait", metadata: ["error": "\(error)"])
                }
                return pauseAccepting()
            }
        }
    }

    private func open(_ socket: Socket, peer: SocketAddress, at time: LoopTime) {
        let id = nextID
        nextID += 1
        let state = ConnectionState(
            limits: configuration.limits, timeouts: configuration.timeouts,
            peer: peer.description, at: time)
        let connection = Connection(id: id, socket: socket, state: state) {
            [workers, mailbox, respond] request in
            workers.submit { mailbox.post(respond(request), to: id) }
        }
        do throws(SystemError) {
            try poller.add(socket, .reading, token: id)
            connections[id] = connection
            settle(connection, watchedFor: .reading)
        } catch {
            logger.warning("a connection was dropped", metadata: ["error": "\(error)"])
            socket.close()
        }
    }

    private func pauseAccepting() {
        guard isAccepting else { return }
        isAccepting = false
        poller.update(listener, [], token: Self.listenerToken)
    }

    private func resumeAccepting(at time: LoopTime) {
        guard !isAccepting, stopsBy == nil,
            connections.count < configuration.maximumConnections,
            shortage.isPast(at: time.instant)
        else { return }
        shortage.stopWaiting()
        isAccepting = true
        poller.update(listener, .reading, token: Self.listenerToken)
    }
}

/// When to look through all connections for passed deadlines.
///
/// A lower bound of all deadlines costs one comparison per request where a sorted structure would
/// cost an insertion and a removal: nearly every deadline is moved before it is reached.
struct SweepSchedule: Sendable {
    private var earliest: ContinuousClock.Instant?
    private var lastSweep: ContinuousClock.Instant?

    /// Sweeps are at least so far apart, however the deadlines are spread; so late may a
    /// deadline be noticed.
    static let spacing = Duration.milliseconds(20)

    /// When the next sweep is due; nil while there is no deadline.
    var nextDue: ContinuousClock.Instant? {
        guard let earliest else { return nil }
        guard let lastSweep else { return earliest }
        return max(earliest, lastSweep + Self.spacing)
    }

    func isDue(at instant: ContinuousClock.Instant) -> Bool {
        guard let nextDue else { return false }
        return nextDue <= instant
    }

    /// Takes account of a deadline.
    mutating func include(_ deadline: ContinuousClock.Instant) {
        earliest = earliest.map { min($0, deadline) } ?? deadline
    }

    /// Forgets all deadlines; the sweep includes those that are left.
    mutating func begin(at instant: ContinuousClock.Instant) {
        earliest = nil
        lastSweep = instant
    }
}

/// When to accept again after descriptors or memory have run out, and what of it to log.
///
/// A shortage lasts until nothing waits to be accepted any more; its log has one line for it, since
/// a full server would otherwise write ten a second.
struct AcceptShortage: Sendable {
    /// Between two attempts.
    static let retry = Duration.milliseconds(100)

    /// When to try again; nil while nothing keeps the server from accepting.
    private(set) var retriesAt: ContinuousClock.Instant?
    private var isKnown = false

    /// Notes that the kernel refused.
    ///
    /// - Parameter instant: When.
    /// - Returns: Whether this is the shortage's first refusal.
    mutating func begin(at instant: ContinuousClock.Instant) -> Bool {
        defer { isKnown = true }
        retriesAt = instant + Self.retry
        return !isKnown
    }

    /// Whether the wait for the next attempt is over.
    func isPast(at instant: ContinuousClock.Instant) -> Bool {
        retriesAt.map { $0 <= instant } ?? true
    }

    /// Ends the wait: for the next attempt, or because none will follow.
    mutating func stopWaiting() {
        retriesAt = nil
    }

    /// Notes that all that waited has been accepted.
    mutating func end() {
        isKnown = false
    }
}
