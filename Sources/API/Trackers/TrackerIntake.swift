import Foundation
import HTTP
import Imports
import JSONText
import Records
import Store
import Synchronization

/// One value as a tracker's client logs it.
struct TrackedValue: Equatable {
    var name: String
    /// Any double: a loss that is not finite is data.
    var value: Double
    var step: Int
    var time: Date?
    /// The id that a client gave the entry that the value is of, so that it may send it again.
    var entry: String?
}

/// The content of one call of a tracker's client about a run.
struct TrackedEntry {
    var values: [TrackedValue] = []
    var params: [(name: String, value: String)] = []
    var tags: [(name: String, value: String)] = []
    /// True when a setting may become another: MLflow's may not, trackio's may.
    var paramsMayChange = false

    /// Refuses more names than one upload may have.
    func check(_ budget: WorkBudget) throws(HTTPError) {
        try budget.check(.names, of: Set(values.map(\.name)).count + params.count + tags.count)
    }
}

/// Stores what clients of trackers log, for all their protocols.
///
/// Each call is one transaction: 200 means that all of it is stored, and the same call again changes
/// nothing. Several connections may log into one run at a time.
final class TrackerIntake: Sendable {
    /// Runs whose names are remembered, so that a value does not cost a look at its run.
    private static let rememberedRuns = 1_000

    let store: RunStore
    /// Read and written within transactions, which come one after the other.
    private let names = Mutex<[String: TrackedRun.Names]>([:])

    init(store: RunStore) {
        self.store = store
    }

    /// Stores an entry.
    ///
    /// - Parameters:
    ///   - entry: Values, settings, tags.
    ///   - id: The run.
    ///   - made: Makes the run where there is none; without it that is an error.
    /// - Throws: `HTTPError` for a setting that changes, `StoreError`.
    func log(_ entry: TrackedEntry, to id: String, orMaking made: (() -> Run)? = nil) throws {
        try change(id) { batch in
            var isNew: [String: Bool] = [:]
            var entry = entry
            entry.values = try entry.values.filter { value in
                guard let id = value.entry else { return true }
                let new = try isNew[id] ?? batch.noteEntry(id)
                isNew[id] = new
                return new
            }
            let known = names.withLock { $0[id] }
            let isKnown = known.map { names in
                entry.values.allSatisfy { names.place(of: $0) != nil }
            }
            guard isKnown == true, entry.params.isEmpty, entry.tags.isEmpty, let known else {
                let kept = try learn(entry, of: id, orMaking: made, in: batch)
                try append(entry.values, to: id, kept, in: batch)
                return
            }
            try append(entry.values, to: id, known, in: batch)
        }
    }

    /// Changes a run and what is kept of its tracker, in one transaction.
    ///
    /// - Parameters:
    ///   - id: The run.
    ///   - body: The change.
    /// - Returns: The run after it.
    /// - Throws: `HTTPError` of the body, `StoreError`.
    func update(_ id: String, _ body: (inout Run, inout TrackedRun) throws -> Void) throws -> Run {
        var result: Run?
        try change(id) { batch in
            guard var run = try batch.run(id) else { throw StoreError.runNotFound(id: id) }
            var tracked = TrackedRun(of: run)
            try body(&run, &tracked)
            tracked.keep(in: &run)
            try batch.put(run)
            result = run
        }
        return try result ?? store.run(id)
    }

    /// A transaction on a run; the store wraps errors of others, and a client is to see its own.
    private func change(_ id: String, _ body: (ImportBatch) throws -> Void) throws {
        var refusal: HTTPError?
        do {
            try store.importing { batch in
                do {
                    try body(batch)
                } catch let error as HTTPError {
                    refusal = error
                    throw error
                }
            }
        } catch {
            // What a transaction that was taken back has learnt is not stored.
            names.withLock { $0[id] = nil }
            throw refusal ?? error
        }
    }

    /// Takes settings, tags and new names into the run.
    private func learn(
        _ entry: TrackedEntry, of id: String, orMaking made: (() -> Run)?, in batch: ImportBatch
    ) throws -> TrackedRun.Names {
        guard var run = try batch.run(id) ?? made?() else {
            throw StoreError.runNotFound(id: id)
        }
        let before = run
        var tracked = TrackedRun(of: run)
        let former = tracked.names.loss
        tracked.names.learn(entry.values)
        try Self.take(entry, into: &run, &tracked)
        for name in tracked.names.series.union([tracked.names.loss].compactMap(\.self)) {
            guard let unit = MetricMeaning.unit(name) else { continue }
            let series = "loss/\(MetricMeaning.seriesName(name))"
            run.units[name == tracked.names.loss ? "loss" : series] = unit
        }
        tracked.keep(in: &run)
        if run != before || run.stored == nil { try batch.put(run) }
        if let former, former != tracked.names.loss {
            try Self.makeSeries(of: former, run: id, in: batch)
        }
        names.withLock { names in
            if names.count >= Self.rememberedRuns { names.removeAll() }
            names[id] = tracked.names
        }
        return tracked.names
    }

    /// Settings and tags.
    private static func take(
        _ entry: TrackedEntry, into run: inout Run, _ tracked: inout TrackedRun
    ) throws {
        for (name, value) in entry.params where TextRule.name.isMet(by: name) {
            if let old = tracked.params[name], old != value, !entry.paramsMayChange {
                throw HTTPError.field(
                    .badRequest, "/params",
                    "param \(name) is \"\(old)\" already and cannot become \"\(value)\"; a "
                        + "param of a run never changes, a tag may.")
            }
            tracked.params[name] = value
        }
        if !entry.params.isEmpty {
            var settings = RunSettings()
            for (name, value) in tracked.params.sorted(by: { $0.key < $1.key })
            where TextRule.text.isMet(by: value) {
                settings.take(name, value, into: &run)
            }
            settings.finish(&run)
        }
        for (name, value) in entry.tags {
            if name == MLflowRun.nameTag {
                run.name = TextRule.text.isMet(by: value) ? value : run.name
            } else if TextRule.name.isMet(by: name), TextRule.text.isMet(by: value) {
                run.tags[name] = value
            }
        }
    }

    /// Makes the former main loss a series: a name that goes before it has come.
    private static func makeSeries(
        of name: String, run id: String, in batch: ImportBatch
    ) throws {
        let series = MetricMeaning.seriesName(name)
        var points = try batch.points(of: id)
        guard !points.isEmpty else { return }
        for index in points.indices {
            guard let loss = points[index].loss else { continue }
            points[index].series[series] = loss
            points[index].loss = nil
        }
        try batch.append(points, to: id, rewinds: true)
    }

    /// Values of one step make one point; of two under one name the later stays.
    private func append(
        _ values: [TrackedValue], to id: String, _ names: TrackedRun.Names, in batch: ImportBatch
    ) throws {
        var points: [Point] = []
        var places: [Int: Int] = [:]
        for value in values {
            guard case .field(let field) = names.place(of: value) else { continue }
            let index = places[value.step] ?? points.count
            if index == points.count {
                places[value.step] = index
                points.append(Point(step: value.step))
            }
            points[index].set(field, to: value.value)
            points[index].time = value.time ?? points[index].time
        }
        guard !points.isEmpty else { return }
        try batch.append(points, to: id)
    }
}

/// Values of JSON as clients in other languages write them.
enum TrackerJSON {
    /// A whole number, as a number or as text: protocol buffers write 64 bits as text.
    static func integer(_ value: JSONValue) -> Int? {
        switch value {
        case .integer(let number): number
        case .number(let number): Int(exactly: number)
        case .string(let text): Int(text)
        default: nil
        }
    }

    /// A number, `"NaN"`, `"Infinity"` and `"-Infinity"` included.
    static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .number(let number): number
        case .string(let text), .notFinite(let text):
            switch text {
            case "NaN": .nan
            case "Infinity": .infinity
            case "-Infinity": -.infinity
            default: Double(text)
            }
        default: nil
        }
    }

    /// A double as protocol buffers write it in JSON.
    static func value(of number: Double) -> JSONValue {
        guard !number.isFinite else { return .number(number) }
        return .string(number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity")
    }

    /// A time in milliseconds; nil beyond the years that are stored.
    static func time(milliseconds: Int?) -> Date? {
        guard let milliseconds else { return nil }
        let seconds = Double(milliseconds) / 1_000
        return NumberRule.time.isMet(by: seconds) ? Date(timeIntervalSince1970: seconds) : nil
    }
}
