import Records
import Store
import Testing

struct PageTests {
    let store: RunStore

    init() throws { store = try RunStore.inMemory() }

    private func insert(_ ids: [String], study: String? = nil) throws {
        try store.insertRuns(ids.map { Run(id: $0, study: study) })
    }

    @Test func `pages cover all runs once`() throws {
        let ids = (0..<23).map { "run-\($0)" }
        try insert(ids)
        var seen: [String] = []
        var cursor: String?
        repeat {
            let page = try store.runs(limit: 5, cursor: cursor)
            #expect(page.records.count <= 5)
            seen += page.records.map(\.id)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(seen == ids)
    }

    @Test func `a last page that is full has no cursor`() throws {
        try insert(["a", "b"])
        #expect(try store.runs(limit: 2).nextCursor == nil)
        #expect(try store.runs(limit: 1).nextCursor != nil)
        #expect(try store.runs(limit: .max).records.count == 2)
    }

    @Test func `runs added or deleted meanwhile neither repeat nor hide others`() throws {
        try insert(["a", "b", "c", "d"])
        let first = try store.runs(limit: 2)
        try store.deleteRun("b")
        try store.deleteRun("c")
        try store.upsertRun(Run(id: "a", name: "changed"))
        try insert(["0"])
        let second = try store.runs(limit: 2, cursor: first.nextCursor)
        #expect(first.records.map(\.id) == ["a", "b"])
        #expect(second.records.map(\.id) == ["d", "0"])
    }

    @Test func `a study's runs are listed apart`() throws {
        try insert(["a", "b"], study: "one")
        try insert(["c"], study: "two")
        try insert(["d"])
        try insert(["e"], study: "one")
        #expect(try store.runs(study: "one").records.map(\.id) == ["a", "b", "e"])
        let page = try store.runs(study: "one", limit: 2)
        let rest = try store.runs(study: "one", limit: 2, cursor: page.nextCursor)
        #expect(rest.records.map(\.id) == ["e"])
        #expect(try store.runs(study: "three").records.isEmpty)
        #expect(try store.runs().records.count == 5)
    }

    /// Two runs of each last loss, one without points, one with losses of validation alone.
    private func insertTrained() throws {
        for (index, loss) in [3.0, 2.5, 3.0, 2.5, 4.0].enumerated() {
            try store.insertRun(
                Run(
                    id: "run-\(index)", study: "wsd_\(index % 2)",
                    points: [
                        Point(step: index, loss: 9), Point(step: 10 - index, loss: loss),
                        Point(step: 20, series: ["validation": 1]),
                    ]))
        }
        try store.insertRun(Run(id: "bare", name: "Nothing 100%"))
        try store.insertRun(
            Run(id: "blind", points: [Point(step: 50, series: ["validation": 2])]))
    }

    @Test(arguments: [
        (
            RunList.Order.lastLoss, false,
            ["run-1", "run-3", "run-0", "run-2", "run-4", "bare", "blind"]
        ),
        (.lastLoss, true, ["run-4", "run-2", "run-0", "run-3", "run-1", "blind", "bare"]),
        (.lastStep, true, ["blind", "run-4", "run-3", "run-2", "run-1", "run-0", "bare"]),
        (.created, true, ["blind", "bare", "run-4", "run-3", "run-2", "run-1", "run-0"]),
    ])
    func `sorted pages cover all runs once, those without the value last`(
        order: RunList.Order, isDescending: Bool, expected: [String]
    ) throws {
        try insertTrained()
        for limit in 1...8 {
            var list = RunList(order: order, isDescending: isDescending, limit: limit)
            var seen: [String] = []
            repeat {
                let page = try store.runs(list)
                seen += page.records.map(\.id)
                list.cursor = page.nextCursor
            } while list.cursor != nil
            #expect(seen == expected, "pages of \(limit)")
            #expect(try store.runCount(list) == 7)
        }
    }

    @Test(arguments: [
        ("RUN-", ["run-0", "run-1", "run-2", "run-3", "run-4"]), ("wsd_1", ["run-1", "run-3"]),
        ("100%", ["bare"]), ("%", ["bare"]), ("'", []), ("nothing", ["bare"]),
    ])
    func `a search looks for text as it stands in id, name and study`(
        text: String, expected: [String]
    ) throws {
        try insertTrained()
        let list = RunList(search: text)
        #expect(try store.runs(list).records.map(\.id) == expected)
        #expect(try store.runCount(list) == expected.count)
    }

    @Test func `the last loss is the newest that is finite`() throws {
        try insertTrained()
        try store.appendPoints("run-0", [Point(step: 30, loss: .nan)])
        #expect(try store.run("run-0").stored?.lastLoss == 3)
        #expect(try store.run("blind").stored?.lastLoss == nil)
    }

    @Test(arguments: ["r1.", "r1.zz", "r1.7ff0000000000000", "r1.0.0"])
    func `refuses a rank that is none of ours`(cursor: String) throws {
        #expect(throws: StoreError.invalidCursor(cursor)) {
            try store.runs(RunList(order: .lastLoss, cursor: cursor))
        }
    }

    @Test(arguments: ["", "r", "7", "r0", "r-1", "f1", "rzzzzzzzzzzzzzzzzzz", "r1 "])
    func `refuses a cursor that is none of ours`(cursor: String) throws {
        #expect(throws: StoreError.invalidCursor(cursor)) { try store.runs(cursor: cursor) }
    }

    @Test func `refuses an empty page`() throws {
        #expect(throws: StoreError.invalidLimit(0)) { try store.runs(limit: 0) }
        #expect(throws: StoreError.invalidLimit(-1)) { try store.fits(limit: -1) }
    }
}
