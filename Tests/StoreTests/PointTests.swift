import Store
import TestSupport
import Testing

struct PointTests {
    let store: RunStore

    init() throws {
        store = try RunStore.inMemory(now: SteppingClock().now)
        try store.insertRun(RunRecord(id: "a"))
    }

    @Test func `points come back in step order, exactly`() throws {
        let points = [
            PointRecord(step: 256, loss: 0.1 + 0.2, learningRate: 3e-4, tokenCount: 5e11),
            PointRecord(step: 0, loss: 10.9),
            PointRecord(step: 128, series: ["val": 3.25, "code": 2]),
            PointRecord(
                step: 100_000_000, loss: .leastNonzeroMagnitude, learningRate: 0,
                series: ["val": 3]),
        ]
        let summary = try store.appendPoints("a", points)
        #expect(summary == AppendSummary(accepted: 4, replaced: 0, lastStep: 100_000_000))
        #expect(try store.points("a") == points.sorted { $0.step < $1.step })
        let run = try store.run("a")
        #expect(run.lastStep == 100_000_000)
        #expect(run.pointCount == 4)
        #expect(try #require(run.updatedAt) > SteppingClock.start)
    }

    @Test func `a batch sent twice replaces itself`() throws {
        let points = (0..<50).map { PointRecord(step: $0, loss: 3, series: ["val": 4]) }
        try store.appendPoints("a", points)
        let again = try store.appendPoints("a", points)
        #expect(again == AppendSummary(accepted: 50, replaced: 50, lastStep: 49))
        #expect(try store.points("a") == points)
        #expect(try store.run("a").pointCount == 50)
    }

    @Test func `a later point replaces the values it carries and no others`() throws {
        try store.appendPoints(
            "a",
            [
                PointRecord(
                    step: 5, loss: 3, learningRate: 1e-3, tokenCount: 10,
                    series: ["val": 3.5, "code": 2])
            ])
        try store.appendPoints("a", [PointRecord(step: 5, series: ["val": 3.25])])
        try store.appendPoints("a", [PointRecord(step: 5, loss: 2.5)])
        #expect(
            try store.points("a") == [
                PointRecord(
                    step: 5, loss: 2.5, learningRate: 1e-3, tokenCount: 10,
                    series: ["val": 3.25, "code": 2])
            ])
    }

    @Test func `a step twice in a batch keeps the later value and counts as replaced`() throws {
        let summary = try store.appendPoints(
            "a", [PointRecord(step: 1, loss: 3), PointRecord(step: 1, loss: 2)])
        #expect(summary == AppendSummary(accepted: 2, replaced: 1, lastStep: 1))
        #expect(try store.points("a") == [PointRecord(step: 1, loss: 2)])
    }

    @Test func `no points change nothing`() throws {
        #expect(
            try store.appendPoints("a", [])
                == AppendSummary(accepted: 0, replaced: 0, lastStep: nil))
        #expect(try store.run("a").updatedAt == SteppingClock.start)
    }

    @Test func `a range is closed and reads its series`() throws {
        try store.appendPoints(
            "a",
            (0..<10).map { PointRecord(step: $0 * 10, loss: 3, series: ["val": Double($0 + 1)]) })
        let points = try store.points("a", from: 20, to: 45)
        #expect(points.map(\.step) == [20, 30, 40])
        #expect(points.map(\.series) == [["val": 3], ["val": 4], ["val": 5]])
        #expect(try store.points("a", from: 95).isEmpty)
        #expect(try store.points("a", from: 50, to: 40).isEmpty)
    }

    @Test func `curves of different runs are apart`() throws {
        try store.insertRun(RunRecord(id: "b"))
        try store.appendPoints("a", [PointRecord(step: 1, loss: 3, series: ["val": 4])])
        try store.appendPoints("b", [PointRecord(step: 1, loss: 5, series: ["val": 6])])
        try store.deleteRun("a")
        #expect(try store.points("b") == [PointRecord(step: 1, loss: 5, series: ["val": 6])])
    }

    @Test func `an unknown run has no points and takes none`() throws {
        #expect(throws: StoreError.runNotFound(id: "z")) { try store.points("z") }
        #expect(throws: StoreError.runNotFound(id: "z")) {
            try store.appendPoints("z", [PointRecord(step: 1, loss: 3)])
        }
    }

    struct BadPoint: Sendable, CustomTestStringConvertible {
        let point: PointRecord
        let field: String
        let value: String
        let rule: String
        var testDescription: String { "\(field) = \(value)" }
    }

    @Test(arguments: [
        BadPoint(point: .init(step: -1, loss: 3), field: "step", value: "-1", rule: stepRule),
        BadPoint(
            point: .init(step: 100_000_001, loss: 3), field: "step", value: "100000001",
            rule: stepRule),
        BadPoint(point: .init(step: 1, loss: 0), field: "loss", value: "0.0", rule: positiveRule),
        BadPoint(point: .init(step: 1, loss: -2), field: "loss", value: "-2.0", rule: positiveRule),
        BadPoint(
            point: .init(step: 1, loss: .nan), field: "loss", value: "nan", rule: positiveRule),
        BadPoint(
            point: .init(step: 1, loss: .infinity), field: "loss", value: "inf", rule: positiveRule),
        BadPoint(
            point: .init(step: 1, loss: 3, learningRate: -1e-3), field: "learning_rate",
            value: "-0.001", rule: rateRule),
        BadPoint(
            point: .init(step: 1, loss: 3, tokenCount: .nan), field: "token_count", value: "nan",
            rule: rateRule),
        BadPoint(
            point: .init(step: 1, series: ["val": -1]), field: "loss/val", value: "-1.0",
            rule: positiveRule),
        BadPoint(
            point: .init(step: 1, series: ["": 1]), field: "loss/", value: "1.0",
            rule: "needs a name after the slash"),
    ])
    func `one bad point refuses the whole batch and names it`(bad: BadPoint) throws {
        let good = (10..<20).map { PointRecord(step: $0, loss: 3) }
        #expect(
            throws: StoreError.invalidField(
                .init(point: 10, field: bad.field, value: bad.value, rule: bad.rule))
        ) { try store.appendPoints("a", good + [bad.point] + good) }
        #expect(try store.points("a").isEmpty)
        #expect(try store.run("a").lastStep == nil)
    }

    /// Random batches against a dictionary of steps, the slow and obvious way.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `any order of batches ends in the same curve as a dictionary`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var expected: [Int: PointRecord] = [:]
        for _ in 0..<20 {
            var replaced = 0
            let batch = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                var point = PointRecord(step: Int.random(in: 0..<200, using: &generator))
                if Bool.random(using: &generator) {
                    point.loss = Double.random(in: 1..<9, using: &generator)
                }
                if Bool.random(using: &generator) {
                    point.series["val"] = Double.random(in: 1..<9, using: &generator)
                }
                return point
            }
            for point in batch {
                if expected[point.step] != nil { replaced += 1 }
                var merged = expected[point.step] ?? PointRecord(step: point.step)
                merged.loss = point.loss ?? merged.loss
                merged.series.merge(point.series) { $1 }
                expected[point.step] = merged
            }
            #expect(
                try store.appendPoints("a", batch)
                    == AppendSummary(
                        accepted: batch.count, replaced: replaced, lastStep: expected.keys.max()))
        }
        #expect(try store.points("a") == expected.values.sorted { $0.step < $1.step })
        #expect(try store.run("a").pointCount == expected.count)
    }
}

private let stepRule = "must be a whole number from 0 to 100000000"
private let rateRule = "must be a finite number, 0 or above"
