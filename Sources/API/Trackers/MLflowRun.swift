import Foundation
import Imports
import JSONText
import Records

/// A run as MLflow's clients read it.
struct MLflowRun {
    /// The tag under which clients keep a run's name.
    static let nameTag = "mlflow.runName"

    /// One value of a metric.
    struct Metric: Equatable {
        let name: String
        let value: Double
        let step: Int
        let time: Date?

        /// As clients read it, a value that is not finite as text.
        func json(run: String) -> JSONValue {
            [
                "key": .string(name), "value": TrackerJSON.value(of: value),
                "timestamp": .integer(time?.milliseconds ?? 0), "step": .integer(step),
                "run_id": .string(run),
            ]
        }
    }

    let run: Run
    private let tracked: TrackedRun

    init(_ run: Run) {
        self.run = run
        tracked = TrackedRun(of: run)
    }

    var startTime: Int { tracked.startTime ?? run.stored?.createdAt.milliseconds ?? 0 }

    /// A run that came by another way has ended, for all that is known.
    private var status: String { tracked.status ?? "FINISHED" }

    var info: JSONValue {
        let experiment = MLflowEndpoints.id(ofExperiment: run.study)
        return .present([
            "run_id": .string(run.id), "run_uuid": .string(run.id),
            "run_name": .string(run.name ?? run.id), "experiment_id": .string(experiment),
            "user_id": .string(tracked.user ?? ""), "status": .string(status),
            "start_time": .integer(startTime), "end_time": tracked.endTime.map(JSONValue.integer),
            "artifact_uri": .string("mlflow-artifacts:/\(experiment)/\(run.id)/artifacts"),
            "lifecycle_stage": "active",
        ])
    }

    /// The run with what it logged last.
    ///
    /// - Parameter points: A point for each quantity.
    /// - Returns: MLflow's `Run`.
    func json(lastValues points: [Point]) -> JSONValue {
        func pairs(_ values: [String: String]) -> JSONValue {
            .array(
                values.sorted { $0.key < $1.key }.map {
                    ["key": .string($0.key), "value": .string($0.value)]
                })
        }
        return [
            "info": info,
            "data": [
                "metrics": .array(metrics(points).map { $0.json(run: run.id) }),
                "params": pairs(tracked.params), "tags": pairs(tags),
            ], "inputs": [:],
        ]
    }

    /// Settings without a feature stand among the run's tags, and are no tags to MLflow.
    private var tags: [String: String] {
        var tags = run.tags.filter { tracked.params[$0.key] != $0.value }
        tags[Self.nameTag] = run.name ?? run.id
        return tags
    }

    // MARK: Metrics

    /// The values of points under the names that they were logged by.
    func metrics(_ points: [Point]) -> [Metric] {
        points.flatMap { point in
            var values = [(name: tracked.names.loss ?? "loss", value: point.loss)]
            values += Point.Quantity.allCases.map { (name(of: $0), point[$0]) }
            for (series, value) in point.series.sorted(by: { $0.key < $1.key }) {
                values.append((name(ofSeries: series), value))
            }
            return values.compactMap { name, value in
                value.map { Metric(name: name, value: $0, step: point.step, time: point.time) }
            }
        }
    }

    private func name(of quantity: Point.Quantity) -> String {
        tracked.names.quantities[quantity] ?? quantity.rawValue
    }

    private func name(ofSeries series: String) -> String {
        if tracked.names.series.contains(series) { return series }
        return tracked.names.series.first { MetricMeaning.seriesName($0) == series } ?? series
    }

    /// Every stored value of one metric, in the order of steps.
    ///
    /// - Parameters:
    ///   - key: The name under which it was logged.
    ///   - points: The run's.
    /// - Returns: The values; none for a metric that was not kept.
    func history(of key: String, in points: [Point]) -> [Metric] {
        let series = MetricMeaning.seriesName(key)
        let isMain = key == tracked.names.loss ?? "loss"
        let quantity = Point.Quantity.allCases.first { name(of: $0) == key }
        return points.compactMap { point in
            let value = isMain ? point.loss : quantity.map { point[$0] } ?? point.series[series]
            return value.map { Metric(name: key, value: $0, step: point.step, time: point.time) }
        }
    }

    /// An attribute, a param or a tag, for a filter or an order.
    func value(of field: MLflowFilter.Field) -> MLflowFilter.Value? {
        switch field.kind {
        case "param": return tracked.params[field.name].map(MLflowFilter.Value.text)
        case "tag": return tags[field.name].map(MLflowFilter.Value.text)
        default: break
        }
        return switch field.name {
        case "run_id": .text(run.id)
        case "run_name", "Run name": .text(run.name ?? run.id)
        case "status": .text(status)
        case "user_id": .text(tracked.user ?? "")
        case "start_time", "created", "Created": .number(Double(startTime))
        case "end_time": tracked.endTime.map { .number(Double($0)) }
        default: nil
        }
    }
}
