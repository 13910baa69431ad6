/// A part of a list, and where the next part starts.
///
/// Pages are keyed by order of insertion, so rows added or deleted meanwhile neither repeat nor
/// hide another row.
package struct Page<Record: Sendable>: Sendable {
    package let records: [Record]
    /// Opaque; nil on the last page.
    package let nextCursor: String?
    /// The rows left out because they lie in a damaged part of the file.
    package var damaged = 0
}

extension Page: Equatable where Record: Equatable {}

/// The position behind a cursor: the last row seen, tagged with the list it belongs to.
struct PageCursor: Equatable {
    /// The list: a cursor of one is refused by the other.
    enum List: Character {
        case runs = "r"
        case fits = "f"
    }

    let list: List
    /// The last row's key.
    let key: Int64
    /// The last row's value of what the list is sorted by; nil where it has none, or by order of insertion.
    var rank: Double?

    /// The list's letter and the key, then the rank's bits where there is one: `r2s.3ff0000000000000`.
    var text: String {
        String(list.rawValue) + String(key, radix: 36)
            + (rank.map { "." + String($0.bitPattern, radix: 16) } ?? "")
    }

    init(list: List, key: Int64, rank: Double? = nil) {
        self.list = list
        self.key = key
        self.rank = rank
    }

    init(_ text: String, of list: List) throws(StoreError) {
        let parts = text.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        guard text.first == list.rawValue, let first = parts.first, parts.count <= 2,
            let key = Int64(first, radix: 36), key > 0
        else { throw .invalidCursor(text) }
        self.init(list: list, key: key)
        guard parts.count == 2 else { return }
        guard let bits = UInt64(parts[1], radix: 16), Double(bitPattern: bits).isFinite else {
            throw .invalidCursor(text)
        }
        rank = Double(bitPattern: bits)
    }
}
