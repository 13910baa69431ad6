import GRDB

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
