import Foundation
import Records
import Store
import TestSupport
import Testing

struct PointTests {
    let store: RunStore

    init() throws {
        store = try RunStore.inMemory(now: SteppingClock().now)
        try store.insertRun(Run(id: "a"))
    }

    @Test func `points come back in step order, exactly`() throws {
        let points = [
            Point(step: 256, loss: 0.1 + 0.2, learningRate: 3e-4, tokenCount: 5e11),
            Point(step: 0, loss: 10.9),
            Point(step: 128, series: ["val": 3.25, "code": 2]),
            Point(
                step: 100_000_000, loss: 1e-30, learningRate: 0,
                series: ["val": 3]),
        ]
        let summary = try store.appendPoints("a", points)
        #expect(summary == AppendSummary(accepted: 4, replaced: 0, lastStep: 100_000_000))
        #expect(try store.points("a") == points.sorted { $0.step < $1.step })
        let run = try store.run("a")
        #expect(run.stored?.lastStep == 100_000_000)
        #expect(run.stored?.pointCount == 4)
        #expect(try #require(run.stored?.updatedAt) > SteppingClock.start)
    }

    @Test func `a batch sent twice replaces itself`() throws {
        let points = (0..<50).map { Point(step: $0, loss: 3, series: ["val": 4]) }
        try store.appendPoints("a", points)
        let again = try store.appendPoints("a", points)
        #expect(again == AppendSummary(accepted: 50, replaced: 50, lastStep: 49))
        #expect(try store.points("a") == points)
        #expect(try store.run("a").stored?.pointCount == 50)
    }

    @Test func `a later point replaces the values it carries and no others`() throws {
        try store.appendPoints(
            "a",
            [
                Point(
                    step: 5, loss: 3, learningRate: 1e-3, tokenCount: 10,
                    series: ["val": 3.5, "code": 2])
            ])
        try store.appendPoints("a", [Point(step: 5, series: ["val": 3.25])])
        try store.appendPoints("a", [Point(step: 5, loss: 2.5)])
        #expect(
            try store.points("a") == [
                Point(
                    step: 5, loss: 2.5, learningRate: 1e-3, tokenCount: 10,
                    series: ["val": 3.25, "code": 2])
            ])
    }

    @Test func `a step twice in a batch keeps the later value and counts as replaced`() throws {
        let summary = try store.appendPoints(
            "a", [Point(step: 1, loss: 3), Point(step: 1, loss: 2)])
        #expect(summary == AppendSummary(accepted: 2, replaced: 1, lastStep: 1))
        #expect(try store.points("a") == [Point(step: 1, loss: 2)])
    }

    @Test func `no points change nothing`() throws {
        #expect(
            try store.appendPoints("a", [])
                == AppendSummary(accepted: 0, replaced: 0, lastStep: nil))
        #expect(try store.run("a").stored?.updatedAt == SteppingClock.start)
    }

    @Test func `a range is closed and reads its series`() throws {
        try store.appendPoints(
            "a",
            (0..<10).map { Point(step: $0 * 10, loss: 3, series: ["val": Double($0 + 1)]) })
        let points = try store.points("a", from: 20, to: 45)
        #expect(points.map(\.step) == [20, 30, 40])
        #expect(points.map(\.series) == [["val": 3], ["val": 4], ["val": 5]])
        #expect(try store.points("a", from: 95).isEmpty)
        #expect(try store.points("a", from: 50, to: 40).isEmpty)
    }

    @Test func `curves of different runs are apart`() throws {
        try store.insertRun(Run(id: "b"))
        try store.appendPoints("a", [Point(step: 1, loss: 3, series: ["val": 4])])
        try store.appendPoints("b", [Point(step: 1, loss: 5, series: ["val": 6])])
        try store.deleteRun("a")
        #expect(try store.points("b") == [Point(step: 1, loss: 5, series: ["val": 6])])
    }

    @Test func `an unknown run has no points and takes none`() throws {
        #expect(throws: StoreError.runNotFound(id: "z")) { try store.points("z") }
        #expect(throws: StoreError.runNotFound(id: "z")) {
            try store.appendPoints("z", [Point(step: 1, loss: 3)])
        }
    }

    @Test func `losses that are not finite are kept and counted`() throws {
        let points = [
            Point(step: 1, loss: 3, series: ["val": .nan]), Point(step: 2, loss: .nan),
            Point(step: 3, loss: .infinity, series: ["val": 4]), Point(step: 4, loss: -.infinity),
        ]
        try store.appendPoints("a", points)
        #expect(try store.points("a") == points)
        let run = try store.run("a")
        #expect(run.stored?.notFiniteCount == 3 && run.stored?.divergedAt == 2)
        #expect(try store.runs().records == [run])
        try store.appendPoints("a", [Point(step: 2, loss: 2.5), Point(step: 1, loss: .nan)])
        #expect(try store.points("a", to: 2).map(\.loss?.isNaN) == [true, false])
        #expect(try store.run("a").stored?.divergedAt == 1)
    }

    @Test func `a time is kept to the millisecond`() throws {
        let time = Date(timeIntervalSince1970: 1_767_225_600.125)
        try store.appendPoints("a", [Point(step: 1, loss: 3, time: time), Point(step: 2, loss: 3)])
        try store.appendPoints("a", [Point(step: 1, loss: 2)])
        #expect(try store.points("a").map(\.time) == [time, nil])
    }

    @Test func `a rewind drops everything from the batch's first step on`() throws {
        let first = (0..<10).map { Point(step: $0 * 10, loss: 3, series: ["val": 4]) }
        try store.appendPoints("a", first)
        let again = [Point(step: 55, loss: 2), Point(step: 50, loss: 2.5)]
        let summary = try store.appendPoints("a", again, rewinds: true)
        #expect(summary == AppendSummary(accepted: 2, replaced: 1, dropped: 4, lastStep: 55))
        #expect(try store.points("a") == first.prefix(5) + again.reversed())
        #expect(try store.run("a").stored?.pointCount == 7)
        let repeated = try store.appendPoints("a", again, rewinds: true)
        #expect(repeated == AppendSummary(accepted: 2, replaced: 2, dropped: 0, lastStep: 55))
        let empty = try store.appendPoints("a", [], rewinds: true)
        #expect(empty == AppendSummary(accepted: 0, replaced: 0, lastStep: 55))
    }

    struct BadPoint: Sendable, CustomTestStringConvertible {
        let point: Point
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
        BadPoint(
            point: .init(step: 1, loss: 0), field: "loss", value: "0.0",
            rule: NumberRule.loss.sentence),
        BadPoint(
            point: .init(step: 1, loss: -2), field: "loss", value: "-2.0",
            rule: NumberRule.loss.sentence),
        BadPoint(
            point: .init(step: 1, loss: 1e31), field: "loss", value: "1e+31",
            rule: NumberRule.loss.sentence(for: 1e31)),
        BadPoint(
            point: .init(step: 1, loss: 3, learningRate: -1e-3), field: "learning_rate",
            value: "-0.001", rule: NumberRule.learningRate.sentence),
        BadPoint(
            point: .init(step: 1, loss: 3, tokenCount: .nan), field: "token_count", value: "nan",
            rule: NumberRule.tokenCount.sentence),
        BadPoint(
            point: .init(step: 1, series: ["val": -1]), field: "loss/val", value: "-1.0",
            rule: NumberRule.loss.sentence),
        BadPoint(
            point: .init(step: 1, series: ["": 1]), field: "loss/", value: "\"\"",
            rule: TextRule.name.sentence),
        BadPoint(
            point: .init(step: 1, series: ["a\0": 1]), field: "loss/a\0", value: "\"a\0\"",
            rule: TextRule.name.sentence),
        BadPoint(
            point: .init(step: 1, loss: 3, time: Date(timeIntervalSince1970: 1e18)), field: "time",
            value: "1e+18", rule: NumberRule.time.sentence),
    ])
    func `one bad point refuses the whole batch and names it`(bad: BadPoint) throws {
        let good = (10..<20).map { Point(step: $0, loss: 3) }
        #expect(
            throws: StoreError.invalidField(
                .init(point: 10, field: bad.field, value: bad.value, rule: bad.rule))
        ) { try store.appendPoints("a", good + [bad.point] + good) }
        #expect(try store.points("a").isEmpty)
        #expect(try store.run("a").stored?.lastStep == nil)
    }

    /// Random batches against a dictionary of steps, the slow and obvious way.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `any order of batches ends in the same curve as a dictionary`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var expected: [Int: Point] = [:]
        // Few different values, so that many a point says what is stored already.
        func some(_ values: [Double]) -> Double? {
            Bool.random(using: &generator) ? values.randomElement(using: &generator) : nil
        }
        for _ in 0..<40 {
            var replaced = 0
            let batch = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
                var point = Point(step: Int.random(in: 0..<200, using: &generator))
                point.loss = some([1, 2, .infinity])
                point.learningRate = some([1e-3, 2e-3])
                point.time = some([1, 2]).map(Date.init(timeIntervalSince1970:))
                if Bool.random(using: &generator) {
                    point.series["val"] = Double.random(in: 1..<9, using: &generator)
                }
                return point
            }
            for point in batch {
                if expected[point.step] != nil { replaced += 1 }
                var merged = expected[point.step] ?? Point(step: point.step)
                merged.loss = point.loss ?? merged.loss
                merged.learningRate = point.learningRate ?? merged.learningRate
                merged.time = point.time ?? merged.time
                merged.series.merge(point.series) { $1 }
                expected[point.step] = merged
            }
            #expect(
                try store.appendPoints("a", batch)
                    == AppendSummary(
                        accepted: batch.count, replaced: replaced, lastStep: expected.keys.max()))
        }
        #expect(try store.points("a") == expected.values.sorted { $0.step < $1.step })
        #expect(try store.run("a").stored?.pointCount == expected.count)
    }
}

private let stepRule = "must be a whole number from 0 to 100000000"
