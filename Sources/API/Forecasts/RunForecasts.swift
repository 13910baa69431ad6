package import Contract
import Dispatch
import Fitting
import Foundation
import HTTP
import Laws
import Records
import Schedules
package import Store
import Synchronization

/// The forecasts of live runs, each fitted when it is asked for and kept until its log has grown.
///
/// A run is fitted together with the finished runs of its study by the law `forecast`. The fit is made
/// again when the log has grown by a tenth, and never twice at once: whoever asks in the meantime
/// waits for the same fit. Between fits the forecast still starts where the log is.
package final class RunForecasts: Sendable {
    /// The growth of a log that makes a new fit worth its time.
    private static let growth = 1.1
    /// The fraction of its steps that a run must have logged where no other run helps.
    ///
    /// Of simulated runs' first 15 %, 13 of 36 forecasts were impossible and 28 of 36 intervals
    /// missed; with one finished run beside them none was, and all held.
    private static let leastFractionAlone = 0.15
    /// A run that has logged this much of its steps has finished.
    private static let finishedFraction = 0.98
    private static let mostKept = 256

    /// A fit and what it was made from.
    private struct Fit: Sendable {
        let id: String
        let predictor: LawPredictor
        let pointCount: Int
        /// The run's log when it was made, thinned.
        let log: LossCurve
        /// The finished runs that the study had, and those of them that the fit used.
        let candidates: [Candidate]
        let helpers: [String]
        let date: Date

        var step: Int { log.steps.last ?? 0 }
    }

    /// A run that has logged to its end, as the list shows it.
    private struct Candidate: Sendable, Equatable {
        let id: String
        let changedAt: Date?
    }

    /// A forecast that was made, as a dashboard shows it.
    struct Known: Sendable {
        let final: RunForecastResponse.Final
        let outsideSince: Int?
        let step: Int
        /// The predicted losses of steps to come.
        let curve: CurveResponse
        /// By the times of the run's points; nil where they have none.
        let secondsPerStep: Double?

        /// The time until a loss is reached.
        ///
        /// - Parameter target: The loss.
        /// - Returns: Seconds from the last logged step; nil where the run does not reach it, or its
        ///   points have no times.
        func seconds(to target: Double) -> Double? {
            guard let secondsPerStep,
                let index = curve.loss.firstIndex(where: { $0 <= target })
            else { return nil }
            return Double(max(0, curve.steps[index] - step)) * secondsPerStep
        }
    }

    /// The step at which a scrape last had a forecast made, and what came of it.
    private struct Shown {
        var step: Int?
        var known: Known?
        var isQueued = false
    }

    /// An answer as it was at a state of the store, for those who ask again before anything is stored.
    private struct Kept: Sendable {
        let revision: Int
        let asked: ForecastRequest
        let answer: RunForecastResponse
        let madeAt: Date
    }

    /// Questions that a page, a dashboard and a scrape ask of one run.
    private static let mostAnswers = 3
    /// Longer answers are not kept: with 256 runs of so many the cache holds 40 MiB.
    private static let longestAnswer = 600

    private final class Entry: Sendable {
        /// The newest fit and the one before, which tells whether the run has left its band.
        let fits = Mutex<(newest: Fit?, earlier: Fit?)>((nil, nil))
        let shown = Mutex(Shown())
        let answers = Mutex<[Kept]>([])
    }

    let backend: StoreBackend
    private let entries = Mutex<[String: Entry]>([:])
    /// Makes forecasts that nobody waits for, one after the other.
    private let background = DispatchQueue(label: "forecasts", qos: .utility)
    private let isStopped = Atomic(false)

    init(backend: StoreBackend) {
        self.backend = backend
    }

    /// Forecasts of a store's runs without a server, for a command that has the file open.
    package convenience init(store: RunStore) {
        self.init(backend: StoreBackend(store: store, catalog: .standard, cache: PredictorCache()))
    }

    /// The forecast of a run.
    ///
    /// - Parameters:
    ///   - id: The run.
    ///   - asked: The interval, the spacing, and the loss that is waited for.
    /// - Returns: The forecast; one without a loss where it is too early.
    /// - Throws: `StoreError.runNotFound`, `HTTPError` 422 for a run without points or horizon.
    package func forecast(
        _ id: String, _ asked: ForecastRequest = ForecastRequest()
    ) throws -> RunForecastResponse {
        // Read before the store is: what is kept is at least as new as its revision says.
        let revision = backend.store.revision
        let known = entries.withLock { $0[id] }?.answers.withLock { answers in
            answers.first { $0.revision == revision && $0.asked == asked }
        }
        if let known {
            var answer = known.answer
            answer.ageSeconds? += max(0, Date().timeIntervalSince(known.madeAt))
            return answer
        }
        let answer = try made(id, asked)
        if let revision, answer.curve?.steps.count ?? 0 <= Self.longestAnswer {
            entry(of: id).answers.withLock { answers in
                answers.removeAll { $0.revision != revision || $0.asked == asked }
                answers = answers.suffix(Self.mostAnswers - 1)
                answers.append(
                    Kept(revision: revision, asked: asked, answer: answer, madeAt: Date()))
            }
        }
        return answer
    }

    private func made(_ id: String, _ asked: ForecastRequest) throws -> RunForecastResponse {
        let run = try backend.run(id)
        guard let curve = run.curve, let last = curve.steps.last else {
            throw HTTPError(
                .unprocessableContent, type: "no-points",
                detail: "Run \"\(id)\" has logged no loss yet; post its points first.")
        }
        let horizon = try horizon(of: run)
        let schedule = horizon.schedule
        let candidates = try finishedRuns(beside: run)
        let level = asked.interval?.level ?? LawPredictor.Interval.standardLevel
        let end = schedule.totalSteps - 1
        var answer = RunForecastResponse(
            run: id, step: last, totalSteps: schedule.totalSteps,
            final: .init(step: end, loss: nil, lower: nil, upper: nil, interval: level))
        answer.warnings = horizon.warnings
        let least = max(
            schedule.warmupSteps * 2, Int(Self.leastFractionAlone * Double(schedule.totalSteps)))
        guard !candidates.isEmpty || last >= least else {
            return tooEarly(answer, curve, least)
        }
        let entry = self.entry(of: id)
        let fits: (newest: Fit, earlier: Fit?)
        do {
            fits = try entry.fits.withLock { fits in
                try refit(&fits, run, curve, candidates)
            }
        } catch let error as FittingError {
            var early = tooEarly(answer, curve, least)
            early.warnings.append("the fit says: \(error.message)")
            return early
        }
        let interval = LawPredictor.Interval(level: level)
        let predicted = try CurveResponse(
            predictor: fits.newest.predictor, schedule: schedule, features: run.features,
            every: asked.every, interval: interval, after: curve)
        answer.final.loss = predicted.loss.last.flatMap { $0.isFinite ? $0 : nil }
        answer.final.lower = predicted.lower?.last.flatMap { $0.isFinite ? $0 : nil }
        answer.final.upper = predicted.upper?.last.flatMap { $0.isFinite ? $0 : nil }
        answer.fit = fits.newest.id
        answer.fittedAtStep = fits.newest.step
        answer.ageSeconds = max(0, Date().timeIntervalSince(fits.newest.date))
        answer.warnings += predicted.warnings
        if fits.newest.helpers.isEmpty {
            answer.warnings.append(
                "no finished run of the study helps; the forecast rests on this run alone")
        }
        if let earlier = fits.earlier {
            answer.earlier = .init(
                fit: earlier.id, fittedAtStep: earlier.step,
                curve: try CurveResponse(
                    predictor: earlier.predictor, schedule: schedule, features: run.features,
                    every: asked.every, interval: interval, after: earlier.log
                ).from(earlier.step))
            answer.outsideSince = try Self.outside(
                curve, of: earlier, schedule, run.features, interval)
        }
        answer.target = asked.target.flatMap { Self.target($0, predicted) }
        answer.curve = predicted
        if level == LawPredictor.Interval.standardLevel {
            let known = Known(
                final: answer.final, outsideSince: answer.outsideSince, step: last,
                curve: predicted, secondsPerStep: run.secondsPerStep)
            entry.shown.withLock { $0.known = known }
        }
        return answer
    }

    /// The forecasts that have been made of live runs, without making any.
    ///
    /// One that is out of date, or missing, is made in the background for the next who asks.
    ///
    /// - Parameter runs: The runs.
    /// - Returns: Forecasts by the run's id.
    func known(of runs: [RunGauges]) -> [String: Known] {
        var known: [String: Known] = [:]
        for run in runs {
            guard let step = run.lastStep, let total = run.totalSteps else { continue }
            let entry = entry(of: run.id)
            let isDue = entry.shown.withLock { shown in
                known[run.id] = shown.known
                // A fiftieth of the run is the growth that a dashboard can see.
                guard !shown.isQueued, shown.step.map({ step >= $0 + max(1, total / 50) }) ?? true
                else { return false }
                shown.isQueued = true
                return true
            }
            guard isDue else { continue }
            background.async { [self] in
                defer {
                    entry.shown.withLock { shown in
                        shown.isQueued = false
                        shown.step = step
                    }
                }
                guard !isStopped.load(ordering: .acquiring) else { return }
                var asked = ForecastRequest()
                asked.every = max(1, total / 200)
                // Too early, or no forecast at all: there is nothing to show until it has grown.
                _ = try? forecast(run.id, asked)
            }
        }
        return known
    }

    /// Makes no more forecasts in the background, and waits for the one being made.
    func stop() {
        isStopped.store(true, ordering: .releasing)
        background.sync {}
    }

    // MARK: Fits

    private func entry(of id: String) -> Entry {
        entries.withLock { entries in
            if let entry = entries[id] { return entry }
            // Forgetting all is rare, and costs a fit each.
            if entries.count >= Self.mostKept { entries.removeAll() }
            let entry = Entry()
            entries[id] = entry
            return entry
        }
    }

    private func refit(
        _ fits: inout (newest: Fit?, earlier: Fit?), _ run: Run, _ curve: LossCurve,
        _ candidates: [Candidate]
    ) throws -> (newest: Fit, earlier: Fit?) {
        if let newest = fits.newest, newest.candidates == candidates,
            Double(curve.steps.count) < Self.growth * Double(newest.pointCount),
            curve.steps.count >= newest.pointCount
        {
            return (newest, fits.earlier)
        }
        // Read now, and not whenever somebody asks: finished runs are long.
        let helpers = try candidates.compactMap { candidate -> Run? in
            let whole = try backend.run(candidate.id)
            return RunSchedule.isKnown(for: whole)
                && Self.isFinished(whole.curve?.steps.last, of: whole) ? whole : nil
        }
        let fitter = Fitter(catalog: backend.catalog)
        let report = try fitter.fit(FitRequest(law: "forecast"), runs: helpers + [run])
        let fit = Fit(
            id: "live-\(run.id)-\(curve.steps.count)",
            predictor: try LawPredictor(report: report, catalog: backend.catalog),
            pointCount: curve.steps.count, log: curve.thinned(to: LawPredictor.logPoints),
            candidates: candidates, helpers: helpers.map(\.id), date: Date())
        fits = (fit, fits.newest)
        return (fit, fits.earlier)
    }

    /// The rates to the run's end.
    private func horizon(of run: Run) throws -> RunSchedule.Resolved {
        if let horizon = try RunSchedule.throughEnd(of: run) { return horizon }
        throw HTTPError(
            .unprocessableContent, type: "no-horizon",
            detail:
                "Run \"\(run.id)\" has no schedule, and no step_count with logged learning rates, "
                + "so its end is not known; PUT it with a schedule such as "
                + "warmup:300@3e-3,cosine:3700@3e-4.")
    }

    /// The runs of the study that have logged to their end, and may help a fit.
    private func finishedRuns(beside run: Run) throws -> [Candidate] {
        guard let study = run.study else { return [] }
        return try backend.store.allRuns(study: study).compactMap { other in
            // The last step of any series tells without the points that a run is not over.
            guard other.id != run.id, other.role != .test,
                Self.isFinished(other.stored?.lastStep, of: other)
            else { return nil }
            return Candidate(id: other.id, changedAt: other.stored?.updatedAt)
        }
    }

    private static func isFinished(_ last: Int?, of run: Run) -> Bool {
        guard let last, let total = run.totalSteps else { return false }
        return Double(last) >= finishedFraction * Double(total - 1)
    }

    // MARK: Answers

    /// The widest honest interval in place of a number that means nothing.
    private func tooEarly(
        _ answer: RunForecastResponse, _ curve: LossCurve, _ least: Int
    ) -> RunForecastResponse {
        var answer = answer
        answer.final.lower = 0
        // A loss may rise again, but what trains does not end above where it has been of late.
        answer.final.upper = curve.losses.suffix(10).max()
        // First, because a line of text has room for one; what was assumed of its rates comes after.
        answer.warnings.insert(
            "it is too early: add a finished run to the study, or wait for about step \(least)",
            at: 0)
        return answer
    }

    /// The first step from which on all points lie outside a band.
    private static func outside(
        _ curve: LossCurve, of fit: Fit, _ schedule: LearningRateSchedule,
        _ features: [Feature: Double], _ interval: LawPredictor.Interval
    ) throws -> Int? {
        let steps = curve.steps.filter { $0 < schedule.totalSteps }
        let band = try fit.predictor.curve(
            schedule: schedule, features: features, steps: steps, interval: interval,
            after: fit.log)
        guard let lower = band.lower, let upper = band.upper else { return nil }
        var since: Int?
        for index in steps.indices.reversed() {
            let loss = curve.losses[index]
            guard loss < lower[index] || loss > upper[index] else { break }
            since = steps[index]
        }
        return since
    }

    private static func target(
        _ loss: Double, _ curve: CurveResponse
    ) -> RunForecastResponse.Target? {
        func first(_ losses: [Double]?) -> Int? {
            losses?.firstIndex { $0 <= loss }.map { curve.steps[$0] }
        }
        return first(curve.loss).map { step in
            .init(step: step, lower: first(curve.lower), upper: first(curve.upper))
        }
    }
}

extension Run {
    /// The time that a step takes, by the first and the last point that have one.
    fileprivate var secondsPerStep: Double? {
        let timed = points.lazy.filter { $0.time != nil }
        guard let first = timed.first, let last = timed.last, last.step > first.step,
            let start = first.time, let end = last.time, end > start
        else { return nil }
        return end.timeIntervalSince(start) / Double(last.step - first.step)
    }
}
