import Records
import Schedules

/// One named value along a run, in the order of the file.
package struct LogSeries: Sendable, Equatable {
    package let name: String
    /// The unit where the format knows it, such as `bits`; nil for the loss's usual one.
    package var unit: String?
    package private(set) var steps = StepList()
    package private(set) var values = ChunkedArray<Double>()
    /// The count of values that were logged, kept or not.
    package private(set) var count = 0
    /// Line of the first value.
    package let firstLine: Int?
    /// Line of the first value that no loss has, such as one of zero or below.
    private(set) var firstBadLine: Int?
    /// True when values are kept, and not only counted.
    private let isKept: Bool

    init(name: String, firstLine: Int?, isKept: Bool) {
        self.name = name
        self.firstLine = firstLine
        self.isKept = isKept
    }

    fileprivate mutating func append(_ step: Int32, _ value: Double, line: Int?) {
        count += 1
        if firstBadLine == nil, !NumberRule.loss.isMet(by: value) { firstBadLine = line }
        guard isKept else { return }
        steps.append(step)
        values.append(value)
    }

    fileprivate mutating func addCount() { count += 1 }

    /// Puts the values in order of steps, the later of two at one step replacing the earlier.
    ///
    /// - Returns: How many were replaced by another value.
    mutating func sort() -> Int {
        var replaced = 0
        var isRising = true
        for index in steps.indices.dropFirst() where steps[index] <= steps[index - 1] {
            isRising = false
            break
        }
        guard !isRising else { return 0 }
        // Stable: `sorted` promises no order of equals, so ties go by place in the file.
        let order = steps.indices.sorted { (steps[$0], $0) < (steps[$1], $1) }
        var sortedSteps: [Int32] = []
        var sortedValues = ChunkedArray<Double>()
        for index in order {
            if sortedSteps.last == steps[index] {
                let last = sortedValues[sortedValues.count - 1]
                if last != values[index], !(last.isNaN && values[index].isNaN) { replaced += 1 }
                sortedValues[sortedValues.count - 1] = values[index]
            } else {
                sortedSteps.append(steps[index])
                sortedValues.append(values[index])
            }
        }
        steps = StepList(sortedSteps)
        values = sortedValues
        return replaced
    }

    /// Multiplies the values.
    mutating func scale(by factor: Double) {
        for index in values.indices { values[index] *= factor }
    }

    /// Drops the values that a test refuses.
    mutating func keep(where isKept: (Int32, Double) -> Bool) -> Int {
        // Few logs lose any: a list of the places would be as large as the values.
        let dropped = steps.indices.count { !isKept(steps[$0], values[$0]) }
        guard dropped > 0 else { return 0 }
        let kept = steps.indices.filter { isKept(steps[$0], values[$0]) }
        (steps, values) = (
            StepList(kept.map { steps[$0] }), ChunkedArray(kept.map { values[$0] })
        )
        return dropped
    }
}

/// A run of a log: its series in order of appearance, and what was said about it.
package struct LogRun: Sendable {
    /// The name that tells it from other runs of the file; nil where there is one.
    package let key: String?
    package private(set) var series: [LogSeries] = []
    /// Numbers and words beside the steps, by the name that the log gives them.
    package private(set) var metadata: [(name: String, value: String)] = []
    private var noted: Set<String> = []
    /// The step at which training ends, where the log says it.
    package var totalSteps: Int?
    /// A name that the log gives the run.
    package var name: String?
    /// Rows or lines taken so far, for steps that are counted.
    var rows = 0
    /// Places of series by the numbers of names, those of the first names in an array: thousands of
    /// runs that have a name each must not take the square of that.
    private var places: [Int?] = []
    private var farPlaces: [Int: Int] = [:]
    private static let nearNames = 32
    /// Series that a later file does not replace.
    private var keptSeries = 0

    init(key: String?) {
        self.key = key
    }

    /// Adds a piece of metadata unless one of that name is there.
    package mutating func note(_ name: String, _ value: String) {
        if noted.insert(name).inserted { metadata.append((name, value)) }
    }

    /// The place of a name's series; nil before its first value.
    fileprivate func place(of id: Int) -> Int? {
        guard id < Self.nearNames else { return farPlaces[id] }
        return id < places.count ? places[id] : nil
    }

    /// Begins a name's series.
    fileprivate mutating func begin(
        _ id: Int, _ name: (text: String, isKept: Bool), line: Int?
    ) -> Int {
        if id < Self.nearNames {
            while places.count <= id { places.append(nil) }
            places[id] = series.count
        } else {
            farPlaces[id] = series.count
        }
        series.append(LogSeries(name: name.text, firstLine: line, isKept: name.isKept))
        return series.count - 1
    }

    fileprivate mutating func append(_ value: Double, to place: Int, _ step: Int32, line: Int?) {
        series[place].append(step, value, line: line)
    }

    fileprivate mutating func count(_ place: Int) { series[place].addCount() }

    /// Drops the values from a step on, but those of series that are kept.
    fileprivate mutating func rewind(to step: Int) -> Int {
        var dropped = 0
        for index in series.indices where index >= keptSeries {
            let count = series[index].keep { value, _ in value < step }
            // Times of day belong to other values.
            if series[index].name != "wall_time" { dropped += count }
        }
        return dropped
    }

    fileprivate mutating func keepSeries() { keptSeries = series.count }

    mutating func setUnit(_ unit: String, ofSeries name: String) {
        for index in series.indices where series[index].name == name { series[index].unit = unit }
    }
}

/// The values left out of a file: how many, why, and where first.
package struct SkippedPart: Sendable, Equatable {
    package var count: Int
    package let reason: String
    package let firstLine: Int?

    package init(count: Int, reason: String, firstLine: Int?) {
        self.count = count
        self.reason = reason
        self.firstLine = firstLine
    }

    package var sentence: String {
        let line = firstLine.map { ", first in line \($0)" } ?? ""
        return "left out \(count): \(reason)\(line)"
    }
}

/// Takes what a format finds in a file.
package struct LogCollector: Sendable {
    package private(set) var runs: [LogRun] = []
    package private(set) var skipped: [SkippedPart] = []
    /// Sentences about how the file was understood, each once.
    package private(set) var notes: [String] = []
    private var noted: Set<String> = []
    /// Finished runs, where the file is a table of them and no log.
    package var table: TableFile?
    /// The choices about columns and steps.
    package let options: ImportOptions
    /// Faulty rows; a file that has many of them is refused with the first.
    private(set) var faultCount = 0
    private(set) var firstFault: RunFileError?
    private(set) var rowCount = 0
    private var runIndex: [String?: Int] = [:]
    private var nameIDs: [String: Int] = [:]
    private var names: [(text: String, isKept: Bool)] = []
    private var skippedIndex: [String: Int] = [:]

    package init(options: ImportOptions = ImportOptions()) {
        self.options = options
    }

    /// The run of a key, made when it is new.
    package mutating func run(_ key: String? = nil) -> Int {
        if let index = runIndex[key] { return index }
        runs.append(LogRun(key: key))
        runIndex[key] = runs.count - 1
        return runs.count - 1
    }

    /// The most names of a log: each takes a look at what it may mean.
    ///
    /// Values under further ones are left out like those of other metrics, under one name.
    private static let mostNames = 20_000

    /// A number for a name, which is quicker to add values under.
    package mutating func id(of name: String) -> Int {
        if let id = nameIDs[name] { return id }
        guard names.count < Self.mostNames else { return furtherID() }
        names.append((name, options.keeps(name)))
        nameIDs[name] = names.count - 1
        return names.count - 1
    }

    private mutating func furtherID() -> Int {
        if names.count == Self.mostNames {
            names.append(("all after the first \(Self.mostNames) names", false))
        }
        return Self.mostNames
    }

    /// Adds a value.
    ///
    /// - Parameters:
    ///   - value: Any double; NaN and infinities are data.
    ///   - id: The name's number.
    ///   - step: From 0 to 10^8; others are left out with an account.
    ///   - run: The run's place.
    ///   - line: For the account.
    package mutating func add(_ value: Double, _ id: Int, step: Int, run: Int, line: Int?) {
        guard (0...ScheduleLimits.steps).contains(step) else {
            return skip(
                "a step that is no whole number from 0 to \(ScheduleLimits.steps)", at: line)
        }
        let place = runs[run].place(of: id) ?? runs[run].begin(id, names[id], line: line)
        runs[run].append(value, to: place, Int32(step), line: line)
    }

    /// True when values of a name are kept, and not only counted.
    func keeps(_ id: Int) -> Bool { names[id].isKept }

    /// Counts a value that is not kept.
    mutating func count(_ id: Int, step: Int, run: Int, line: Int?) {
        let place = runs[run].place(of: id) ?? runs[run].begin(id, names[id], line: line)
        runs[run].count(place)
    }

    package mutating func add(
        _ value: Double, _ name: String, step: Int, run: Int = 0, line: Int? = nil
    ) {
        add(value, id(of: name), step: step, run: run, line: line)
    }

    /// Notes the first step of one file of several: a restarted job writes a new file, which goes
    /// before the earlier ones from there on.
    mutating func beginFile(_ run: Int, at step: Int) {
        let dropped = runs[run].rewind(to: step)
        if dropped > 0 {
            skip("values that a later file of a restarted job replaces", count: dropped, at: nil)
        }
    }

    /// Keeps what was read so far from being replaced by files to come, which are another part.
    mutating func endFile() {
        for index in runs.indices { runs[index].keepSeries() }
    }

    /// Changes a run.
    package mutating func update(_ run: Int, _ change: (inout LogRun) -> Void) {
        change(&runs[run])
    }

    /// Counts a row, for steps taken from rows; its number in its run, from 0.
    package mutating func countRow(of run: Int) -> Int {
        rowCount += 1
        runs[run].rows += 1
        return runs[run].rows - 1
    }

    /// Accounts for something left out.
    package mutating func skip(_ reason: String, count: Int = 1, at line: Int?) {
        if let index = skippedIndex[reason] {
            skipped[index].count += count
            return
        }
        skippedIndex[reason] = skipped.count
        skipped.append(SkippedPart(count: count, reason: reason, firstLine: line))
    }

    /// Accounts for a row that breaks a rule; a file of mostly such rows is refused.
    package mutating func fault(_ error: RunFileError, reason: String) {
        faultCount += 1
        if firstFault == nil { firstFault = error }
        skip(reason, at: error.place.line ?? error.place.record.map { $0 + 1 })
    }

    package mutating func note(_ sentence: String) {
        if noted.insert(sentence).inserted { notes.append(sentence) }
    }
}
