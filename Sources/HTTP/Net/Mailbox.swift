import Synchronization

/// What other threads tell the event loop.
final class Mailbox: Sendable {
    /// Everything told since the last look.
    struct Contents: Sendable {
        var responses: [(connection: UInt64, response: Response)] = []
        var stopsBy: ContinuousClock.Instant?
    }

    let waker: Waker
    private let contents = Mutex(Contents())

    init() throws(SystemError) {
        waker = try Waker()
    }

    /// The response to the request that the connection has in work.
    func post(_ response: Response, to connection: UInt64) {
        let isFirst = contents.withLock {
            $0.responses.append((connection, response))
            return $0.responses.count == 1
        }
        // The loop takes all there is, so only the first after its last look need wake it.
        if isFirst { waker.wake() }
    }

    /// The wish to stop, with what is in flight finished by `deadline` or cut off.
    func stop(by deadline: ContinuousClock.Instant) {
        contents.withLock { $0.stopsBy = $0.stopsBy ?? deadline }
        waker.wake()
    }

    /// Takes everything; a wish to stop stays.
    func take() -> Contents {
        contents.withLock {
            let taken = $0
            $0.responses.removeAll()
            return taken
        }
    }
}
