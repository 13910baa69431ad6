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
            let moment = now()
            for event in events { handle(event, at: moment) }
            readMailbox(at: moment)
            if sweep.isDue(at: moment.instant) { expire(at: moment) }
            resumeAccepting(at: moment)
            guard let stopsBy else { continue }
            if connections.isEmpty || moment.instant >= stopsBy { return finish() }
        }
    }

    private static let listenerToken: UInt64 = 0
    private static let wakerToken: UInt64 = 1
    /// Connections accepted in one turn, so that a flood of them cannot starve the rest.
    private static let acceptsPerTurn = 64
}

// MARK: - Events

extension EventLoop {
    private func handle(_ event: Poller.Event, at moment: ConnectionState.Moment) {
        if event.token == Self.listenerToken { return accept(at: moment) }
        // The waker's token, or a connection closed earlier in this turn.
        guard let connection = connections[event.token] else { return }
        let interest = connection.interest
        if event.isWritable { connection.write(at: moment) }
        if event.isReadable { connection.read(into: &scratch, at: moment) }
        // With reading paused, a reset would be told again at every wait.
        if event.isBroken, !connection.interest.contains(.reading) { connection.close() }
        settle(connection, watchedFor: interest)
    }

    private func readMailbox(at moment: ConnectionState.Moment) {
        let contents = mailbox.take()
        for (id, response) in contents.responses {
            guard let connection = connections[id] else { continue }
            let interest = connection.interest
            connection.respond(response, at: moment)
            settle(connection, watchedFor: interest)
        }
        guard stopsBy == nil, let deadline = contents.stopsBy else { return }
        // Whoever has connected already would otherwise be reset with a request on its way.
        accept(at: moment)
        stopsBy = deadline
        sweep.include(deadline)
        pauseAccepting()
        // Nothing will clear it any more, and the loop would wake for it without end.
        shortage.stopWaiting()
        listener.close()
        for connection in Array(connections.values) {
            let interest = connection.interest
            // A request that is in the kernel already is in flight, too.
            connection.read(into: &scratch, at: moment)
            connection.stop(at: moment)
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

    private func expire(at moment: ConnectionState.Moment) {
        sweep.begin(at: moment.instant)
        for connection in Array(connections.values) {
            let interest = connection.interest
            if let deadline = connection.deadline, deadline <= moment.instant {
                connection.timeOut(at: moment)
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

    private func now() -> ConnectionState.Moment {
        date.refresh()
        return ConnectionState.Moment(instant: .now, date: date.text)
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
    private func accept(at moment: ConnectionState.Moment) {
        for _ in 0..<Self.acceptsPerTurn {
            guard isAccepting else { return }
            guard connections.count < configuration.maximumConnections else {
                return pauseAccepting()
            }
            switch listener.accept() {
            case .accepted(let socket, let peer): open(socket, peer: peer, at: moment)
            case .nothingWaiting: return shortage.end()
            case .gone: continue
            case .exhausted(let error):
                if shortage.begin(at: moment.instant) {
                    logger.warning("new connections must wait", metadata: ["error": "\(error)"])
                }
                return pauseAccepting()
            }
        }
    }

    private func open(_ socket: Socket, peer: SocketAddress, at moment: ConnectionState.Moment) {
        let id = nextID
        nextID += 1
        let state = ConnectionState(
            limits: configuration.limits, timeouts: configuration.timeouts,
            peer: peer.description, at: moment)
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

    private func resumeAccepting(at moment: ConnectionState.Moment) {
        guard !isAccepting, stopsBy == nil,
            connections.count < configuration.maximumConnections,
            shortage.isPast(at: moment.instant)
        else { return }
        shortage.stopWaiting()
        isAccepting = true
        poller.update(listener, .reading, token: Self.listenerToken)
    }
}
