import Imports
import JSONText
import Records

/// A run as the client of a tracker knows it: what a `Run` has no field for.
///
/// It is kept in the run's recipe, under `tracker`, so that it survives a restart and whoever asks
/// for the run sees it: which name was taken for the main loss, and what was not kept.
struct TrackedRun: Equatable {
    /// The meaning of the names of logged values in one run.
    struct Names: Equatable {
        /// The name of the main loss.
        var loss: String?
        var quantities: [Point.Quantity: String] = [:]
        /// Names of further losses, as they were logged.
        var series: Set<String> = []
        /// The values that were logged and are not kept, in words.
        var notKept: Set<String> = []
    }

    /// MLflow's word: RUNNING, FINISHED, FAILED, KILLED.
    var status: String?
    /// Milliseconds since 1970-01-01 UTC, as clients count.
    var startTime: Int?
    var endTime: Int?
    var user: String?
    /// Settings as they were sent; those with a usual name are features or tags as well.
    var params: [String: String] = [:]
    var names = Names()

    static let member = "tracker"

    init() {}

    /// The state kept with a run; nothing for one that came by another way.
    init(of run: Run) {
        guard let recipe = Self.recipe(of: run),
            let kept = recipe.first(where: { $0.name == Self.member })?.value
        else { return }
        status = kept["status"]?.string
        startTime = kept["start_time"].flatMap(TrackerJSON.integer)
        endTime = kept["end_time"].flatMap(TrackerJSON.integer)
        user = kept["user"]?.string
        if case .object(let members) = kept["params"] {
            for member in members { params[member.name] = member.value.string }
        }
        names.loss = kept["loss"]?.string
        for quantity in Point.Quantity.allCases {
            names.quantities[quantity] = kept[quantity.rawValue]?.string
        }
        names.series = Self.set(kept["series"])
        names.notKept = Self.set(kept["not_kept"])
    }

    /// Puts it into the run's recipe, beside what else is there.
    func keep(in run: inout Run) {
        var state: [JSONValue.Member] = []
        func put(_ name: String, _ value: JSONValue?) {
            if let value { state.append(.init(name, value)) }
        }
        func list(_ names: Set<String>) -> JSONValue? {
            names.isEmpty ? nil : .array(names.sorted().map(JSONValue.string))
        }
        put("status", status.map(JSONValue.string))
        put("start_time", startTime.map(JSONValue.integer))
        put("end_time", endTime.map(JSONValue.integer))
        put("user", user.map(JSONValue.string))
        put("loss", names.loss.map(JSONValue.string))
        for quantity in Point.Quantity.allCases {
            put(quantity.rawValue, names.quantities[quantity].map(JSONValue.string))
        }
        put("series", list(names.series))
        put("not_kept", list(names.notKept))
        let sorted = params.sorted { $0.key < $1.key }
        if !sorted.isEmpty {
            put("params", .object(sorted.map { .init($0.key, .string($0.value)) }))
        }
        let others = (Self.recipe(of: run) ?? []).filter { $0.name != Self.member }
        run.recipe = JSONWriter.text(of: .object(others + [.init(Self.member, .object(state))]))
    }

    private static func recipe(of run: Run) -> [JSONValue.Member]? {
        guard let recipe = run.recipe,
            case .object(let members) = try? JSONParser.parse(Array(recipe.utf8))
        else { return nil }
        return members
    }

    private static func set(_ value: JSONValue?) -> Set<String> {
        guard case .array(let values) = value else { return [] }
        return Set(values.compactMap(\.string))
    }
}

extension TrackedRun.Names {
    /// The place of a logged value.
    enum Place: Equatable {
        case field(Point.Field)
        /// Nowhere; the words say what is left out.
        case nowhere(String)
    }

    /// The place of a value; nil for what has not been seen yet.
    func place(of value: TrackedValue) -> Place? {
        let place = judgement(of: value)
        if case .nowhere(let words) = place, !notKept.contains(words) { return nil }
        return place
    }

    /// The place of a value by the names that are known, and what is wrong with it otherwise.
    private func judgement(of value: TrackedValue) -> Place {
        let name = value.name
        guard NumberRule.step.isMet(by: Double(value.step)) else {
            return .nowhere("\(name) at a step that is no whole number from 0 to 10^8")
        }
        if name == loss || series.contains(name) {
            guard NumberRule.loss.isMet(by: value.value) else {
                return .nowhere("\(name) of zero or below")
            }
            return .field(.loss(name == loss ? nil : MetricMeaning.seriesName(name)))
        }
        guard let quantity = quantities.first(where: { $0.value == name })?.key else {
            return .nowhere(name)
        }
        return quantity.rule.isMet(by: value.value)
            ? .field(.quantity(quantity)) : .nowhere("\(name) that is not finite or below 0")
    }

    /// Learns the names of values, by the rules that logs of files are read by.
    ///
    /// The main loss is `loss`, else the first training loss, else the first of `val*` and `eval*`: of
    /// names that come one at a time a later one may go before, and the former becomes a series.
    mutating func learn(_ values: [TrackedValue]) {
        for value in values where place(of: value) == nil {
            let name = value.name
            if !isKnown(name), TextRule.name.isMet(by: name) { learn(name) }
            // Known by now, and still nowhere: the value itself breaks a rule.
            if case .nowhere(let words) = judgement(of: value) { notKept.insert(words) }
        }
    }

    private func isKnown(_ name: String) -> Bool {
        name == loss || quantities.values.contains(name) || series.contains(name)
    }

    private mutating func learn(_ name: String) {
        switch MetricMeaning(name) {
        case .quantity(let quantity) where quantities[quantity] == nil: quantities[quantity] = name
        case .loss(let rank?):
            guard let former = loss else {
                loss = name
                return
            }
            guard case .loss(let formerRank) = MetricMeaning(former), rank < formerRank ?? .max
            else {
                series.insert(name)
                return
            }
            loss = name
            series.insert(former)
        case .loss(nil): series.insert(name)
        case .quantity, .step, .other: break
        }
    }
}
