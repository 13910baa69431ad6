/// Bytes on their way out, in the pieces they came in.
struct OutputQueue: Sendable {
    private var pieces: [[UInt8]] = []
    /// How much of the first piece is out.
    private var offset = 0

    var isEmpty: Bool { pieces.isEmpty }

    /// Whether another piece follows the first.
    var hasMore: Bool { pieces.count > 1 }

    /// What is to be sent next.
    var next: ArraySlice<UInt8> { pieces.first?[offset...] ?? [] }

    mutating func append(_ piece: [UInt8]) {
        if !piece.isEmpty { pieces.append(piece) }
    }

    /// Drops what has been sent from the front.
    mutating func advance(_ count: Int) {
        offset += count
        guard let first = pieces.first, offset >= first.count else { return }
        pieces.removeFirst()
        offset = 0
    }
}
