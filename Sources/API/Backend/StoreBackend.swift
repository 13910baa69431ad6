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
                request: JSONWriter.text(of: .object([.init("published", .string(name))])),
                outcome: .done(
                    report: String(decoding: JSONAnswer.bytes(of: report), as: UTF8.self))))
        return id
    }

    func runs(_ choice: RunChoice, law: ConfiguredLaw, series: String?) throws -> [Run] {
        let stored = StoredRuns(store: store, law: law, series: series)
        switch choice {
        case .named(let ids, let field): return try stored.runs(ids, field: field)
        case .study(let name, let role, let excluded):
            return try stored.study(name, role: role, excluding: excluded)
        }
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
