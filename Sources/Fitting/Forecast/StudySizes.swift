import Laws

/// The points of a study by model size, smallest first.
struct StudySizes {
    /// The runs of one size.
    struct Size {
        /// Nil where no run says its size.
        let parameterCount: Double?
        let observations: Observations
    }

    let sizes: [Size]

    /// Splits observations by `parameter_count`.
    ///
    /// - Parameters:
    ///   - observations: The points of all runs.
    ///   - law: The law's name, for the error.
    /// - Throws: `FittingError.missingFeature` when runs of several sizes are mixed with runs that
    ///   do not say theirs.
    init(_ observations: Observations, law: String) throws(FittingError) {
        let counts = observations.groups.map { $0.input.features[.parameterCount] }
        let known = Set(counts.compactMap { $0 }).sorted()
        guard known.count > 1 else {
            sizes = [Size(parameterCount: known.first, observations: observations)]
            return
        }
        let missing = zip(observations.groups, counts).filter { $0.1 == nil }.map(\.0.runID)
        guard missing.isEmpty else {
            throw .missingFeature(
                law: law, feature: Feature.parameterCount.rawValue, runs: missing)
        }
        sizes = known.map { count in
            var part = observations
            part.groups = zip(observations.groups, counts).filter { $0.1 == count }.map(\.0)
            return Size(parameterCount: count, observations: part)
        }
    }
}
