/// A part of a list, and where the next part starts.
///
/// Pages are keyed by order of insertion, so rows added or deleted meanwhile neither repeat nor
/// hide another row.
package struct Page<Record: Sendable>: Sendable {
    package let records: [Record]
    /// Opaque; nil on the last page.
    package let nextCursor: String?
}

extension Page: Equatable where Record: Equatable {}

/// The position behind a cursor: the key of the last row seen, tagged with the list it belongs to.
struct PageCursor {
    /// Which list: a cursor of one is refused by the other.
    enum List: Character {
        case runs = "r"
        case fits = "f"
    }

    let list: List
    let key: Int64

    var text: String { String(list.rawValue) + String(key, radix: 36) }

    init(list: List, key: Int64) {
        self.list = list
        self.key = key
    }

    init(_ text: String, of list: List) throws(StoreError) {
        guard text.first == list.rawValue, let key = Int64(text.dropFirst(), radix: 36), key > 0
        else { throw .invalidCursor(text) }
        self.init(list: list, key: key)
    }
}
