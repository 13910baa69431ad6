import Records

/// A run whose log is read again and again as it grows: what of each reading is new.
///
///     var run = FollowedRun()
///     run.take([p0, p1])        // both
///     run.take([p0, p1, p2])    // p2
///     run.take([p0, q1, p2])    // q1 with a rewind: the job has gone back, and p2 is of its past
///
/// - A log that goes on adds points.
/// - A log in which an earlier loss has changed is that of a job that started again from a checkpoint:
///   the rewritten steps replace, and what stood behind them is dropped until it is written again.
/// - A log that has become shorter, or begins later, is a new file for the same run: what was read
///   before its first step stays.
struct FollowedRun {
    /// The points to be stored.
    struct Change: Equatable {
        var points: [Point]
        /// True when everything from the first point's step on is dropped before.
        var rewinds: Bool
        /// The points with a loss beside the main one that is new.
        var evaluations: [Point]
    }

    /// The points that have been stored, in step order.
    private(set) var stored: [Point] = []
    /// Points that the log still has and a restart has taken back.
    private var past: [Int: Point] = [:]

    /// Takes a reading.
    ///
    /// - Parameter log: All points of the log as it is now, in step order.
    /// - Returns: The change; nil where there is none.
    mutating func take(_ log: [Point]) -> Change? {
        guard let front = log.last(where: { past[$0.step] != $0 })?.step else { return nil }
        // What the restarted job has gone past was written again, equal or not.
        past = past.filter { $0.key > front }
        let now = past.isEmpty ? log : log.filter { past[$0.step] == nil }
        guard let first = now.first?.step else { return nil }
        let former = stored.drop { $0.step < first }
        let changes = Self.changes(from: former, to: now)
        guard let from = changes.first?.point.step, let last = changes.last?.point.step else {
            return nil
        }
        let rewinds = Self.rewinds(changes, former, now)
        let points =
            rewinds
            ? now.filter { (from...last).contains($0.step) } : changes.map { $0.point }
        if rewinds {
            for point in now where point.step > last { past[point.step] = point }
            stored.removeAll { $0.step >= from }
            stored += points
        } else {
            merge(points)
        }
        return Change(
            points: points, rewinds: rewinds,
            evaluations: changes.filter { change in
                change.point.series.contains { name, loss in
                    guard let old = change.old?.series[name] else { return true }
                    return old != loss && !(old.isNaN && loss.isNaN)
                }
            }.map { $0.point })
    }

    /// The points that are new or not what they were, each with what it was.
    private static func changes(
        from former: ArraySlice<Point>, to now: [Point]
    ) -> [(point: Point, old: Point?)] {
        var changes: [(point: Point, old: Point?)] = []
        var index = former.startIndex
        for point in now {
            while index < former.endIndex, former[index].step < point.step { index += 1 }
            let isThere = index < former.endIndex && former[index].step == point.step
            let old = isThere ? former[index] : nil
            if old != point { changes.append((point, old)) }
        }
        return changes
    }

    /// True when the job has gone back: a loss has changed before the end, or points after the first
    /// change are gone.
    private static func rewinds(
        _ changes: [(point: Point, old: Point?)], _ former: ArraySlice<Point>, _ now: [Point]
    ) -> Bool {
        guard let end = former.last?.step, let from = changes.first?.point.step else {
            return false
        }
        // The last line may have been read half-written: its change is no restart.
        let rewrites = changes.contains { change in
            guard let old = change.old?.loss, change.point.step < end else { return false }
            return change.point.loss != old && !(old.isNaN && change.point.loss?.isNaN == true)
        }
        guard !rewrites else { return true }
        let steps = Set(now.lazy.map(\.step).filter { $0 >= from })
        return former.contains { $0.step >= from && !steps.contains($0.step) }
    }

    private mutating func merge(_ points: [Point]) {
        guard let first = points.first?.step, let last = stored.last?.step, first <= last else {
            stored += points
            return
        }
        var byStep = Dictionary(uniqueKeysWithValues: stored.map { ($0.step, $0) })
        for point in points { byStep[point.step] = point }
        stored = byStep.values.sorted { $0.step < $1.step }
    }
}
