import Imports

/// The runs that paths on a command line name.
enum RunFileSource {
    /// Loads study folders, curves and tables.
    ///
    /// - Parameter paths: Files and folders as typed.
    /// - Returns: The runs, and what to say about the reading.
    /// - Throws: `UsageError.noPaths`, or `RunFileError` naming file and line.
    static func load(_ paths: [String]) throws -> LoadedRuns {
        guard !paths.isEmpty else { throw UsageError.noPaths }
        return try RunLoader.load(paths: paths)
    }
}
