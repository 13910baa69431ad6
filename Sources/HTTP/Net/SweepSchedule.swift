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
