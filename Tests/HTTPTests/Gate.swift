import Dispatch

/// Holds threads until it is opened; it stays open.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() {
        semaphore.signal()
    }

    /// Waits for the opening, or half a minute: a broken test must end.
    func wait() {
        _ = semaphore.wait(timeout: .now() + 30)
        semaphore.signal()
    }
}
