import Foundation
import GRDB
import Store
import Testing

struct MigrationTests {
    @Test func `lists every file of the migrations folder, in order`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../migrations").standardized
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".sql") }.sorted()
        #expect(Migration.all.map { $0.identifier + ".sql" } == names)
        for (migration, name) in zip(Migration.all, names) {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            #expect(migration.sql == text)
        }
    }

    @Test(arguments: 1...Migration.all.count)
    func `each migration applies to an empty database and to its predecessor`(count: Int) throws {
        let target = Array(Migration.all.prefix(count))
        let fromEmpty = try DatabaseQueue()
        try SchemaMigrator(target).migrate(fromEmpty, path: "memory")
        let inSteps = try DatabaseQueue()
        for end in 1...count {
            try SchemaMigrator(Array(target.prefix(end))).migrate(inSteps, path: "memory")
        }
        let schema = "SELECT group_concat(sql, ';') FROM sqlite_schema"
        let expected = try fromEmpty.read { db in try String.fetchOne(db, sql: schema) }
        #expect(try inSteps.read { db in try String.fetchOne(db, sql: schema) } == expected)
        let applied = try inSteps.read { db in
            try String.fetchAll(
                db, sql: "SELECT identifier FROM migration_checksum ORDER BY identifier")
        }
        #expect(applied == target.map(\.identifier))
    }

    @Test func `applies each migration once`() throws {
        let counter = Migration(
            identifier: "v9999-count",
            sql: "CREATE TABLE counted (n); INSERT INTO counted VALUES (1)")
        let queue = try DatabaseQueue()
        for _ in 0..<3 {
            try SchemaMigrator(Migration.all + [counter]).migrate(queue, path: "memory")
        }
        #expect(
            try queue.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM counted") } == 1)
    }

    @Test func `a migration that fails leaves nothing of itself`() throws {
        let broken = Migration(
            identifier: "v9999-broken", sql: "CREATE TABLE half (n); INSERT INTO nowhere VALUES (1)"
        )
        let queue = try DatabaseQueue()
        #expect(throws: DatabaseError.self) {
            try SchemaMigrator(Migration.all + [broken]).migrate(queue, path: "memory")
        }
        let (half, applied) = try queue.read { db in
            (
                try db.tableExists("half"),
                try Int.fetchOne(db, sql: "SELECT count(*) FROM migration_checksum")
            )
        }
        #expect(!half)
        #expect(applied == Migration.all.count)
        try SchemaMigrator(Migration.all).migrate(queue, path: "memory")
    }

    @Test func `notices a migration that was edited after it was applied`() throws {
        let queue = try DatabaseQueue()
        try SchemaMigrator(Migration.all).migrate(queue, path: "old.db")
        var edited = Migration.all
        edited[1] = Migration(identifier: edited[1].identifier, sql: edited[1].sql + " ")
        let added = Migration(identifier: "v9999-added", sql: "CREATE TABLE added (n)")
        #expect(throws: StoreError.editedMigration(path: "old.db", identifier: "v0002-run")) {
            try SchemaMigrator(edited + [added]).migrate(queue, path: "old.db")
        }
        #expect(try queue.read { db in try !db.tableExists("added") })
    }

    /// RFC 9923 gives the test vectors: "" is the offset basis, "foobar" 85944171f73967e8.
    @Test func `checksums are FNV-1a of 64 bits`() {
        #expect(Migration(identifier: "", sql: "").checksum == "cbf29ce484222325")
        #expect(Migration(identifier: "", sql: "foobar").checksum == "85944171f73967e8")
    }
}
