package import Records

/// Runs read from files, and what to say about the reading.
package struct LoadedRuns: Sendable {
    package var imported: [ImportedRun] = []
    /// The same by file, with what was found and left out.
    package var files: [ImportedFile] = []
    /// Names of the studies, each once, in order.
    package var studies: [String] = []
    /// The columns and what they were taken for, a sentence for all files that say the same.
    package var notes: [String] = []
    /// A sentence for each doubt.
    package var warnings: [String] = []

    /// True when a study says which runs are for fitting and which for judging.
    package var hasRoles: Bool { imported.contains { $0.metadata.role != nil } }

    /// The runs with their points.
    package var runs: [Run] { imported.map(\.run) }

    package init() {}
}
