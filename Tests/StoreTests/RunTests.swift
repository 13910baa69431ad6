import Foundation
import Store
import Testing

struct RunTests {
    let store: RunStore

    init() throws { store = try RunStore.inMemory(now: SteppingClock().now) }

    private let full = RunRecord(
        id: "wsd-400M_1.2", study: "sizes", name: "WSD, 400M", role: "train", loss: 2.75,
        features: ["parameter_count": 4e8, "token_count": 2e10, "offset": -0.125],
        schedule: "warmup:10@3e-4,hold:90", tags: ["cluster": "a", "empty": ""],
        recipe: #"{"optimizer":"adam"}"#)

    @Test func `stores all metadata of a run`() throws {
        let stored = try store.insertRun(full)
        var expected = full
        #expect(stored.createdAt == SteppingClock.start)
        #expect(stored.updatedAt == stored.createdAt)
        #expect(stored.lastStep == nil)
        #expect(stored.pointCount == 0)
        #expect(try store.run(full.id) == stored)
        #expect(stored.features == expected.features)
        #expect(stored.tags == expected.tags)
        expected.features = stored.features
        #expect(
            [stored.study, stored.name, stored.role, stored.schedule, stored.recipe]
                == [
                    expected.study, expected.name, expected.role, expected.schedule,
                    expected.recipe,
                ])
        #expect(stored.loss == expected.loss)
    }

    @Test func `refuses a second run with the same id`() throws {
        try store.insertRun(full)
        #expect(throws: StoreError.runExists(id: full.id, index: nil)) {
            try store.insertRun(RunRecord(id: full.id))
        }
        #expect(try store.run(full.id).study == "sizes")
    }

    @Test func `an update replaces metadata and keeps points and creation time`() throws {
        #expect(try store.upsertRun(full) == .created)
        try store.appendPoints(full.id, [PointRecord(step: 7, loss: 3)])
        let update = RunRecord(id: full.id, study: "other", features: ["token_count": 1])
        #expect(try store.upsertRun(update) == .updated)
        let stored = try store.run(full.id)
        #expect(stored.study == "other")
        #expect(stored.name == nil)
        #expect(stored.features == ["token_count": 1])
        #expect(stored.tags.isEmpty)
        #expect(stored.lastStep == 7)
        #expect(stored.pointCount == 1)
        #expect(stored.createdAt == SteppingClock.start)
        #expect(try #require(stored.updatedAt) > SteppingClock.start)
    }

    @Test func `a batch is stored whole or not at all`() throws {
        try store.insertRun(RunRecord(id: "c"))
        let batch = ["a", "b", "c", "d"].map { id in
            RunImport(run: RunRecord(id: id), points: [PointRecord(step: 1, loss: 3)])
        }
        #expect(throws: StoreError.runExists(id: "c", index: 2)) { try store.insertRuns(batch) }
        #expect(try store.runs().records.map(\.id) == ["c"])
        #expect(try store.run("c").pointCount == 0)
        try store.insertRuns(batch.filter { $0.run.id != "c" })
        #expect(try store.runs().records.map(\.id) == ["c", "a", "b", "d"])
        #expect(try store.points("d") == [PointRecord(step: 1, loss: 3)])
    }

    @Test func `an id twice in a batch counts as existing`() throws {
        #expect(throws: StoreError.runExists(id: "a", index: 1)) {
            try store.insertRuns([RunImport]([RunRecord(id: "a"), RunRecord(id: "a")]))
        }
        #expect(try store.runs().records.isEmpty)
    }

    @Test func `an invalid run in a batch is named and nothing is stored`() throws {
        let batch = [RunRecord(id: "a"), RunRecord(id: "b", loss: -1)]
        #expect(
            throws: StoreError.invalidField(
                .init(run: 1, field: "loss", value: "-1.0", rule: positiveRule))
        ) { try store.insertRuns([RunImport](batch)) }
        #expect(try store.runs().records.isEmpty)
    }

    @Test func `a bad point of a new run is named and nothing is stored`() throws {
        let bad = RunImport(
            run: RunRecord(id: "b"), points: [PointRecord(step: 200_000_000, loss: 3)])
        #expect(
            throws: StoreError.invalidField(
                .init(
                    run: 1, point: 0, field: "step", value: "200000000",
                    rule: "must be a whole number from 0 to 100000000"))
        ) { try store.insertRuns([RunImport(run: RunRecord(id: "a"), points: []), bad]) }
        #expect(try store.runs().records.isEmpty)
    }

    @Test(arguments: ["", "a b", "a/b", "é", String(repeating: "x", count: 129), "a\0"])
    func `refuses an id outside the rule`(id: String) throws {
        #expect(!RunRecord.isValidID(id))
        #expect(throws: StoreError.self) { try store.upsertRun(RunRecord(id: id)) }
    }

    @Test(arguments: ["a", "A.b_c-9", String(repeating: "x", count: 128), "-"])
    func `accepts an id inside the rule`(id: String) throws {
        #expect(RunRecord.isValidID(id))
        #expect(try store.upsertRun(RunRecord(id: id)) == .created)
    }

    @Test(arguments: [.nan, .infinity, -.infinity, 0, -0.5] as [Double])
    func `refuses a loss that is not finite and above 0`(loss: Double) throws {
        #expect(
            throws: StoreError.invalidField(
                .init(field: "loss", value: "\(loss)", rule: positiveRule))
        ) { try store.insertRun(RunRecord(id: "a", loss: loss)) }
    }

    @Test func `refuses what no later reader could use`() throws {
        let bad = [
            RunRecord(id: "a", study: ""), RunRecord(id: "a", role: ""),
            RunRecord(id: "a", schedule: ""), RunRecord(id: "a", features: ["token_count": .nan]),
            RunRecord(id: "a", features: ["": 1]), RunRecord(id: "a", tags: ["": "x"]),
            RunRecord(id: "a", recipe: "not JSON"),
        ]
        for run in bad {
            #expect(throws: StoreError.self) { try store.insertRun(run) }
        }
        #expect(try store.runs().records.isEmpty)
    }

    @Test func `deleting a run deletes its points and frees its id`() throws {
        try store.insertRun(full)
        try store.appendPoints(full.id, [PointRecord(step: 1, loss: 3, series: ["val": 4])])
        try store.deleteRun(full.id)
        #expect(throws: StoreError.runNotFound(id: full.id)) { try store.run(full.id) }
        #expect(throws: StoreError.runNotFound(id: full.id)) { try store.deleteRun(full.id) }
        try store.insertRun(RunRecord(id: full.id))
        #expect(try store.points(full.id).isEmpty)
        #expect(try store.run(full.id).pointCount == 0)
    }
}

let positiveRule = "must be a finite number above 0"
