import Fitting
import HTTP
import JSONText
import Laws
import Plans

/// What a request for a plan asks for, out of its query or its body.
struct PlanOrder {
    private static let common = ["kind", "run"] + IntervalReader.names + FeatureReader.names
    private static let catalog = PlanCatalog.standard

    var kind: any PlanKind.Type
    /// Values by option name, as a query writes them.
    var options: [String: String] = [:]
    /// The run that is asked about.
    var run: String?
    var interval: LawPredictor.Interval?
    var features: [Feature: Double]

    /// Reads a GET: everything is in the query.
    init(query: Query) throws {
        kind = try Self.catalog.kind(query["kind"] ?? "")
        let names = kind.about.options.map(\.name)
        let reader = try QueryReader(query, known: Self.common + names)
        for name in names { options[name] = reader.text(name) }
        run = reader.text("run")
        interval = try IntervalReader.interval(reader, standard: LawPredictor.Interval())
        features = try FeatureReader.features(reader)
    }

    /// Reads a POST: the body has what the query of a GET has, numbers and lists as JSON has them;
    /// the kind may stand in either.
    init(query: Query, body: JSONValue) throws {
        let queryReader = try QueryReader(query, known: ["kind"])
        var reader = ObjectReader(body)
        let named = reader.string("kind") ?? queryReader.text("kind")
        try reader.faults.check(.question)
        kind = try Self.catalog.kind(named ?? "")
        for option in kind.about.options {
            options[option.name] = reader.take(option.name).map(Self.text)
        }
        run = reader.name("run")
        interval = CurveOrder.interval(from: &reader)
        features = [:]
        for feature in Feature.allCases {
            features[feature] = reader.positive(feature.rawValue)
        }
        reader.finish()
        try reader.faults.check(.question)
        if body["interval"] == nil, interval == nil { interval = LawPredictor.Interval() }
    }

    /// A JSON value as a query would write it.
    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .bool(let flag): flag ? "yes" : "no"
        case .array(let values): values.map(text).joined(separator: ",")
        default: JSONWriter.text(of: value)
        }
    }
}
