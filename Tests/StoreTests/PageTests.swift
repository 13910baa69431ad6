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

    @Test(arguments: ["", "r", "7", "r0", "r-1", "f1", "rzzzzzzzzzzzzzzzzzz", "r1 "])
    func `refuses a cursor that is none of ours`(cursor: String) throws {
        #expect(throws: StoreError.invalidCursor(cursor)) { try store.runs(cursor: cursor) }
    }

    @Test func `refuses an empty page`() throws {
        #expect(throws: StoreError.invalidLimit(0)) { try store.runs(limit: 0) }
        #expect(throws: StoreError.invalidLimit(-1)) { try store.fits(limit: -1) }
    }
}
