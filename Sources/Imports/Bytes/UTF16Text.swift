/// UTF-16 with a byte order mark, as Windows PowerShell writes what it redirects, read as UTF-8.
struct UTF16Text {
    private let isBigEndian: Bool
    /// An odd byte, or the first half of a surrogate pair, that waits for the rest.
    private var rest: [UInt8] = []
    /// UTF-8 that has not been asked for yet.
    private var made: ArraySlice<UInt8> = []

    /// Begins behind the mark.
    ///
    /// - Parameter head: The first bytes; nil is made of others than a mark.
    init?(_ head: some Collection<UInt8>) {
        guard head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) else { return nil }
        isBigEndian = head.first == 0xFE
    }

    /// Reads the next bytes of UTF-8.
    ///
    /// - Parameters:
    ///   - room: Where they go.
    ///   - source: Gives raw bytes; 0 at the end.
    /// - Returns: How many there are, 0 at the end.
    mutating func read(
        into room: UnsafeMutableRawBufferPointer,
        from source: (UnsafeMutableRawBufferPointer) -> Int
    ) -> Int {
        while made.isEmpty {
            let before = rest.count
            let raw = [UInt8](unsafeUninitializedCapacity: before + (1 << 16)) { buffer, count in
                for (index, byte) in rest.enumerated() { buffer[index] = byte }
                count =
                    before
                    + source(.init(rebasing: UnsafeMutableRawBufferPointer(buffer)[before...]))
            }
            guard raw.count > before else { break }
            take(raw)
        }
        let count = min(made.count, room.count)
        made.prefix(count).withUnsafeBytes { room.copyMemory(from: $0) }
        made = made.dropFirst(count)
        return count
    }

    private mutating func take(_ raw: [UInt8]) {
        var units: [UInt16] = []
        units.reserveCapacity(raw.count / 2)
        for index in stride(from: 0, to: raw.count - 1, by: 2) {
            let (high, low) =
                isBigEndian ? (raw[index], raw[index + 1]) : (raw[index + 1], raw[index])
            units.append(UInt16(high) << 8 | UInt16(low))
        }
        var used = units.count
        if let last = units.last, UTF16.isLeadSurrogate(last) { used -= 1 }
        rest = Array(raw[(used * 2)...])
        made = ArraySlice(String(decoding: units[..<used], as: UTF16.self).utf8)
    }
}
