package import Records

/// Settings of a training, by their usual names: sizes become features of a run, the rest its tags.
///
///     var settings = RunSettings()
///     settings.take("n_params", "25000000", into: &run)   // the feature parameter_count
///     settings.take("optimizer", "adamw", into: &run)     // a tag
///     settings.finish(&run)
///
/// Logs of files and the trackers' protocols share it. Taking the same settings again changes
/// nothing, and of two names for one feature the first one stays.
package struct RunSettings {
    /// Names that somebody has settled, by what they mean.
    private let chosen: [String: String]
    /// True when the run is a row of a table, where one letter says enough.
    private let isRow: Bool
    /// The step at which training ends.
    package private(set) var totalSteps: Int?
    /// A sentence for each feature that stands under another name.
    package private(set) var notes: [String] = []
    private var sequences: Double?
    private var length: Double?

    package init(chosen: [String: String] = [:], isRow: Bool = false, totalSteps: Int? = nil) {
        self.chosen = chosen
        self.isRow = isRow
        self.totalSteps = totalSteps
    }

    /// Takes one setting.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - value: Its value as text.
    ///   - run: Receives a feature or a tag.
    package mutating func take(_ name: String, _ value: String, into run: inout Run) {
        let column = ColumnName(name)
        let number = Array(value.utf8).withUnsafeBufferPointer(DecimalText.lenientNumber)
        guard let number, number > 0, number.isFinite else {
            return Self.tag(name, value, in: &run)
        }
        if ColumnAliases.totalSteps.contains(column.normal) {
            totalSteps = totalSteps ?? Int(exactly: number)
        } else if ColumnAliases.batchSequences.contains(column.normal) {
            sequences = sequences ?? number
        } else if ColumnAliases.sequenceLength.contains(column.normal) {
            length = length ?? number
        }
        let meaning = chosen.first { $0.value == name }?.key
        guard let feature = meaning.flatMap(Feature.init(rawValue:)) ?? feature(column) else {
            return Self.tag(name, value, in: &run)
        }
        guard run.features[feature] == nil else { return }
        run.features[feature] = number
        if name != feature.rawValue { notes.append("took \"\(name)\" for \(feature.rawValue)") }
    }

    /// Derives what several settings say together: tokens of a step, and the number of steps.
    ///
    /// - Parameter run: Receives the features.
    package func finish(_ run: inout Run) {
        if let sequences, let length, run.features[.batchTokens] == nil {
            run.features[.batchTokens] = sequences * length
        }
        if let totalSteps, totalSteps > 0 { run.features[.stepCount] = Double(totalSteps) }
    }

    /// The feature of a setting; one letter says too little outside a table of runs.
    private func feature(_ column: ColumnName) -> Feature? {
        guard isRow || column.normal.count > 1, column.normal != "steps" else { return nil }
        guard let feature = ColumnAliases.feature(column), feature != .stepCount else { return nil }
        return feature
    }

    private static func tag(_ name: String, _ value: String, in run: inout Run) {
        guard run.tags.count < 200, value.utf8.count <= 256, !name.isEmpty else { return }
        run.tags[name] = value
    }
}
