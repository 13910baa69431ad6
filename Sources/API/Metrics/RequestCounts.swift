import Synchronization

/// A count of the answers that the server has given, by status.
final class RequestCounts: Sendable {
    private let counts = Mutex<[Int: Int]>([:])

    func count(_ status: Int) {
        counts.withLock { $0[status, default: 0] += 1 }
    }

    /// The counts so far, by ascending status.
    var all: [(status: Int, count: Int)] {
        counts.withLock { counts in counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }
}
