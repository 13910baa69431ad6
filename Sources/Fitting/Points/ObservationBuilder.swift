import Foundation
package import Laws
package import Records
import Schedules

/// Turns runs into the points that a law is fitted or judged on, checking what the law needs.
package struct ObservationBuilder: Sendable {
    package var law: ConfiguredLaw
    /// A further logged loss to use in place of the main one.
    package var series: String?
    /// The count of the highest losses to leave out.
    package var excludeHighest = 0
    package var fromStep: Int?

    package init(
        law: ConfiguredLaw, series: String? = nil, excludeHighest: Int = 0, fromStep: Int? = nil
    ) {
        self.law = law
        self.series = series
        self.excludeHighest = excludeHighest
        self.fromStep = fromStep
    }

    /// Collects the points of every run.
    ///
    /// - Parameter runs: The runs, in the order in which they are answered.
    /// - Returns: One group per run that has points left.
    /// - Throws: `FittingError` naming the field and the runs that lack it.
    package func observations(of runs: [Run]) throws(FittingError) -> Observations {
        guard !runs.isEmpty else { throw .noRuns }
        let features = try features(of: runs)
        var observations =
            switch law.about.kind {
            case .table: try rows(of: runs, features)
            case .curve: try curves(of: runs, features)
            }
        if excludeHighest > 0 { leaveOutHighest(excludeHighest, of: &observations) }
        observations.groups.removeAll { $0.losses.isEmpty }
        return observations
    }

    /// The features of each run with those that the law derives from what it carries, checked.
    private func features(of runs: [Run]) throws(FittingError) -> [[Feature: Double]] {
        var features: [[Feature: Double]] = []
        features.reserveCapacity(runs.count)
        for index in runs.indices {
            do throws(LawError) {
                features.append(try law.law.features(of: runs[index]))
            } catch {
                throw .law(error)
            }
        }
        try checkFeatures(features, of: runs)
        return features
    }

    private func checkFeatures(
        _ features: [[Feature: Double]], of runs: [Run]
    ) throws(FittingError) {
        for feature in law.law.requiredFeatures {
            let missing = features.indices.filter { features[$0][feature] == nil }
            guard missing.isEmpty else {
                throw .missingFeature(
                    law: law.about.id, feature: feature.rawValue, runs: missing.map { runs[$0].id })
            }
        }
        for feature in law.law.requiredFeatures + law.law.optionalFeatures {
            for index in features.indices {
                guard let value = features[index][feature], !(value > 0 && value.isFinite) else {
                    continue
                }
                throw .badFeature(run: runs[index].id, feature: feature.rawValue, value: value)
            }
        }
    }

    // MARK: Tables

    private func rows(
        of runs: [Run], _ features: [[Feature: Double]]
    ) throws(FittingError) -> Observations {
        if fromStep != nil { throw .stepsOfTable(law: law.about.id) }
        if law.about.observes == .metric, series == nil {
            throw .seriesNeeded(law: law.about.id, known: knownSeries(of: runs))
        }
        let losses = runs.indices.map { loss(of: runs[$0]) }
        let missing = runs.indices.filter { losses[$0] == nil }.map { runs[$0].id }
        guard missing.isEmpty else { throw missingLoss(in: runs, missing: missing) }
        var groups: [Observations.Group] = []
        groups.reserveCapacity(runs.count)
        for index in runs.indices {
            guard let loss = losses[index] else { continue }
            try check(loss: loss, run: runs[index].id, step: nil)
            groups.append(
                .init(
                    runID: runs[index].id, input: LawInput(features: features[index]),
                    losses: [loss]))
        }
        return Observations(groups: groups, warnings: [])
    }

    private func loss(of run: Run) -> Double? {
        guard let series else { return run.finalLoss }
        return finalValue(of: series, in: run)
    }

    /// The last value of a series; a metric may also be a table's column, which is a tag.
    private func finalValue(of series: String, in run: Run) -> Double? {
        if let logged = run.curve(of: series)?.losses.last { return logged }
        guard law.about.observes == .metric else { return nil }
        return run.tags[series].flatMap(Double.init)
    }

    private func missingLoss(in runs: [Run], missing: [String]) -> FittingError {
        guard let series else { return .missingLoss(law: law.about.id, runs: missing) }
        return .missingSeries(series, runs: missing, known: knownSeries(of: runs))
    }

    private func knownSeries(of runs: [Run]) -> [String] {
        Set(runs.flatMap(\.seriesNames)).sorted()
    }

    private func leaveOutHighest(_ count: Int, of observations: inout Observations) {
        let losses = observations.losses
        // Of equal losses the first ones go.
        let ranked = losses.indices.sorted { left, right in
            losses[left] == losses[right] ? left < right : losses[left] > losses[right]
        }
        let dropped = Set(ranked.prefix(count))
        var start = 0
        for index in observations.groups.indices {
            let group = observations.groups[index]
            let kept = group.losses.indices.filter { !dropped.contains(start + $0) }
            start += group.losses.count
            observations.groups[index].losses = kept.map { group.losses[$0] }
            if group.input.areas != nil {
                observations.groups[index].input.steps = kept.map { group.input.steps[$0] }
            }
        }
        observations.warnings.append("the \(count) highest losses are left out as asked")
    }

    // MARK: Curves

    private func curves(
        of runs: [Run], _ features: [[Feature: Double]]
    ) throws(FittingError) -> Observations {
        if let series {
            let missing = runs.filter { !$0.seriesNames.contains(series) }.map(\.id)
            guard missing.isEmpty else {
                throw .missingSeries(series, runs: missing, known: knownSeries(of: runs))
            }
        }
        let bare = runs.filter { curve(of: $0) == nil }.map(\.id)
        guard bare.isEmpty else { throw .missingCurve(law: law.about.id, runs: bare) }
        let unscheduled = runs.filter { !RunSchedule.isKnown(for: $0) }.map(\.id)
        guard unscheduled.isEmpty else {
            throw .missingSchedule(law: law.about.id, runs: unscheduled)
        }
        var result = Observations(groups: [], warnings: [])
        for (run, features) in zip(runs, features) {
            guard let curve = curve(of: run) else { continue }
            let resolved = try RunSchedule.resolve(run)
            result.warnings += resolved.warnings
            if let first = curve.notFiniteSteps.first {
                result.warnings.append(
                    "run \(run.id): \(curve.notFiniteSteps.count) losses are not finite, the first at "
                        + "step \(first), and are left out")
            }
            var group = try group(of: run, curve, resolved.schedule, &result)
            group.input.features = features
            result.groups.append(group)
        }
        if result.pointsBeforeLearning > 0 {
            result.warnings.append(
                "\(result.pointsBeforeLearning) points with no learning before them are left out")
        }
        if result.warmupPointsLeftOut > 0 {
            result.warnings.append(
                "\(result.warmupPointsLeftOut) points inside the warm-up are left out; "
                    + "points_from=start keeps them")
        }
        return result
    }

    private func curve(of run: Run) -> LossCurve? {
        guard let curve = run.curve(of: series), !curve.steps.isEmpty else { return nil }
        return curve
    }

    private func group(
        of run: Run, _ curve: LossCurve, _ schedule: LearningRateSchedule,
        _ result: inout Observations
    ) throws(FittingError) -> Observations.Group {
        let leavesOutWarmup = law.options.has(.pointsFrom, "end_of_warmup")
        let areas = ScheduleAreas(schedule)
        let firstStep = firstLearningStep(of: areas, on: curve)
        var group = Observations.Group(
            runID: run.id,
            input: LawInput(features: run.features, areas: areas, steps: []), losses: [])
        for (step, loss) in zip(curve.steps, curve.losses) {
            try check(loss: loss, run: run.id, step: step)
            guard step <= schedule.totalSteps else {
                throw .stepBeyondSchedule(
                    run: run.id, step: step, totalSteps: schedule.totalSteps)
            }
            if let fromStep, step < fromStep { continue }
            if leavesOutWarmup, step < schedule.warmupSteps {
                result.warmupPointsLeftOut += 1
                continue
            }
            guard step >= firstStep else {
                result.pointsBeforeLearning += 1
                continue
            }
            group.input.steps.append(step)
            group.losses.append(loss)
        }
        return group
    }

    /// The first logged step with a forward area above 0, or later where the law says so: before
    /// it there is nothing to predict from.
    private func firstLearningStep(of areas: ScheduleAreas, on curve: LossCurve) -> Int {
        let known = curve.steps.filter { $0 <= areas.schedule.totalSteps }
        let learnt = zip(known, areas.forwardArea(at: known)).first { $0.1 > 0 }?.0
        return max(learnt ?? .max, law.law.firstStep(on: areas))
    }

    private func check(loss: Double, run: String, step: Int?) throws(FittingError) {
        guard loss.isFinite, loss > 0 else {
            throw .badLoss(run: run, step: step, value: loss)
        }
    }
}
