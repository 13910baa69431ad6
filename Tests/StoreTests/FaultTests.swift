import Foundation
import GRDB
import Records
import Store
import TestSupport
import Testing

/// What happens when the disk, another process or the machine does not play along.
struct FaultTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func store(points: Int = 0) throws -> RunStore {
        let store = try RunStore(path: folder.path())
        try store.insertRun(Run(id: "a"))
        try store.appendPoints("a", (0..<points).map { Point(step: $0, loss: 3) })
        return store
    }

    // MARK: Two servers

    @Test func `a second server on the file is refused by name, a guest is not`() throws {
        let server = try store()
        #expect(
            throws: StoreError.servedAlready(
                path: folder.path(), by: "process \(ProcessInfo.processInfo.processIdentifier)")
        ) { try RunStore(path: folder.path()) }
        let guest = try RunStore(path: folder.path(), as: .guest)
        try guest.insertRun(Run(id: "b"))
        #expect(try server.run("b").id == "b")
        try guest.close()
        try server.close()
        // SQLite's locks are a process's, so the guest beside it, of this same process, has taken
        // them with it, and SQLite leaves its log: the next start takes that in.
        #expect(try !folder.names.contains("isoloss.db-server"), "the lock's file goes")
        try RunStore(path: folder.path()).close()
    }

    @Test func `a link to the file leads to the same lock`() throws {
        let server = try store()
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link.db"), withDestinationPath: folder.path())
        #expect(throws: StoreError.self) { try RunStore(path: folder.path("link.db")) }
        try server.close()
    }

    @Test func `a lock left by a server that was killed holds nobody up`() throws {
        try Data("process 1".utf8).write(to: folder.url.appending(path: "isoloss.db-server"))
        try store().close()
    }

    // MARK: Files that go

    @Test(arguments: ["isoloss.db", "isoloss.db-wal"])
    func `nothing is written to a file that was deleted or replaced`(name: String) throws {
        let store = try store(points: 3)
        try store.checkFile()
        let bytes = try folder.bytes(name)
        try FileManager.default.removeItem(atPath: folder.path(name))
        let gone = StoreError.databaseGone(path: folder.path(name))
        #expect(throws: gone) { try store.checkFile() }
        #expect(throws: gone) { try store.appendPoints("a", [Point(step: 9, loss: 3)]) }
        try bytes.write(to: folder.url.appending(path: name))
        #expect(throws: gone) { try store.insertRun(Run(id: "b")) }
        #expect(try store.points("a").count == 3, "what is open can be read")
    }

    // MARK: First starts

    /// The states that a first start leaves when it is killed between two system calls: no file, an
    /// empty one, one that SQLite has begun, each with or without a journal beside it.
    @Test func `a first start that was killed anywhere leaves a file that opens`() throws {
        try execute("PRAGMA user_version = 0; VACUUM", at: folder.path("bare.db"))
        let bare = try folder.bytes("bare.db")
        try RunStore(path: folder.path("whole.db")).close()
        let whole = try folder.bytes("whole.db")
        let states: [(Data, Data?)] = [
            (Data(), nil), (Data(), Data()), (bare, nil), (bare, Data(count: 512)), (whole, nil),
            (whole, Data()), (whole, Data(count: 512)),
        ]
        for (index, (file, journal)) in states.enumerated() {
            let name = "start-\(index).db"
            try file.write(to: folder.url.appending(path: name))
            try journal?.write(to: folder.url.appending(path: "\(name)-journal"))
            let store = try RunStore(path: folder.path(name))
            try store.insertRun(Run(id: "a"))
            try store.close()
        }
    }

    @Test func `an empty database with another mark stays another's`() throws {
        try execute("PRAGMA application_id = 7", at: folder.path())
        #expect(throws: StoreError.foreignDatabase(path: folder.path(), applicationID: 7)) {
            try RunStore(path: folder.path())
        }
    }

    @Test func `a FIFO is refused at once`() throws {
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        #expect(
            throws: StoreError.cannotOpen(
                path: folder.path("pipe"), reason: "it is not a regular file")
        ) { try RunStore(path: folder.path("pipe")) }
    }

    // MARK: Locks

    @Test func `a file that another process holds lets readers pass and refuses writers in time`()
        throws
    {
        let store = try store(points: 3)
        let other = try DatabaseQueue(path: folder.path())
        let clock = ContinuousClock()
        try other.inDatabase { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            var read: [Point] = []
            let reading = try clock.measure { read = try store.points("a") }
            #expect(read.count == 3)
            #expect(reading < .seconds(1))
            let patient = clock.measure {
                #expect {
                    try store.appendPoints("a", [Point(step: 9, loss: 3)])
                } throws: { ($0 as? StoreError)?.isBusy == true }
            }
            #expect(patient < .seconds(5))
            // From here on it is known to be locked.
            let next = clock.measure {
                #expect(throws: StoreError.self) {
                    try store.appendPoints("a", [Point(step: 9, loss: 3)])
                }
            }
            #expect(next < .seconds(1))
            try db.execute(sql: "ROLLBACK")
        }
        try store.appendPoints("a", [Point(step: 9, loss: 3)])
        #expect(try store.points("a").count == 4)
    }

    // MARK: Writers that share a transaction

    @Test func `of writers at once the one that fails takes nobody with it`() async throws {
        let store = try store()
        let failures = try await withThrowingTaskGroup(of: Bool.self) { group in
            for writer in 0..<40 {
                group.addTask {
                    do {
                        // Every fourth is for a run that is not there.
                        let run = writer % 4 == 0 ? "none" : "a"
                        try store.appendPoints(run, [Point(step: writer, loss: 3)])
                        return false
                    } catch StoreError.runNotFound {
                        return true
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 10)
        #expect(try store.points("a").map(\.step) == (0..<40).filter { $0 % 4 != 0 })
    }

    @Test(arguments: RunStore.Durability.allCases)
    func `either durability keeps what was written`(durability: RunStore.Durability) throws {
        let store = try RunStore(path: folder.path(), durability: durability)
        try store.insertRun(Run(id: "a"))
        let level: Int? = durability == .full ? 2 : 1
        #expect(store.synchronousLevel == level)
        try store.close()
        #expect(try RunStore(path: folder.path()).run("a").id == "a")
    }

    // MARK: Damage

    /// A copy of the files as a SIGKILL would leave them, the log not yet in the database.
    private func crashed(_ change: (inout Data) -> Void) throws -> RunStore {
        let store = try store(points: 10)
        for step in 10..<40 { try store.appendPoints("a", [Point(step: step, loss: 3)]) }
        var log = try folder.bytes("isoloss.db-wal")
        change(&log)
        try folder.bytes().write(to: folder.url.appending(path: "copy.db"))
        try log.write(to: folder.url.appending(path: "copy.db-wal"))
        try store.close()
        return try RunStore(path: folder.path("copy.db"))
    }

    @Test func `a whole log is taken without a word`() throws {
        let store = try crashed { _ in }
        #expect(store.warnings.isEmpty)
        #expect(try store.points("a").count == 40)
    }

    @Test func `a damaged log is announced, and what is before the damage is served`() throws {
        let store = try crashed { $0[$0.count / 2] ^= 0xFF }
        #expect(store.warnings.count == 1)
        #expect(store.warnings.first?.contains("is damaged") == true)
        let steps = try store.points("a").map(\.step)
        #expect(steps.count < 40 && steps == Array(0..<steps.count))
        #expect(try store.check().faults.first?.place == "write-ahead log")
    }

    @Test func `a damaged header of a log is announced`() throws {
        #expect(throws: Never.self) {
            let store = try crashed { $0[3] ^= 0xFF }
            #expect(store.warnings.first?.contains("header is damaged") == true)
        }
    }

    @Test func `a damaged page is named, and the runs on other pages are served`() throws {
        let store = try RunStore(path: folder.path())
        for id in ["a", "b", "c"] {
            try store.insertRun(
                Run(id: id, points: (0..<2_000).map { Point(step: $0, loss: 3 + Double($0)) }))
        }
        #expect(try store.check() == report(whole: 3))
        try store.close()
        // A page that holds points of the run in the middle alone.
        let pageSize = 4_096
        var bytes = try folder.bytes()
        let page = try #require(
            try value(
                """
                SELECT pageno FROM dbstat WHERE name = 'point' AND pagetype = 'leaf'
                ORDER BY path LIMIT 1 OFFSET (SELECT count(*) / 2 FROM dbstat
                    WHERE name = 'point' AND pagetype = 'leaf')
                """, at: folder.path(), as: Int.self))
        for index in 0..<pageSize { bytes[(page - 1) * pageSize + index] = 0xA5 }
        try bytes.write(to: folder.url.appending(path: "isoloss.db"))
        let damaged = try RunStore(path: folder.path())
        #expect(try damaged.runs().records.map(\.id) == ["a", "b", "c"])
        #expect(try damaged.points("a").count == 2_000)
        #expect(try damaged.points("c").count == 2_000)
        #expect {
            try damaged.points("b")
        } throws: { ($0 as? StoreError)?.isDamage == true }
        let report = try damaged.check()
        #expect(report.runs == 3 && report.wholeRuns == 2)
        #expect(report.faults.contains { $0.place == "point" }, "\(report.faults)")
        #expect(report.faults.contains { $0.place == "run \"b\"" })
        try damaged.insertRun(Run(id: "d", points: [Point(step: 1, loss: 3)]))
    }

    private func report(whole: Int) -> CheckReport {
        var report = CheckReport()
        report.runs = whole
        report.wholeRuns = whole
        report.points = whole * 2_000
        return report
    }

    // MARK: Copies

    @Test func `a backup is one file that opens, made while others write`() throws {
        let store = try store(points: 100)
        try store.backUp(to: folder.path("copy.db"))
        try store.appendPoints("a", [Point(step: 200, loss: 3)])
        #expect(throws: StoreError.self) { try store.backUp(to: folder.path("copy.db")) }
        let copy = try RunStore(path: folder.path("copy.db"))
        #expect(try copy.points("a").count == 100)
        try copy.close()
    }

    @Test func `a vacuum gives space back`() throws {
        let store = try store(points: 50_000)
        try store.deleteRun("a")
        try store.vacuum()
        try store.close()
        #expect(try folder.bytes().count < 200_000)
    }
}
