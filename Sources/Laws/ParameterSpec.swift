/// One parameter of a law: its names, where it may lie, and how a fit searches for it.
package struct ParameterSpec: Sendable, Equatable {
    /// The coordinate in which the solver moves.
    ///
    /// Laws are written in the parameter's own unit; the fit maps to and from this coordinate, so
    /// that steps are of comparable size and positive quantities stay positive.
    package enum Scale: String, Sendable {
        /// u = value.
        case linear
        /// u = log value, for positive quantities that range over decades.
        case log
        /// u = −log(1 − value), for a decay per step just below 1.
        case decay
    }

    /// How a fit finds a starting value.
    package enum Start: Sendable, Equatable {
        /// The loss is linear in this parameter given the others: a linear solve finds it.
        case projected
        /// A search between these values, evenly in the solver's coordinate.
        case searched(ClosedRange<Double>)
    }

    /// Name in JSON, as in `irreducible_loss`.
    package var name: String
    /// The paper's symbol, as in `L0`.
    package var symbol: String
    /// What it is, for `isoloss laws`.
    package var meaning: String
    /// Bounds in the parameter's own unit.
    package var bounds: ClosedRange<Double>
    package var scale: Scale
    package var start: Start

    package init(
        _ name: String, symbol: String, meaning: String, bounds: ClosedRange<Double>,
        scale: Scale = .linear, start: Start
    ) {
        self.name = name
        self.symbol = symbol
        self.meaning = meaning
        self.bounds = bounds
        self.scale = scale
        self.start = start
    }
}
