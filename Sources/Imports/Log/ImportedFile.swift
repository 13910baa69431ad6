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

    /// The run without its points.
    package var metadata: Run
    /// Its points, losses that are not finite included.
    package let points: LogPoints
    package var series: [Series]
    /// Points that have a learning rate.
    package var learningRates: Int
    /// The step at which training ends, if the log says so.
    package var totalSteps: Int?

    /// A run that has its points already, as a row of a table.
    init(_ run: Run) {
        self.init(
            metadata: run, points: LogPoints(run.points), series: [], learningRates: 0,
            totalSteps: nil)
    }

    init(
        metadata: Run, points: LogPoints, series: [Series], learningRates: Int, totalSteps: Int?
    ) {
        self.metadata = metadata
        self.metadata.points = []
        self.points = points
        self.series = series
        self.learningRates = learningRates
        self.totalSteps = totalSteps
    }

    /// The run with its points.
    package var run: Run {
        var run = metadata
        run.points = Array(points)
        return run
    }
}
