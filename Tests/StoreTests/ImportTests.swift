import Records
import Store
import Testing

struct ImportTests {
    let store: RunStore

    init() throws { store = try RunStore.inMemory() }

    private func curve(_ steps: Range<Int>) -> [Point] {
        steps.map { Point(step: $0, loss: 3) }
    }

    @Test func `imports runs with their points, new ones and known ones`() throws {
        try store.insertRun(Run(id: "a", name: "before"))
        try store.appendPoints("a", curve(0..<3))
        let summary = try store.importRuns([
            Run(id: "a", study: "s", points: curve(2..<5)),
            Run(id: "b", study: "s", points: curve(0..<4)),
            Run(id: "c", study: "s", loss: 3),
        ])
        #expect(summary == ImportSummary(created: 2, updated: 1, accepted: 7, replaced: 1))
        #expect(try store.runs(study: "s").records.map(\.id) == ["a", "b", "c"])
        #expect(try store.run("a").name == nil)
        #expect(try store.points("a").map(\.step) == [0, 1, 2, 3, 4])
    }

    @Test func `a bad point anywhere stores nothing and is named with its run`() throws {
        var points = curve(0..<4)
        points[3].loss = -1
        #expect(
            throws: StoreError.invalidField(
                .init(
                    run: 1, point: 3, field: "loss", value: "-1.0", rule: NumberRule.loss.sentence))
        ) {
            try store.importRuns([
                Run(id: "a", points: curve(0..<2)),
                Run(id: "b", points: points),
            ])
        }
        #expect(try store.runs().records.isEmpty)
    }

    @Test(arguments: [1, 3, 25, 1_000])
    func `an import in parts stores what one in one go stores`(_ limit: Int) throws {
        let runs = [
            Run(id: "a", study: "s", points: curve(0..<7)), Run(id: "b", study: "s", loss: 3),
            Run(id: "c", study: "s", points: curve(0..<30)),
            Run(id: "a", study: "t", points: curve(5..<9)),
        ]
        let whole = try RunStore.inMemory()
        let expected = try whole.importRuns(runs)
        #expect(try store.importRuns(runs, pointsPerTransaction: limit) == expected)
        for id in ["a", "b", "c"] {
            #expect(try store.points(id) == whole.points(id))
            #expect(try store.run(id).study == whole.run(id).study)
        }
    }

    @Test func `a bad point anywhere stores no part of an import in parts`() throws {
        var points = curve(0..<40)
        points[39].loss = -1
        #expect(throws: StoreError.self) {
            try store.importRuns(
                [Run(id: "a", points: curve(0..<9)), Run(id: "b", points: points)],
                pointsPerTransaction: 4)
        }
        #expect(try store.runs().records.isEmpty)
    }

    @Test func `a failure inside SQLite takes back what went before it`() throws {
        #expect {
            try store.importRuns([
                Run(id: "a", points: curve(0..<2)),
                Run(id: "b", recipe: "not JSON"),
            ])
        } throws: { error in
            guard case .sqlite(let code, _) = error as? StoreError else { return false }
            // SQLITE_CONSTRAINT, whatever its extension says.
            return code & 0xFF == 19
        }
        #expect(try store.runs().records.isEmpty)
    }
}

extension RunStore {
    /// Imports runs that have their points already.
    @discardableResult
    fileprivate func importRuns(
        _ runs: [Run], pointsPerTransaction limit: Int? = nil
    ) throws(StoreError) -> ImportSummary {
        try importRuns(runs.map { ($0, $0.points) }, pointsPerTransaction: limit)
    }
}
