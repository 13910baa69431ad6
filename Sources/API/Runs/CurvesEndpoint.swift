import Contract
import Foundation
import HTTP
import JSONText
import Plots
import Records
import Store
import Synchronization

/// `/v1/curves`: runs with their points as columns, many in one answer, as a page draws them.
///
///     {"run":{"id":"a",…},"point_count":10000,"columns":{"step":[0,…],"loss":[10.8,…]},"not_finite":{}}
///
/// A line of JSON for each run, sent as soon as it is made: a reader draws the first curve while the
/// others are still read. A run that is not there has a `problem` in place of its points, so that one
/// deleted run does not take the others along.
struct CurvesEndpoint: Sendable {
    let store: RunStore
    let budget: WorkBudget
    let polled: PolledAnswers

    func register(in routes: inout Routes) {
        routes.on(
            .get, "/v1/curves", "Shows runs with their points as columns, a line of JSON for each.",
            .read, query: CurvesRequest()
        ) { request, _, asked in try polled.answer(request) { try read(asked) } }
    }

    private func read(_ asked: CurvesRequest) throws -> Response {
        var ids = asked.runs ?? []
        if let date = try asked.changedAfter.map(Self.date) {
            // Who polls mostly finds nothing, which is said at once, and kept.
            ids = try ids.filter { id in
                do {
                    return try store.run(id).stored.map {
                        $0.updatedAt.milliseconds > date.milliseconds
                    } ?? true
                } catch StoreError.runNotFound {
                    return false
                }
            }
            guard !ids.isEmpty else { return .content([], type: Self.type) }
        }
        let pending = Mutex(ids[...])
        return .streaming(type: Self.type) {
            guard let id = pending.withLock({ $0.popFirst() }) else { return nil }
            return try line(of: id, asked)
        }
    }

    private static func date(_ text: String) throws -> Date {
        guard let date = Date(rfc3339: text) else {
            throw HTTPError.query(
                "changed_after",
                "changed_after = \(text) must be a time such as 2026-01-31T12:00:00Z.")
        }
        return date
    }

    private static let type = ResponseFormat.ndjson.rawValue

    /// A run and its points as far as they are asked for; nil of one that is not there.
    private func stored(_ id: String, _ asked: CurvesRequest) throws -> (run: Run, points: [Point])?
    {
        do {
            var run = try store.run(id)
            run.recipe = nil
            // A mean is of all that came before, wherever one looks.
            let first = asked.smooth == nil ? asked.points.from : 0
            return (run, try store.points(id, from: first, to: asked.points.to))
        } catch StoreError.runNotFound {
            return nil
        }
    }

    private func line(of id: String, _ asked: CurvesRequest) throws -> [UInt8] {
        var writer = JSONWriter(capacity: 1 << 16)
        if let (run, points) = try stored(id, asked) {
            write(run, points, asked, to: &writer)
        } else {
            writer.object { writer in
                writer.name("run")
                writer.write(JSONValue.object([.init("id", .string(id))]))
                writer.name("problem")
                writer.write("There is no run \"\(id)\".")
            }
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private func write(
        _ run: Run, _ points: [Point], _ asked: CurvesRequest, to writer: inout JSONWriter
    ) {
        let means = asked.smooth.map { Self.means(of: points, asked.series, halfLife: $0) }
        let first = points.firstIndex { $0.step >= asked.points.from } ?? points.endIndex
        let seen = Array(points[first...])
        let names = seen.seriesNames
        let wanted = asked.points.maxPoints ?? budget[.answerPoints]
        let limit = max(wanted, Thinning.fewestPoints * (names.count + 1))
        let shown = Downsampling.indices(of: seen, limit: limit)
        let kept = shown.map { seen[$0] }
        var columns: [(name: String, values: [Double?])] = [("loss", kept.map(\.loss))]
        columns += names.map { name in ("loss/\(name)", kept.map { $0.series[name] }) }
        columns += Point.Quantity.allCases.map { quantity in
            (quantity.rawValue, kept.map { $0[quantity] })
        }
        columns.append(("time_ms", kept.map { $0.time.map { Double($0.milliseconds) } }))
        if let means { columns.append(("mean", shown.map { means[first + $0] })) }
        writer.object { writer in
            writer.name("run")
            writer.write(run.json)
            writer.name("point_count")
            writer.write(seen.count)
            writer.name("columns")
            writer.object { writer in
                writer.name("step")
                writer.write(kept.map(\.step))
                for column in columns where column.values.contains(where: { $0 != nil }) {
                    writer.name(column.name)
                    writer.write(column.values.map { $0 ?? .nan })
                }
            }
            writer.name("not_finite")
            writer.object { writer in
                for (index, point) in kept.enumerated() {
                    guard let name = point.loss.flatMap(NotFinite.name) else { continue }
                    writer.name(String(index))
                    writer.write(name)
                }
            }
        }
    }

    /// An exponential mean over steps, without the bias of its start and whatever the spacing.
    ///
    /// The weight of a point halves every `halfLife` steps: m ← d·m + (1 − d)·y, w ← d·w + (1 − d) with
    /// d = 2^(−Δstep/halfLife), and m/w is the mean. A loss that is not finite has none.
    static func means(of points: [Point], _ series: String, halfLife: Double) -> [Double?] {
        let name = series.hasPrefix("loss/") ? String(series.dropFirst(5)) : nil
        var (mean, weight) = (0.0, 0.0)
        var last: Int?
        return points.map { point in
            guard let loss = point[series: name], loss.isFinite else { return nil }
            let keep = exp2(-Double(last.map { point.step - $0 } ?? 1) / halfLife)
            last = point.step
            mean = keep * mean + (1 - keep) * loss
            weight = keep * weight + (1 - keep)
            return mean / weight
        }
    }
}

/// The question for the curves of runs.
struct CurvesRequest: RequestFields {
    private static let mostRuns = 200

    var runs: [String]?
    var points = PointsRequest()
    /// Steps in which a point's weight in the mean halves.
    var smooth: Double?
    /// The loss that the mean is of.
    var series = "loss"
    var changedAfter: String?

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.field("runs", &runs, .ids, "Ids, separated by commas.")
        points.visit(&fields)
        fields.field(
            "smooth", &smooth, .positive,
            "Steps in which a point's weight halves; adds a column mean.")
        fields.field(
            "series", &series, .name, standard: "loss",
            "The loss that the mean is of, as in loss/validation.")
        fields.field(
            "changed_after", &changedAfter, .name, "Only runs that changed after this time.")
        let count = runs?.count ?? 0
        if fields.errorCount == 0, count == 0 || count > Self.mostRuns {
            fields.refuse(
                "runs",
                saying: "runs must name 1 to \(Self.mostRuns) runs, separated by commas.")
        }
    }
}
