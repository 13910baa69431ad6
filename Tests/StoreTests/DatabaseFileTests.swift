import Foundation
import Records
import Store
import Testing

struct DatabaseFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `a store keeps its runs when opened again`() throws {
        let first = try RunStore(path: folder.path())
        try first.insertRun(Run(id: "a", features: [.tokenCount: 1e9]))
        try first.appendPoints("a", [Point(step: 3, loss: 2.5)])
        try first.close()
        let second = try RunStore(path: folder.path())
        #expect(try second.run("a").features == [.tokenCount: 1e9])
        #expect(try second.points("a") == [Point(step: 3, loss: 2.5)])
    }

    @Test func `a closed store has everything in the one file`() throws {
        let store = try RunStore(path: folder.path())
        try store.insertRun(Run(id: "a"))
        try store.appendPoints("a", [Point(step: 3, loss: 2.5)])
        // As a server has it: a reader that stays open beside the writer.
        #expect(try store.points("a").count == 1)
        try store.close()
        try folder.bytes().write(to: folder.url.appending(path: "copy.db"))
        let copy = try RunStore(path: folder.path("copy.db"))
        #expect(try copy.points("a") == [Point(step: 3, loss: 2.5)])
    }

    @Test func `an empty file becomes a store`() throws {
        #expect(FileManager.default.createFile(atPath: folder.path(), contents: Data()))
        let store = try RunStore(path: folder.path())
        #expect(try store.runs().records.isEmpty)
    }

    @Test func `the mark is in the file from the first moment`() throws {
        let store = try RunStore(path: folder.path())
        let header = try folder.bytes()
        #expect(header.count >= 100)
        #expect(header[68..<72].elementsEqual("IsoL".utf8))
        withExtendedLifetime(store) {}
    }

    @Test func `refuses a file that is not SQLite and leaves it untouched`() throws {
        let text = Data(repeating: UInt8(ascii: "x"), count: 5_000)
        try text.write(to: folder.url.appending(path: "notes.txt"))
        let path = folder.path("notes.txt")
        #expect(throws: StoreError.notADatabase(path: path)) { try RunStore(path: path) }
        #expect(try folder.bytes("notes.txt") == text)
        #expect(try folder.names == ["notes.txt"])
    }

    @Test func `refuses a short file that only begins like SQLite`() throws {
        let start = Data("SQLite format 3\0".utf8)
        try start.write(to: folder.url.appending(path: "short.db"))
        let path = folder.path("short.db")
        #expect(throws: StoreError.notADatabase(path: path)) { try RunStore(path: path) }
        #expect(try folder.bytes("short.db") == start)
    }

    @Test(arguments: [0, 0x1234_5678] as [UInt32])
    func `refuses a database of another application`(mark: UInt32) throws {
        let path = folder.path("other.db")
        try execute("CREATE TABLE run (id); PRAGMA application_id = \(mark)", at: path)
        let before = try folder.bytes("other.db")
        #expect(throws: StoreError.foreignDatabase(path: path, applicationID: mark)) {
            try RunStore(path: path)
        }
        #expect(try folder.bytes("other.db") == before)
        #expect(try folder.names == ["other.db"])
    }

    @Test func `refuses a database from a newer version`() throws {
        try RunStore(path: folder.path()).close()
        try execute(
            """
            INSERT INTO grdb_migrations VALUES ('v9001-later'), ('v9000-sooner');
            INSERT INTO fit (id, law, status, progress, request, created_at)
            VALUES ('f', 'chinchilla', 'running', 0.5, '{}', 0);
            """, at: folder.path())
        let before = try folder.bytes()
        #expect(
            throws: StoreError.newerDatabase(
                path: folder.path(), unknownMigrations: ["v9000-sooner", "v9001-later"])
        ) { try RunStore(path: folder.path()) }
        #expect(try folder.bytes() == before)
    }

    @Test func `refuses a database whose migration was edited`() throws {
        try RunStore(path: folder.path()).close()
        try execute(
            "UPDATE migration_checksum SET checksum = '0123456789abcdef' WHERE identifier LIKE '%point'",
            at: folder.path())
        #expect(
            throws: StoreError.editedMigration(path: folder.path(), identifier: "v0003-point")
        ) { try RunStore(path: folder.path()) }
    }

    @Test func `says why a file cannot be opened`() throws {
        #expect(throws: StoreError.cannotOpen(path: folder.url.path, reason: "it is a folder")) {
            try RunStore(path: folder.url.path)
        }
        let path = folder.path("missing/isoloss.db")
        #expect {
            try RunStore(path: path)
        } throws: { error in
            guard case .cannotOpen(path, let reason) = error as? StoreError else { return false }
            return reason.contains("unable to open database file")
        }
    }
}
