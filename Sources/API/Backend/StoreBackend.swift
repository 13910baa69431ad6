import Contract
import Fitting
import HTTP
import JSONText
import Laws
import Plans
import Records
import Schedules
import Store
import Synchronization

/// Runs and fits in a store; a fit is named by its id.
struct StoreBackend: ComputingBackend {
    let store: RunStore
    let catalog: LawCatalog
    let cache: PredictorCache

    var notes: [String] { [] }
    var warnings: [String] { [] }
    var planSeconds: Double? { PlanBudget.standardSeconds }

    /// The predictor of a fit.
    ///
    /// - Parameter fit: The fit's id.
    /// - Returns: The predictor.
    /// - Throws: `StoreError.fitNotFound`, or `HTTPError` 409 for a fit that is not done.
    func predictor(_ fit: String) throws -> LawPredictor {
        try cache.predictor(fit) {
            let record = try store.fit(fit)
            guard let report = record.report else {
                throw HTTPError(
                    .conflict,
                    detail: "Fit \"\(fit)\" is \(record.status.rawValue), only a fit that is done "
                        + "predicts; GET /v1/fits/\(fit) shows how it stands.")
            }
            return try LawPredictor(
                report: JSONDecoding.value(FitReport.self, from: Array(report.utf8)),
                catalog: catalog)
        }
    }

    /// Keeps a published fit under an id of its own.
    func publish(_ name: String, law: String?) throws -> String {
        var report = try FitReport(
            PublishedFit.named(name, law: law), catalog: catalog)
        let id = FitEndpoints.newID()
        report.id = id
        try store.insertFit(
            FitRecord(
                id: id, law: report.law,
                request: JSONWriter.text(of: ["published": .string(name)]),
                outcome: .done(
                    report: String(decoding: JSONAnswer.bytes(of: report), as: UTF8.self))))
        return id
    }

    func runs(_ choice: RunChoice, law: ConfiguredLaw?, series: String?) throws -> [Run] {
        let listed =
            switch choice {
            case .named(let ids, let field): try named(ids, field: field)
            case .study(let name, let role, let excluded):
                try study(name, role: role, excluding: excluded)
            }
        // A table's row needs no curve where it has its loss, and there may be thousands of rows.
        let needsPoints =
            series != nil
            || (law.map { $0.about.kind == .curve || !$0.law.loggedSeries.isEmpty } ?? false)
        return try listed.map { run in
            if let text = run.stored?.unreadableSchedule {
                // Says what is wrong with it, in the schedule language's own words.
                _ = try LearningRateSchedule(parsing: text)
            }
            // Without a law it is the peak rate that a log may know.
            guard run.stored?.pointCount ?? 0 > 0,
                needsPoints || run.loss == nil || (law == nil && run.schedule == nil)
            else {
                return run
            }
            var run = run
            run.points = try store.points(run.id)
            return run
        }
    }

    /// The runs of a list of ids, each once and in their order; `field` named them.
    private func named(_ ids: [String], field: String) throws -> [Run] {
        var seen = Set<String>()
        return try ids.enumerated().map { index, id in
            let place = "/\(field)/\(index)"
            guard seen.insert(id).inserted else {
                throw HTTPError.field(
                    .unprocessableContent, place, "run \(id) is named twice; name it once.")
            }
            do {
                return try store.run(id)
            } catch StoreError.runNotFound {
                throw HTTPError.field(
                    .notFound, place,
                    "There is no run \"\(id)\"; create it first, or check the id.")
            }
        }
    }

    /// The runs of a study that have a role, or all of them where no run of it has any role, in the
    /// order in which they were stored.
    private func study(
        _ name: String, role: Run.Role, excluding excluded: [String]
    ) throws -> [Run] {
        let records = try store.allRuns(study: name)
        let hasRoles = records.contains { $0.role != nil }
        let ofRole = records.filter { !hasRoles || $0.role == role }
        guard !ofRole.isEmpty else {
            let (what, advice) =
                records.isEmpty
                ? ("no runs", "check its name")
                : ("no runs of role \(role.rawValue)", "give some that role, or name runs")
            throw HTTPError.field(
                .notFound, "/study", "There are \(what) in the study \"\(name)\"; \(advice).")
        }
        let selected = ofRole.filter { !excluded.contains($0.id) }
        guard !selected.isEmpty else {
            let what = hasRoles ? "runs of role \(role.rawValue)" : "runs"
            throw HTTPError.field(
                .unprocessableContent, "/holdout",
                "holdout names all \(what) of the study \"\(name)\"; leave some to fit.")
        }
        return selected
    }

    func runs(study: String?) throws -> [Run] {
        try store.allRuns(study: study)
    }

    func run(_ id: String) throws -> Run {
        try store.wholeRun(id)
    }

    /// A schedule that may continue the store's runs (`from:RUN@s`).
    func schedule(_ source: ScheduleSource) throws -> LearningRateSchedule {
        // What keeps the store from answering is no error of the schedule.
        let failure = Mutex<StoreError?>(nil)
        let runs = ScheduledRuns { [self] id throws(ScheduledRuns.Fault) in
            let run: Run
            do {
                run = try self.run(id)
            } catch StoreError.runNotFound {
                throw .unknown(known: [])
            } catch {
                failure.withLock { $0 = error as? StoreError }
                throw .unusable("\(error)")
            }
            return try ScheduledRuns.found(run)
        }
        do {
            return try source.schedule(runs: runs)
        } catch {
            throw failure.withLock { $0 } ?? error
        }
    }
}
