import Records
import Store
import Testing

struct ConcurrencyTests {
    /// Each batch is one transaction, so a reader must see whole batches: a multiple of 50 points,
    /// none missing before the last, and never fewer than the time before.
    @Test func `readers see whole batches while a writer appends`() async throws {
        let folder = try TemporaryFolder()
        let store = try RunStore(path: folder.path())
        try store.insertRun(Run(id: "a"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { @concurrent in
                for start in stride(from: 0, to: 2_000, by: 50) {
                    try store.appendPoints(
                        "a", (start..<start + 50).map { Point(step: $0, loss: 3) })
                }
            }
            for _ in 0..<3 {
                group.addTask { @concurrent in
                    var last = 0
                    // Cancelled when the writer fails, or else it would read for ever.
                    while last < 2_000, !Task.isCancelled {
                        let steps = try store.points("a").map(\.step)
                        #expect(steps.count.isMultiple(of: 50))
                        #expect(steps == Array(0..<steps.count))
                        #expect(steps.count >= last)
                        last = steps.count
                    }
                }
            }
            // One by one, so that the first failure cancels the others.
            for try await _ in group {}
        }
        #expect(try store.run("a").stored?.pointCount == 2_000)
    }

    @Test func `writers of one run do not lose each other's points`() async throws {
        let folder = try TemporaryFolder()
        let store = try RunStore(path: folder.path())
        try store.insertRun(Run(id: "a"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask { @concurrent in
                    for step in stride(from: writer, to: 400, by: 4) {
                        try store.appendPoints("a", [Point(step: step, loss: 3)])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.points("a").map(\.step) == Array(0..<400))
        #expect(try store.run("a").stored?.pointCount == 400)
    }

    /// Long writes end early for short ones, so that parts are of any size.
    @Test func `uploads in parts and single points beside them lose nothing`() async throws {
        let folder = try TemporaryFolder()
        let store = try RunStore(path: folder.path())
        for id in ["long", "longer", "short"] { try store.insertRun(Run(id: id)) }
        let points = (0..<3_000).map { Point(step: $0, loss: 3) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ["long", "longer"] {
                group.addTask { @concurrent in
                    // Again: what is there already is replaced.
                    for replaced in [0, 3_000] {
                        let summary = try store.appendPoints(id, points, pointsPerTransaction: 700)
                        #expect(summary.accepted == 3_000 && summary.replaced == replaced)
                        #expect(summary.lastStep == 2_999)
                    }
                }
            }
            group.addTask { @concurrent in
                for point in points.prefix(300) { try store.appendPoints("short", [point]) }
            }
            try await group.waitForAll()
        }
        #expect(try store.points("long") == points && store.points("longer") == points)
        #expect(try store.points("short").count == 300)
        #expect(try store.run("long").stored?.pointCount == 3_000)
    }

    @Test func `two stores on one file see each other's runs`() throws {
        let folder = try TemporaryFolder()
        let server = try RunStore(path: folder.path())
        let importer = try RunStore(path: folder.path(), as: .guest)
        try importer.insertRun(Run(id: "a"))
        #expect(try server.run("a").id == "a")
        #expect(throws: StoreError.runExists(id: "a", index: nil)) {
            try server.insertRun(Run(id: "a"))
        }
    }

    @Test func `a closed store refuses work with an error`() throws {
        let folder = try TemporaryFolder()
        let store = try RunStore(path: folder.path())
        try store.close()
        try store.close()
        #expect(throws: StoreError.self) { try store.runs() }
    }
}
