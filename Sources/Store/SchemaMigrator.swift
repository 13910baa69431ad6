package import GRDB

/// Applies migrations in order, each once, in a transaction, and refuses a database it cannot trust.
package struct SchemaMigrator {
    private let migrations: [Migration]
    private var migrator = DatabaseMigrator()

    package init(_ migrations: [Migration]) {
        self.migrations = migrations
        for migration in migrations {
            migrator.registerMigration(migration.identifier) { db in
                try db.execute(sql: migration.sql)
                try db.execute(
                    sql: "INSERT INTO migration_checksum (identifier, checksum) VALUES (?, ?)",
                    arguments: [migration.identifier, migration.checksum])
            }
        }
    }

    /// Brings the database up to date, or leaves it untouched.
    ///
    /// - Parameters:
    ///   - writer: The database.
    ///   - path: Its name in errors.
    /// - Throws: `newerDatabase`, `editedMigration`, or what SQLite says.
    package func migrate(_ writer: any DatabaseWriter, path: String) throws {
        try check(writer, path: path)
        try migrator.migrate(writer)
    }

    /// Refuses a database that `migrate` would refuse, writing nothing.
    ///
    /// - Parameters:
    ///   - reader: The database.
    ///   - path: Its name in errors.
    /// - Throws: `newerDatabase`, `editedMigration`, or what SQLite says.
    package func check(_ reader: any DatabaseReader, path: String) throws {
        try reader.read { db in try check(db, path: path) }
    }

    private func check(_ db: Database, path: String) throws {
        let known = Set(migrations.map(\.identifier))
        let unknown = try migrator.appliedIdentifiers(db).subtracting(known)
        guard unknown.isEmpty else {
            throw StoreError.newerDatabase(path: path, unknownMigrations: unknown.sorted())
        }
        guard try db.tableExists("migration_checksum") else { return }
        let rows = try Row.fetchAll(
            db, sql: "SELECT identifier, checksum FROM migration_checksum")
        let applied = Dictionary(
            uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as String) })
        for migration in migrations {
            guard let checksum = applied[migration.identifier], checksum != migration.checksum
            else { continue }
            throw StoreError.editedMigration(path: path, identifier: migration.identifier)
        }
    }
}
