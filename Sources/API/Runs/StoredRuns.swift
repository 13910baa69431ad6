import Fitting
import HTTP
import Laws
import Records
import Schedules
import Store

/// Takes runs with their points out of the store, for a fit or a score.
struct StoredRuns {
    let store: RunStore
    /// The law that the runs are for.
    let law: ConfiguredLaw
    /// The further loss that is asked for in place of the main one.
    let series: String?

    /// The runs of a list of ids.
    ///
    /// - Parameters:
    ///   - ids: In the order wanted.
    ///   - field: The field that named them.
    /// - Returns: The runs in that order.
    /// - Throws: `HTTPError` for an unknown id, or one given twice.
    func runs(_ ids: [String], field: String) throws -> [Run] {
        var seen = Set<String>()
        return try ids.enumerated().map { index, id in
            let place = "/\(field)/\(index)"
            guard seen.insert(id).inserted else {
                throw HTTPError.field(
                    .unprocessableContent, place, "run \(id) is named twice; name it once.")
            }
            do {
                return try run(store.run(id))
            } catch StoreError.runNotFound {
                throw HTTPError.field(
                    .notFound, place,
                    "There is no run \"\(id)\"; create it first, or check the id.")
            }
        }
    }

    /// The runs of a study that have a role, or all of them where no run of it has any role.
    ///
    /// - Parameters:
    ///   - name: The study.
    ///   - role: The role wanted.
    ///   - excluded: Ids left out.
    /// - Returns: The runs in the order in which they were stored.
    /// - Throws: `HTTPError` 404 when the study has no such runs.
    func study(_ name: String, role: Run.Role, excluding excluded: [String] = []) throws -> [Run] {
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
        return try selected.map(run)
    }

    private func run(_ stored: Run) throws -> Run {
        if let text = stored.stored?.unreadableSchedule {
            // Says what is wrong with it, in the schedule language's own words.
            _ = try LearningRateSchedule(parsing: text)
        }
        // A table's row needs no curve where it has its loss, and there may be thousands of rows.
        let needsPoints =
            stored.stored?.pointCount ?? 0 > 0
            && (law.about.kind == .curve || stored.loss == nil || series != nil
                || !law.law.loggedSeries.isEmpty)
        guard needsPoints else { return stored }
        var run = stored
        run.points = try store.points(run.id)
        return run
    }
}
