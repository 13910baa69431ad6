/// How the uncertainty of a fit is found; in text `delta`, `bootstrap:4000` or `profile`.
package enum UncertaintyMethod: Sendable, Equatable {
    /// From the Jacobian at the optimum: the delta method, at the cost of no further fit.
    case delta
    /// From refits of resampled data.
    case bootstrap(resamples: Int)
    /// Intervals where the cost rises by too much, the other parameters refitted.
    case profile

    package static let standardResamples = 1_000

    /// Fewer resamples say nothing of an interval's ends; more only cost time.
    package static let resampleLimits = 100...1_000_000

    /// Reads a name of the command line.
    ///
    /// - Parameter text: The name, for the bootstrap with a number of resamples after a colon.
    /// - Throws: `FittingError.badUncertainty` with what is allowed.
    package init(parsing text: String) throws(FittingError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts[0], parts.count) {
        case ("delta", 1): self = .delta
        case ("profile", 1): self = .profile
        case ("bootstrap", 1): self = .bootstrap(resamples: Self.standardResamples)
        case ("bootstrap", 2):
            guard let resamples = Int(parts[1]), Self.resampleLimits.contains(resamples) else {
                throw .badUncertainty(text)
            }
            self = .bootstrap(resamples: resamples)
        default: throw .badUncertainty(text)
        }
    }

    /// The name without its number.
    package var name: String {
        switch self {
        case .delta: "delta"
        case .bootstrap: "bootstrap"
        case .profile: "profile"
        }
    }

    /// The same method as text that `init(parsing:)` reads.
    package var text: String {
        guard case .bootstrap(let resamples) = self else { return name }
        return "\(name):\(resamples)"
    }
}
