import CEpoll
import Synchronization

/// A count of the bytes that clients make the server hold: bodies, work and unsent answers.
///
/// Bytes are reserved before they are held, and refused with 503 where there is no room, so that the
/// process stays within its budget whatever is sent:
///
///     let ledger = MemoryLedger(limit: 512 << 20)
///     guard let body = ledger.reserve(60 << 20) else { throw HTTPError.noMemory }
package final class MemoryLedger: Sendable {
    /// Reservations up to this size may use the last eighth too: small requests still get through
    /// while large bodies are held.
    static let smallBytes = 256 << 10

    package let limit: Int
    private let held = Atomic(0)

    package init(limit: Int) {
        self.limit = limit
    }

    /// The bytes reserved now.
    package var heldBytes: Int { held.load(ordering: .relaxed) }

    /// A reservation, which ends with the object; nil where there is no room.
    package func reserve(_ bytes: Int) -> MemoryReservation? {
        take(bytes) ? MemoryReservation(self, bytes: bytes) : nil
    }

    /// A reservation for what exists already, room or not: it keeps others from being let in.
    func charge(_ bytes: Int) -> MemoryReservation {
        held.add(bytes, ordering: .relaxed)
        return MemoryReservation(self, bytes: bytes)
    }

    fileprivate func take(_ bytes: Int) -> Bool {
        guard bytes > 0 else { return true }
        let room = bytes > Self.smallBytes ? limit - limit / 8 : limit
        let total = held.add(bytes, ordering: .relaxed).newValue
        guard total > room else { return true }
        held.subtract(bytes, ordering: .relaxed)
        return false
    }

    fileprivate func release(_ bytes: Int) {
        held.subtract(bytes, ordering: .relaxed)
    }
}

/// Bytes reserved in a ledger, given back when the last reference goes.
package final class MemoryReservation: Sendable {
    private let ledger: MemoryLedger
    private let count: Atomic<Int>

    fileprivate init(_ ledger: MemoryLedger, bytes: Int) {
        self.ledger = ledger
        count = Atomic(bytes)
    }

    deinit {
        ledger.release(count.load(ordering: .relaxed))
    }

    package var bytes: Int { count.load(ordering: .relaxed) }

    /// Reserves more; false, and no change, where there is no room.
    package func grow(by bytes: Int) -> Bool {
        guard ledger.take(bytes) else { return false }
        count.add(max(0, bytes), ordering: .relaxed)
        return true
    }
}

/// The way in which this process gives memory back.
package enum MemoryTuning {
    /// Has freed memory returned to the kernel; to be called before threads start.
    package static func apply() {
        cepoll_tune_memory()
    }

    /// Returns free memory now; some milliseconds after large work.
    static func release() {
        cepoll_release_memory()
    }
}
