package import Records

/// The runs and notes that an import found in one file.
package struct ImportedFile: Sendable {
    package let path: String
    /// The format's name.
    package let format: String
    package var runs: [ImportedRun]
    package let skipped: [SkippedPart]
    /// The guesses about columns, and the reading of the file.
    package let notes: [String]
    /// A sentence for each doubt.
    package let warnings: [String]
}

/// A run out of a file: its metadata, its points, and what they are.
package struct ImportedRun: Sendable {
    /// A loss of the run, as answers show it.
    package struct Series: Sendable, Equatable {
        /// `loss`, or `loss/<name>`.
        package let name: String
        package let unit: String?
        package let points: Int
        /// Of finite losses, by step; nil where none is finite.
        package let first: (step: Int, loss: Double)?
        package let last: (step: Int, loss: Double)?
        /// The count of those that are NaN or infinite.
        package let notFinite: Int

        package static func == (a: Self, b: Self) -> Bool {
            a.name == b.name && a.points == b.points && a.notFinite == b.notFinite
                && a.first?.step == b.first?.step && a.last?.step == b.last?.step
        }
    }

    /// Metadata and points, losses that are not finite included.
    package var run: Run
    /// The run's points, in order of steps.
    package var points: [Point] { run.points }
    package var series: [Series]
    /// Points that have a learning rate.
    package var learningRates: Int
    /// The step at which training ends, if the log says so.
    package var totalSteps: Int?
}
