/// Until when a transfer may go on: a fixed time, and more for each byte that has moved.
struct TransferDeadline: Sendable, Equatable {
    private let start: ContinuousClock.Instant
    private let allowance: Duration
    private let bytesPerSecond: Int
    private var moved = 0

    init(start: ContinuousClock.Instant, allowance: Duration, bytesPerSecond: Int) {
        self.start = start
        self.allowance = allowance
        self.bytesPerSecond = max(1, bytesPerSecond)
    }

    mutating func extend(by bytes: Int) {
        moved += bytes
    }

    var instant: ContinuousClock.Instant {
        start + allowance + .seconds(moved) / bytesPerSecond
    }
}
