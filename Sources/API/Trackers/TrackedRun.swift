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
        /// The name of the main loss, of the learning rate, of the tokens seen.
        var loss: String?
        var learningRate: String?
        var tokenCount: String?
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
        names.learningRate = kept["learning_rate"]?.string
        names.tokenCount = kept["token_count"]?.string
        names.series = Self.set(kept["series"])
        names.notKept = Self.set(kept["not_kept"])
    }

    /// Puts it into the run's recipe, beside what else is there.
    func keep(in run: inout Run) {
        func list(_ names: Set<String>) -> JSONValue? {
            names.isEmpty ? nil : .array(names.sorted().map(JSONValue.string))
        }
        let sorted = params.sorted { $0.key < $1.key }
        let state = JSONValue.present([
            "status": status.map(JSONValue.string), "start_time": startTime.map(JSONValue.integer),
            "end_time": endTime.map(JSONValue.integer), "user": user.map(JSONValue.string),
            "loss": names.loss.map(JSONValue.string),
            "learning_rate": names.learningRate.map(JSONValue.string),
            "token_count": names.tokenCount.map(JSONValue.string), "series": list(names.series),
            "not_kept": list(names.notKept),
            "params": sorted.isEmpty
                ? nil : .object(sorted.map { .init($0.key, .string($0.value)) }),
        ])
        let others = (Self.recipe(of: run) ?? []).filter { $0.name != Self.member }
        run.recipe = JSONWriter.text(of: .object(others + [.init(Self.member, state)]))
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
        case loss
        case series(String)
        case learningRate
        case tokenCount
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
            return name == loss ? .loss : .series(MetricMeaning.seriesName(name))
        }
        if name == learningRate {
            return NumberRule.learningRate.isMet(by: value.value)
                ? .learningRate : .nowhere("\(name) that is not finite or below 0")
        }
        if name == tokenCount {
            return NumberRule.tokenCount.isMet(by: value.value)
                ? .tokenCount : .nowhere("\(name) that is not finite or below 0")
        }
        return .nowhere(name)
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
        name == loss || name == learningRate || name == tokenCount || series.contains(name)
    }

    private mutating func learn(_ name: String) {
        switch MetricMeaning(name) {
        case .learningRate where learningRate == nil: learningRate = name
        case .tokenCount where tokenCount == nil: tokenCount = name
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
        case .learningRate, .tokenCount, .step, .other: break
        }
    }
}
