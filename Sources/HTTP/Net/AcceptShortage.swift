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
