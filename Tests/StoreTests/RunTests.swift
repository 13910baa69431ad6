import Foundation
import Records
import Schedules
import Store
import Testing

struct RunTests {
    let store: RunStore

    init() throws { store = try RunStore.inMemory(now: SteppingClock().now) }

    private let full = Run(
        id: "wsd-400M_1.2", study: "sizes", name: "WSD, 400M", role: .train,
        features: [.parameterCount: 4e8, .tokenCount: 2e10, .stepCount: 0.125], loss: 2.75,
        schedule: try? LearningRateSchedule(parsing: "warmup:10@3e-4,hold:90"),
        statedWarmupSteps: 10, tags: ["cluster": "a", "empty": ""],
        units: ["loss/code": "bits_per_byte"], recipe: #"{"optimizer":"adam"}"#)

    @Test func `stores all metadata of a run`() throws {
        let stored = try store.insertRun(full)
        var expected = full
        expected.stored = Run.Stored(createdAt: SteppingClock.start, updatedAt: SteppingClock.start)
        #expect(stored == expected)
        #expect(try store.run(full.id) == expected)
        #expect(try store.totalSteps(of: full.id) == 100)
        expected.recipe = nil
        #expect(try store.runs().records == [expected], "lists leave out recipes")
    }

    @Test func `a run whose schedule an earlier version took is listed with its text`() throws {
        let folder = try TemporaryFolder()
        try RunStore(path: folder.path()).close()
        try execute(
            "INSERT INTO run (id, schedule, created_at, updated_at) VALUES ('a', 'sinus:3', 0, 0)",
            at: folder.path())
        let run = try RunStore(path: folder.path()).run("a")
        #expect(run.schedule == nil && run.stored?.unreadableSchedule == "sinus:3")
    }

    @Test func `refuses a second run with the same id`() throws {
        try store.insertRun(full)
        #expect(throws: StoreError.runExists(id: full.id, index: nil)) {
            try store.insertRun(Run(id: full.id))
        }
        #expect(try store.run(full.id).study == "sizes")
    }

    @Test func `an update replaces metadata and keeps points and creation time`() throws {
        #expect(try store.upsertRun(full) == .created)
        try store.appendPoints(full.id, [Point(step: 7, loss: 3)])
        let update = Run(id: full.id, study: "other", features: [.tokenCount: 1])
        #expect(try store.upsertRun(update) == .updated)
        let stored = try store.run(full.id)
        #expect(stored.study == "other")
        #expect(stored.name == nil)
        #expect(stored.features == [.tokenCount: 1])
        #expect(stored.tags.isEmpty)
        #expect(stored.stored?.lastStep == 7)
        #expect(stored.stored?.pointCount == 1)
        #expect(stored.stored?.createdAt == SteppingClock.start)
        #expect(try #require(stored.stored?.updatedAt) > SteppingClock.start)
    }

    @Test func `a batch is stored whole or not at all`() throws {
        try store.insertRun(Run(id: "c"))
        let batch = ["a", "b", "c", "d"].map { id in
            Run(id: id, points: [Point(step: 1, loss: 3)])
        }
        #expect(throws: StoreError.runExists(id: "c", index: 2)) { try store.insertRuns(batch) }
        #expect(try store.runs().records.map(\.id) == ["c"])
        #expect(try store.run("c").stored?.pointCount == 0)
        try store.insertRuns(batch.filter { $0.id != "c" })
        #expect(try store.runs().records.map(\.id) == ["c", "a", "b", "d"])
        #expect(try store.points("d") == [Point(step: 1, loss: 3)])
    }

    @Test func `an id twice in a batch counts as existing`() throws {
        #expect(throws: StoreError.runExists(id: "a", index: 1)) {
            try store.insertRuns([Run(id: "a"), Run(id: "a")])
        }
        #expect(try store.runs().records.isEmpty)
    }

    @Test func `an invalid run in a batch is named and nothing is stored`() throws {
        let batch = [Run(id: "a"), Run(id: "b", loss: -1)]
        #expect(
            throws: StoreError.invalidField(
                .init(run: 1, field: "loss", value: "-1.0", rule: NumberRule.finalLoss.sentence))
        ) { try store.insertRuns(batch) }
        #expect(try store.runs().records.isEmpty)
    }

    @Test func `a bad point of a new run is named and nothing is stored`() throws {
        let bad = Run(id: "b", points: [Point(step: 200_000_000, loss: 3)])
        #expect(
            throws: StoreError.invalidField(
                .init(
                    run: 1, point: 0, field: "step", value: "200000000",
                    rule: "must be a whole number from 0 to 100000000"))
        ) { try store.insertRuns([Run(id: "a"), bad]) }
        #expect(try store.runs().records.isEmpty)
    }

    @Test(arguments: ["", "a b", ".", "..", "a\0"])
    func `refuses an id outside the rule`(id: String) throws {
        #expect(throws: StoreError.self) { try store.upsertRun(Run(id: id)) }
    }

    @Test(arguments: [.nan, .infinity, -.infinity, 0, -0.5] as [Double])
    func `refuses a loss that is not finite and above 0`(loss: Double) throws {
        #expect(
            throws: StoreError.invalidField(
                .init(field: "loss", value: "\(loss)", rule: NumberRule.finalLoss.sentence))
        ) { try store.insertRun(Run(id: "a", loss: loss)) }
    }

    @Test func `refuses what no later reader could use`() throws {
        let bad = [
            Run(id: "a", study: ""), Run(id: "a", study: "a\0b"), Run(id: "a", name: "\0"),
            Run(id: "a", features: [.tokenCount: .nan]), Run(id: "a", features: [.tokenCount: 0]),
            Run(id: "a", tags: ["": "x"]), Run(id: "a", tags: ["x": "\0"]),
            Run(id: "a", recipe: "not JSON"),
        ]
        for run in bad {
            #expect(throws: StoreError.self) { try store.insertRun(run) }
        }
        #expect(try store.runs().records.isEmpty)
    }

    @Test func `deleting a run deletes its points and frees its id`() throws {
        try store.insertRun(full)
        try store.appendPoints(full.id, [Point(step: 1, loss: 3, series: ["val": 4])])
        try store.deleteRun(full.id)
        #expect(throws: StoreError.runNotFound(id: full.id)) { try store.run(full.id) }
        #expect(throws: StoreError.runNotFound(id: full.id)) { try store.deleteRun(full.id) }
        try store.insertRun(Run(id: full.id))
        #expect(try store.points(full.id).isEmpty)
        #expect(try store.run(full.id).stored?.pointCount == 0)
    }
}

let positiveRule = "must be a finite number above 0"
