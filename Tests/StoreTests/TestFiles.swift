import Foundation
import GRDB
import Store
import Synchronization

/// A folder of its own for one test, removed with the value's last reference.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "store-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String = "isoloss.db") -> String { url.appending(path: name).path }

    func bytes(_ name: String = "isoloss.db") throws -> Data {
        try Data(contentsOf: url.appending(path: name))
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
    }
}

/// A clock that advances by one second at each reading, from 2026-01-01 UTC.
final class SteppingClock: Sendable {
    static let start = Date(timeIntervalSince1970: 1_767_225_600)
    private let readings = Mutex(0.0)

    var now: @Sendable () -> Date {
        { [self] in
            readings.withLock { count in
                count += 1
                return Self.start.addingTimeInterval(count - 1)
            }
        }
    }
}

/// Runs SQL on a file, behind the store's back.
func execute(_ sql: String, at path: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in try db.execute(sql: sql) }
    try queue.close()
}

/// First column of the first row of a query on a file.
func value<Value: DatabaseValueConvertible>(
    _ sql: String, at path: String, as _: Value.Type = Value.self
) throws -> Value? {
    let queue = try DatabaseQueue(path: path)
    defer { try? queue.close() }
    return try queue.read { db in try Value.fetchOne(db, sql: sql) }
}
