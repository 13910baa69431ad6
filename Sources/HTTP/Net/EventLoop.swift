import Logging

/// The one thread that touches sockets: it accepts, reads, writes and keeps the deadlines.
///
/// Nothing here may block but the poller's wait. It lives on one thread alone.
final class EventLoop {
    private let configuration: ServerConfiguration
    private let listener: Socket
    private let mailbox: Mailbox
    private let lanes: Lanes
    private let handler: any RequestHandler
    private let ledger: MemoryLedger
    private let logger: Logger
    private var poller: Poller
    private var connections: [UInt64: Connection] = [:]
    private var admission: AddressCount
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
        lanes: Lanes, ledger: MemoryLedger, logger: Logger, handler: any RequestHandler
    ) throws(SystemError) {
        self.configuration = configuration
        self.listener = listener
        self.mailbox = mailbox
        self.lanes = lanes
        self.ledger = ledger
        self.logger = logger
        self.handler = handler
        admission = AddressCount(limit: configuration.maximumPerAddress)
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
    /// Connections beyond the maximum that are told so; of more than these the end is abrupt.
    private static let turnedAwayCount = 256
    /// After heavy work with so much reserved, free memory goes back to the kernel.
    private static let releaseBytes = 16 << 20
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
        for (id, message) in contents.messages {
            guard let connection = connections[id] else { continue }
            let interest = connection.interest
            connection.receive(message, at: time)
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
            if connections.removeValue(forKey: connection.id) != nil {
                admission.remove(connection.id)
            }
            return
        }
        if connection.interest != interest {
            poller.update(connection.socket, connection.interest, token: connection.id)
        }
        if let deadline = connection.deadline { sweep.include(deadline) }
    }

    private func expire(at time: LoopTime) {
        sweep.begin(at: time.instant, connections: connections.count)
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
        let excess = connections.count - configuration.maximumConnections
        // A queue in the kernel would leave the client without a word until its patience ends.
        guard excess < Self.turnedAwayCount else { return socket.close() }
        let id = nextID
        nextID += 1
        let state = ConnectionState(
            limits: configuration.limits, timeouts: configuration.timeouts,
            peer: peer.description, at: time)
        let connection = Connection(id: id, socket: socket, state: state, services: services)
        do throws(SystemError) {
            try poller.add(socket, .reading, token: id)
        } catch {
            logger.warning("a connection was dropped", metadata: ["error": "\(error)"])
            return socket.close()
        }
        connections[id] = connection
        if !admission.add(id, from: peer) || excess >= 0 { connection.turnAway(at: time) }
        settle(connection, watchedFor: .reading)
    }

    private var services: Connection.Services {
        // The loop owns its connections, and ends after them.
        Connection.Services(
            handler: handler, ledger: ledger,
            dispatch: { [unowned self] in dispatch($0, on: $1, for: $2) },
            produce: { [unowned self] in produce($0, for: $1) })
    }

    private func dispatch(_ request: Request, on lane: Lane, for id: UInt64) -> Response? {
        let work: WorkerPool.Job = { [handler, mailbox] in
            // Nobody would read the answer.
            guard !request.context.isCancelled else { return }
            mailbox.deliver(handler.respond(to: request), to: id)
        }
        let isTaken: Bool
        switch lane {
        case .loop:
            let response = handler.respond(to: request)
            guard response.deferral != nil else { return response }
            mailbox.deliver(response, to: id)
            isTaken = true
        case .quick where request.body.count <= configuration.quickBodyBytes:
            isTaken = lanes.quick.submit(work)
        case .quick: isTaken = submitHeavy(weight: 0, work)
        case .read: isTaken = lanes.read.submit(work)
        case .heavy(let weight): isTaken = submitHeavy(weight: weight, work)
        }
        return isTaken ? nil : HTTPError.overload.response
    }

    private func submitHeavy(weight: Double, _ work: @escaping WorkerPool.Job) -> Bool {
        lanes.heavy.submit(weight: weight) { [ledger] in
            let before = ledger.heldBytes
            work()
            if before > Self.releaseBytes { MemoryTuning.release() }
        }
    }

    private func produce(_ stream: BodyStream, for id: UInt64) {
        let isTaken = lanes.read.submit(force: true) { [mailbox, logger] in
            do {
                mailbox.post(.piece(try stream.piece()), to: id)
            } catch {
                logger.error("a body was cut short", metadata: ["error": "\(error)"])
                mailbox.post(.broken, to: id)
            }
        }
        if !isTaken { mailbox.post(.broken, to: id) }
    }

    private func pauseAccepting() {
        guard isAccepting else { return }
        isAccepting = false
        poller.update(listener, [], token: Self.listenerToken)
    }

    private func resumeAccepting(at time: LoopTime) {
        guard !isAccepting, stopsBy == nil, shortage.isPast(at: time.instant) else { return }
        shortage.stopWaiting()
        isAccepting = true
        poller.update(listener, .reading, token: Self.listenerToken)
    }
}

/// The pools that answer requests.
struct Lanes: Sendable {
    let quick: WorkerPool
    let read: WorkerPool
    let heavy: WorkerPool

    init(_ configuration: ServerConfiguration) {
        quick = WorkerPool(
            name: "http-quick", threads: configuration.workers,
            capacity: configuration.maximumWaiting)
        read = WorkerPool(
            name: "http-read", threads: configuration.workers,
            capacity: configuration.maximumWaiting, niceness: 5)
        heavy = WorkerPool(
            name: "http-heavy", threads: configuration.heavyWorkers,
            capacity: configuration.maximumHeavyWaiting, niceness: 10)
    }

    func close() {
        quick.close()
        read.close()
        heavy.close()
    }
}

/// The connections of each address, so that one client cannot take them all.
///
/// Loopback addresses have no limit of their own: a proxy there speaks for many clients.
struct AddressCount: Sendable {
    private let limit: Int
    private var counts: [String: Int] = [:]
    private var hosts: [UInt64: String] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts a connection; false where its address has too many.
    mutating func add(_ id: UInt64, from address: SocketAddress) -> Bool {
        guard !address.isLoopback else { return true }
        hosts[id] = address.host
        counts[address.host, default: 0] += 1
        return counts[address.host, default: 0] <= limit
    }

    mutating func remove(_ id: UInt64) {
        guard let host = hosts.removeValue(forKey: id), let count = counts[host] else { return }
        counts[host] = count > 1 ? count - 1 : nil
    }
}

/// The times at which all connections are looked through for passed deadlines.
///
/// A lower bound of all deadlines costs one comparison per request where a sorted structure would
/// cost an insertion and a removal: nearly every deadline is moved before it is reached.
struct SweepSchedule: Sendable {
    private var earliest: ContinuousClock.Instant?
    private var lastSweep: ContinuousClock.Instant?

    private var spacing = Self.spacing

    /// The least time between two sweeps, however the deadlines are spread; so late may one be
    /// noticed.
    ///
    /// Each connection adds to it, so that sweeps cost a few per cent of the
    /// time however many there are.
    static let spacing = Duration.milliseconds(20)
    static let spacingPerConnection = Duration.microseconds(20)

    /// When the next sweep is due; nil while there is no deadline.
    var nextDue: ContinuousClock.Instant? {
        guard let earliest else { return nil }
        guard let lastSweep else { return earliest }
        return max(earliest, lastSweep + spacing)
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
    mutating func begin(at instant: ContinuousClock.Instant, connections: Int = 0) {
        earliest = nil
        lastSweep = instant
        spacing = Self.spacing + Self.spacingPerConnection * connections
    }
}

/// The pause in accepting after descriptors or memory have run out, and its one line in the log.
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
    /// - Parameter instant: The time of the refusal.
    /// - Returns: True for the shortage's first refusal, which is logged.
    mutating func begin(at instant: ContinuousClock.Instant) -> Bool {
        defer { isKnown = true }
        retriesAt = instant + Self.retry
        return !isKnown
    }

    /// True once the wait for the next attempt is over.
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
