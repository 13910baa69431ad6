import Contract
package import Laws
import Schedules
package import Store

/// Runs between their two forms: rows of the store, and what laws are fitted on.
extension Run {
    /// The run of a stored row and its points.
    ///
    /// - Parameters:
    ///   - record: The metadata.
    ///   - points: In step order.
    /// - Throws: `ScheduleError` when the stored schedule is none, which storing it checks.
    package init(_ record: RunRecord, points: [PointRecord]) throws {
        self.init(
            id: record.id, study: record.study, name: record.name,
            role: record.role.flatMap(Role.init(rawValue:)), loss: record.loss,
            schedule: try record.schedule.map { try LearningRateSchedule(parsing: $0) },
            statedWarmupSteps: record.features[RunFields.warmupSteps].map { Int($0) },
            tags: record.tags)
        for feature in Feature.allCases { features[feature] = record.features[feature.rawValue] }
        curve = LossCurve(points) { $0.loss }
        for name in Set(points.flatMap(\.series.keys)) {
            series[name] = LossCurve(points) { $0.series[name] }
        }
    }
}

extension LossCurve {
    /// The points that have the loss, nil when none has.
    fileprivate init?(_ points: [PointRecord], loss: (PointRecord) -> Double?) {
        let logged = points.compactMap { point in loss(point).map { (point, $0) } }
        guard !logged.isEmpty else { return nil }
        let rates = logged.map(\.0.learningRate)
        self.init(
            steps: logged.map(\.0.step), losses: logged.map(\.1),
            learningRates: rates.contains { $0 != nil } ? rates : nil)
    }
}

extension RunImport {
    /// The rows that keep a run and its points.
    ///
    /// - Parameter run: The run; its losses must be finite and above 0.
    /// - Throws: `EncodingError`, which no valid schedule makes.
    package init(_ run: Run) throws {
        var record = RunRecord(
            id: run.id, study: run.study, name: run.name, role: run.role?.rawValue,
            loss: run.loss, schedule: try run.schedule.map { try ScheduleEcho($0).text() },
            tags: run.tags)
        for (feature, value) in run.features { record.features[feature.rawValue] = value }
        record.features[RunFields.warmupSteps] = run.statedWarmupSteps.map(Double.init)
        self.init(run: record, points: Self.points(of: run))
    }

    /// The run's curves merged by step.
    private static func points(of run: Run) -> [PointRecord] {
        var points: [Int: PointRecord] = [:]
        func add(_ curve: LossCurve, _ set: (inout PointRecord, Double) -> Void) {
            for (index, step) in curve.steps.enumerated() {
                var point = points[step] ?? PointRecord(step: step)
                set(&point, curve.losses[index])
                if let rate = curve.learningRates?[index] { point.learningRate = rate }
                points[step] = point
            }
        }
        if let curve = run.curve { add(curve) { $0.loss = $1 } }
        for (name, curve) in run.series { add(curve) { $0.series[name] = $1 } }
        return points.values.sorted { $0.step < $1.step }
    }
}
