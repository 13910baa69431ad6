package import GRDB

/// One step of the schema: an SQL file of the top-level folder `migrations`, embedded in the binary.
package struct Migration: Equatable, Sendable {
    /// The file's name without `.sql`; also its name in the database.
    package let identifier: String
    package let sql: String

    package init(identifier: String, sql: String) {
        self.identifier = identifier
        self.sql = sql
    }

    private init(_ identifier: String, _ bytes: [UInt8]) {
        self.init(identifier: identifier, sql: String(decoding: bytes, as: UTF8.self))
    }

    /// All migrations, in the order in which they are applied.
    ///
    /// To change the schema, add a file and a line here; a file that has landed is never edited.
    package static let all = [
        Migration("v0001-migration-checksum", PackageResources.v0001_migration_checksum_sql),
        Migration("v0002-run", PackageResources.v0002_run_sql),
        Migration("v0003-point", PackageResources.v0003_point_sql),
        Migration("v0004-fit", PackageResources.v0004_fit_sql),
        Migration("v0005-records", PackageResources.v0005_records_sql),
        Migration("v0006-trackers", PackageResources.v0006_trackers_sql),
    ]

    /// The part of a migration that SQL cannot do, after its SQL.
    fileprivate func fill(_ db: Database) throws {
        if identifier == "v0005-records" { try RunTable.fillTotalSteps(db) }
    }

    /// FNV-1a, 64 bits, as 16 hexadecimal digits: it has to notice an edit, not withstand an attack.
    ///
    /// Source: RFC 9923, section 2.
    package var checksum: String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in sql.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// Applies migrations in order, each once, in a transaction, and refuses a database it cannot trust.
package struct SchemaMigrator {
    private let migrations: [Migration]
    private var migrator = DatabaseMigrator()

    package init(_ migrations: [Migration]) {
        self.migrations = migrations
        for migration in migrations {
            migrator.registerMigration(migration.identifier) { db in
                try db.execute(sql: migration.sql)
                try migration.fill(db)
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
        let applied: [String: String] = try rows.reduce(into: [:]) { applied, row in
            applied[try row.decode(atIndex: 0)] = try row.decode(String.self, atIndex: 1)
        }
        for migration in migrations {
            guard let checksum = applied[migration.identifier], checksum != migration.checksum
            else { continue }
            throw StoreError.editedMigration(path: path, identifier: migration.identifier)
        }
    }
}
