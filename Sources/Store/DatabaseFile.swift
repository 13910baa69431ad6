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
        guard header.count >= 100, header.starts(with: magic) else {
            throw .notADatabase(path: path)
        }
        let mark = header[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard mark != applicationID else { return }
        // A first start that was killed before it had left its mark: a database with nothing in it,
        // not even a table, belongs to nobody.
        guard mark == 0, isEmpty(header) else {
            throw .foreignDatabase(path: path, applicationID: mark)
        }
        try create(path)
    }

    /// True when the schema's page, the first, is a leaf of a table without a cell.
    private static func isEmpty(_ header: [UInt8]) -> Bool {
        header.count >= 108 && header[100] == 13 && header[103] == 0 && header[104] == 0
    }

    /// First 108 bytes, fewer if the file is shorter, nil if there is no file.
    private static func readHeader(_ path: String) throws(StoreError) -> [UInt8]? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else {
                throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
            }
            return nil
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .cannotOpen(path: path, reason: "it is a folder")
        // To open a FIFO would wait for somebody to write into it.
        default: throw .cannotOpen(path: path, reason: "it is not a regular file")
        }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw .cannotOpen(path: path, reason: "no permission to read it")
        }
        defer { try? file.close() }
        do {
            return try Array(file.read(upToCount: 108) ?? Data())
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

    /// The words of SQLite, without GRDB's decoration.
    static func reason(of error: any Error) -> String {
        (error as? DatabaseError)?.message ?? "\(error)"
    }
}

/// A database file that is open: which file it is, and its server's lock.
struct OpenFile: Sendable {
    /// A file's identity; a file of the same name made later has another one.
    private struct Identity: Equatable {
        let device: UInt
        let node: UInt

        /// Nil where there is no file.
        init?(path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt(status.st_dev)
            node = UInt(status.st_ino)
        }
    }

    let lock: ServerLock?
    private let files: [(path: String, identity: Identity)]

    /// Notes what is open at the path now: the database and its write-ahead log.
    init(path: String, lock: ServerLock?) {
        self.lock = lock
        files = [path, path + "-wal"].compactMap { path in
            Identity(path: path).map { (path, $0) }
        }
    }

    /// Compares what is at the paths with what is open: two calls of `stat`, some microseconds.
    ///
    /// - Throws: `databaseGone` when a file was deleted or replaced.
    func check() throws(StoreError) {
        for (path, identity) in files where Identity(path: path) != identity {
            throw .databaseGone(path: path)
        }
    }
}

/// The claim of a database's one server: a lock on a file beside the database, held for as long as
/// the process lives.
///
/// `flock` on a file of its own, not on the database: SQLite's own locks are the process's, and go
/// when any descriptor of the file is closed. The kernel takes the lock back however the process
/// ends. The file holds the process's number, for the refusal of a second server; the last to hold
/// the lock deletes it.
final class ServerLock: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Parameter database: The database's path; links to one file lead to one lock.
    /// - Throws: `servedAlready` when another server holds it, `cannotOpen`.
    init(of database: String) throws(StoreError) {
        path = URL(filePath: database).resolvingSymlinksInPath().path + "-server"
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                throw .cannotOpen(
                    path: database, reason: "\(path): \(String(cString: strerror(errno)))")
            }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let holder = Self.text(descriptor)
                Glibc.close(descriptor)
                throw .servedAlready(path: database, by: holder)
            }
            // Its last holder may have deleted the file between our opening and our locking.
            guard Self.isSame(descriptor, path) else {
                Glibc.close(descriptor)
                continue
            }
            self.descriptor = descriptor
            break
        }
        ftruncate(descriptor, 0)
        let text = "process \(getpid())"
        _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit {
        release()
        close(descriptor)
    }

    /// Gives the lock back; a second time does nothing.
    func release() {
        // Only while the file is the one locked: after a first release it may be another's.
        guard Self.isSame(descriptor, path) else { return }
        unlink(path)
        flock(descriptor, LOCK_UN)
    }

    private static func text(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        return text.isEmpty ? "another process" : text
    }

    private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
        var opened = stat()
        var named = stat()
        return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0
            && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
    }
}

/// The state of a database file as a number that changes with every commit, whoever makes it.
///
/// SQLite's `data_version` tells a connection that another one has committed, in this process or in
/// any other; asked of one connection that never writes, it tells of all of them. It costs a few
/// microseconds, where finding out by reading costs what reading does.
/// Source: https://sqlite.org/pragma.html#pragma_data_version
final class StoreRevision: Sendable {
    private let connection: DatabaseQueue

    /// - Parameter path: The file, open already.
    /// - Throws: What SQLite says.
    init(of path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        connection = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// The number; nil where the file cannot be asked.
    var value: Int? {
        try? connection.unsafeRead { db in
            try Int.fetchOne(db.cachedStatement(sql: "PRAGMA data_version"))
        }
    }

    func close() { try? connection.close() }
}
