import Foundation
import GRDB

/// Tells our database files from others before SQLite may touch them.
///
/// A file is ours if its header carries our `application_id`, which is written in rollback-journal
/// mode when the file is made: it is then in the file itself, never only in a write-ahead log.
/// The header is read as bytes (https://www.sqlite.org/fileformat.html, section 1.3), because even
/// a read-only connection may leave `-wal` and `-shm` files behind.
enum DatabaseFile {
    /// "IsoL", big endian, at offset 68.
    static let applicationID: UInt32 = 0x4973_6F4C

    private static let magic = Array("SQLite format 3\0".utf8)

    /// Checks an existing file, or makes a new one that carries our mark.
    ///
    /// - Parameter path: Where the file is or shall be.
    /// - Throws: `notADatabase`, `foreignDatabase`, `cannotOpen`; an existing file is untouched.
    static func claim(_ path: String) throws(StoreError) {
        guard let header = try readHeader(path), !header.isEmpty else {
            return try create(path)
        }
        guard header.count == 100, header.starts(with: magic) else {
            throw .notADatabase(path: path)
        }
        let mark = header[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard mark == applicationID else {
            throw .foreignDatabase(path: path, applicationID: mark)
        }
    }

    /// First 100 bytes, fewer if the file is shorter, nil if there is no file.
    private static func readHeader(_ path: String) throws(StoreError) -> [UInt8]? {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            return nil
        }
        guard !isDirectory.boolValue else {
            throw .cannotOpen(path: path, reason: "it is a folder")
        }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw .cannotOpen(path: path, reason: "no permission to read it")
        }
        defer { try? file.close() }
        do {
            return try Array(file.read(upToCount: 100) ?? Data())
        } catch {
            throw .cannotOpen(path: path, reason: "it cannot be read")
        }
    }

    private static func create(_ path: String) throws(StoreError) {
        do {
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            }
            try queue.close()
        } catch {
            throw .cannotOpen(path: path, reason: reason(of: error))
        }
    }

    /// What SQLite said, without GRDB's decoration.
    static func reason(of error: any Error) -> String {
        (error as? DatabaseError)?.message ?? "\(error)"
    }
}
