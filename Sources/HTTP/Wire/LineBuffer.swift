/// Received bytes not yet consumed, cut into lines or lengths however they were split on arrival.
struct LineBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var cursor = 0
    /// The place at which the search for a line end goes on, so that a line coming byte by byte is not
    /// searched again from its start each time.
    private var searched = 0

    /// The count of bytes that are waiting.
    var count: Int { bytes.count - cursor }

    mutating func append(_ more: ArraySlice<UInt8>) {
        if cursor == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
            cursor = 0
            searched = 0
        } else if cursor > Self.compactionThreshold {
            bytes.removeSubrange(..<cursor)
            searched -= cursor
            cursor = 0
        }
        bytes.append(contentsOf: more)
    }

    /// The next whole line without its CR LF, consumed; nil while its end has not come.
    ///
    /// - Parameters:
    ///   - limit: The longest line taken, in bytes without CR LF.
    ///   - error: What to throw beyond the limit.
    /// - Returns: The line, or nil.
    /// - Throws: `error` as soon as the line cannot but exceed the limit, however it is split on
    ///   arrival; `bareLineFeed` when LF comes without CR.
    mutating func line(
        limit: Int, orThrow error: ParsingError
    ) throws(ParsingError) -> ArraySlice<UInt8>? {
        guard let end = bytes[max(searched, cursor)...].firstIndex(of: ASCII.lineFeed) else {
            searched = bytes.count
            // One byte beyond the limit may be the CR of the line end.
            guard count <= limit + 1 else { throw error }
            return nil
        }
        guard end - cursor <= limit + 1 else { throw error }
        guard end > cursor, bytes[end - 1] == ASCII.carriageReturn else { throw .bareLineFeed }
        let line = bytes[cursor..<end - 1]
        cursor = end + 1
        searched = cursor
        return line
    }

    /// Up to `limit` waiting bytes, consumed.
    mutating func take(upTo limit: Int) -> ArraySlice<UInt8> {
        let taken = bytes[cursor..<cursor + min(limit, count)]
        cursor = taken.endIndex
        searched = cursor
        return taken
    }

    /// An emptied buffer larger than this is given back: one big upload must not hold its memory
    /// for as long as the connection idles.
    private static let keptCapacity = 65_536
    /// Consumed bytes are dropped from the front once there are this many of them.
    private static let compactionThreshold = 4_096
}
