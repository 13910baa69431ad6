import Foundation

/// The write-ahead log beside a database, read as bytes to see whether it is damaged.
///
/// SQLite takes a log up to its first frame whose checksum is wrong and forgets the rest without a
/// word: right after a power cut, which may leave a half-written end, and wrong when a disk has
/// damaged the middle. A frame of the log's present generation (its salts say so) after that
/// place is a transaction that would be lost.
///
/// Format: https://www.sqlite.org/fileformat.html, section 4.
package enum WriteAheadLog {
    private static let headerSize = 32
    private static let frameHeaderSize = 24

    /// The fault of the log of a database that nobody has open, as a sentence.
    ///
    /// - Parameter path: The database's path.
    /// - Returns: Nil for a log that is whole, empty or not there.
    package static func damage(beside path: String) -> String? {
        guard let log = FileManager.default.contents(atPath: path + "-wal"), !log.isEmpty else {
            return nil
        }
        return log.withUnsafeBytes { damage($0, path: path + "-wal") }
    }

    private static func damage(_ log: UnsafeRawBufferPointer, path: String) -> String? {
        func word(_ offset: Int, bigEndian: Bool = true) -> UInt32 {
            let value = log.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            return bigEndian ? value.bigEndian : value.littleEndian
        }
        let unread = "\(path): its header is damaged; the transactions in it are lost"
        guard log.count >= headerSize else { return unread }
        let magic = word(0)
        guard magic & 0xFFFF_FFFE == 0x377F_0682 else { return unread }
        var sum: (UInt32, UInt32) = (0, 0)
        func add(_ range: Range<Int>) {
            for offset in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                sum.0 &+= word(offset, bigEndian: magic & 1 == 1) &+ sum.1
                sum.1 &+= word(offset + 4, bigEndian: magic & 1 == 1) &+ sum.0
            }
        }
        add(0..<24)
        guard sum == (word(24), word(28)) else { return unread }
        let pageSize = Int(word(8))
        guard pageSize >= 512, pageSize <= 65_536 else { return unread }
        let salts = (word(16), word(20))
        let frameSize = frameHeaderSize + pageSize
        let count = (log.count - headerSize) / frameSize
        func isOurs(_ index: Int) -> Bool {
            let start = headerSize + index * frameSize
            return (word(start + 8), word(start + 12)) == salts
        }
        for index in 0..<count {
            let start = headerSize + index * frameSize
            add(start..<(start + 8))
            add((start + frameHeaderSize)..<(start + frameSize))
            if isOurs(index), sum == (word(start + 16), word(start + 20)) { continue }
            let later = ((index + 1)..<count).count(where: isOurs)
            // What follows is of an earlier generation, no part of the log any more.
            guard later > 0 || isOurs(index) else { return nil }
            guard later > 0 else {
                return "\(path): the last frame is incomplete; the transaction that was being "
                    + "written when the log ended is not in the database"
            }
            return "\(path): frame \(index + 1) of \(count) is damaged; what it and the \(later) "
                + "frames after it brought, the newest transactions, may be lost"
        }
        return nil
    }
}
