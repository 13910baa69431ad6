import CEpoll
import Glibc
import Synchronization

/// Waits until one of many descriptors can be read or written: epoll, level-triggered.
struct Poller: ~Copyable {
    /// The events that a descriptor is watched for.
    struct Interest: OptionSet, Sendable {
        let rawValue: UInt32

        static let reading = Interest(rawValue: cepoll_readable)
        static let writing = Interest(rawValue: cepoll_writable)
    }

    /// Something that a watched descriptor is ready for.
    struct Event: Sendable {
        /// The number that the descriptor was added under.
        let token: UInt64
        fileprivate let flags: UInt32

        var isReadable: Bool { flags & cepoll_readable != 0 }
        var isWritable: Bool { flags & cepoll_writable != 0 }
        /// Reset, or closed from both ends: told whether asked for or not.
        var isBroken: Bool { flags & cepoll_broken != 0 }
    }

    private let descriptor: Int32
    private var events: [epoll_event]

    /// A poller that hands over at most `capacity` events at a time.
    init(capacity: Int = 256) throws(SystemError) {
        descriptor = cepoll_create()
        guard descriptor >= 0 else { throw SystemError("open an epoll descriptor") }
        events = Array(repeating: epoll_event(), count: capacity)
    }

    deinit {
        close(descriptor)
    }

    func add(_ socket: Socket, _ interest: Interest, token: UInt64) throws(SystemError) {
        guard cepoll_add(descriptor, socket.descriptor, interest.rawValue, token) == 0 else {
            throw SystemError("watch a socket")
        }
    }

    /// Watches a waker.
    ///
    /// Edge-triggered, so that its counter need never be read back: each wake is an edge.
    func add(_ waker: Waker, token: UInt64) throws(SystemError) {
        let flags = cepoll_readable | cepoll_edge_triggered
        guard cepoll_add(descriptor, waker.descriptor, flags, token) == 0 else {
            throw SystemError("watch an event counter")
        }
    }

    /// Changes what a socket is watched for; it cannot fail for a socket that was added.
    func update(_ socket: Socket, _ interest: Interest, token: UInt64) {
        _ = cepoll_modify(descriptor, socket.descriptor, interest.rawValue, token)
    }

    /// The events that are there, after waiting for the first; none when the time has passed.
    ///
    /// - Parameter milliseconds: How long to wait; nil waits for ever.
    /// - Returns: The events, in no particular order.
    mutating func wait(milliseconds: Int?) -> [Event] {
        let timeout = milliseconds.map { Int32(clamping: max(0, $0)) } ?? -1
        // An interrupted wait is an early return: the caller looks at its clock anyway.
        let count = epoll_wait(descriptor, &events, Int32(events.count), timeout)
        return events.prefix(max(0, Int(count))).map { Event(token: $0.data.u64, flags: $0.events) }
    }
}

/// Ends a poller's wait from another thread: an eventfd.
final class Waker: Sendable {
    let descriptor: Int32

    init() throws(SystemError) {
        descriptor = cepoll_create_counter()
        guard descriptor >= 0 else { throw SystemError("open an event counter") }
    }

    deinit {
        close(descriptor)
    }

    func wake() {
        eventfd_write(descriptor, 1)
    }
}

/// Messages of other threads to the event loop.
final class Mailbox: Sendable {
    /// A result for the request that a connection has in work.
    enum Message: Sendable {
        case response(Response)
        /// The next piece of a body, nil at its end.
        case piece([UInt8]?)
        /// A body that cannot be continued.
        case broken
    }

    /// All messages since the last look.
    struct Contents: Sendable {
        var messages: [(connection: UInt64, message: Message)] = []
        var stopsBy: ContinuousClock.Instant?
    }

    let waker: Waker
    private let contents = Mutex(Contents())

    init() throws(SystemError) {
        waker = try Waker()
    }

    func post(_ message: Message, to connection: UInt64) {
        let isFirst = contents.withLock {
            $0.messages.append((connection, message))
            return $0.messages.count == 1
        }
        // The loop takes all there is, so only the first after its last look need wake it.
        if isFirst { waker.wake() }
    }

    /// Posts a response, or has it posted once it is there.
    func deliver(_ response: Response, to connection: UInt64) {
        guard let deferral = response.deferral else {
            return post(.response(response), to: connection)
        }
        deferral.begin { [self] result in
            let response = (try? result.get()) ?? HTTPError.unexpected.response
            post(.response(response), to: connection)
        }
    }

    /// Asks the loop to stop, with what is in flight finished by `deadline` or cut off.
    func stop(by deadline: ContinuousClock.Instant) {
        contents.withLock { $0.stopsBy = $0.stopsBy ?? deadline }
        waker.wake()
    }

    /// Takes all messages; the wish to stop stays.
    func take() -> Contents {
        contents.withLock {
            let taken = $0
            $0.messages.removeAll()
            return taken
        }
    }
}
