import Foundation

/// One parameter of a law: its names, its bounds, and the way a fit searches for it.
///
///     ParameterSpec(
///         "token_exponent", symbol: "β", meaning: "how fast loss falls with data",
///         bounds: 0...3, start: .searched(0.1...1))
///
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

    /// The way to a starting value.
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
    /// A one-line description, shown by `isoloss laws`.
    package var meaning: String
    /// Bounds in the parameter's own unit.
    package var bounds: ClosedRange<Double>
    package var scale: Scale
    package var start: Start

    /// Values of real fits, from which tests sample; `nil` for a projected parameter, whose size
    /// follows from the loss.
    package var typical: ClosedRange<Double>?

    /// Describes a parameter; its typical values are those searched, unless given.
    package init(
        _ name: String, symbol: String, meaning: String, bounds: ClosedRange<Double>,
        scale: Scale = .linear, start: Start, typical: ClosedRange<Double>? = nil
    ) {
        self.name = name
        self.symbol = symbol
        self.meaning = meaning
        self.bounds = bounds
        self.scale = scale
        self.start = start
        switch start {
        case .projected: self.typical = typical
        case .searched(let range): self.typical = typical ?? range
        }
    }
}

extension ParameterSpec {
    /// The value at a coordinate of the solver, inside the bounds.
    ///
    /// A coordinate on a bound maps back to it up to rounding only: exp(log 10) is above 10.
    package func value(at coordinate: Double) -> Double {
        min(max(scale.value(at: coordinate), bounds.lowerBound), bounds.upperBound)
    }
}

extension ParameterSpec.Scale {
    /// The solver's coordinate of a value.
    ///
    /// The decay's −log(1 − value) keeps its digits through log1p: near 1 the distance to 1 is
    /// what matters, and the fit resolves it to full relative precision.
    package func coordinate(of value: Double) -> Double {
        switch self {
        case .linear: value
        case .log: Foundation.log(value)
        case .decay: -log1p(-value)
        }
    }

    /// The value at a coordinate.
    package func value(at coordinate: Double) -> Double {
        switch self {
        case .linear: coordinate
        case .log: exp(coordinate)
        case .decay: -expm1(-coordinate)
        }
    }

    /// d value / d coordinate, at a value.
    package func slope(at value: Double) -> Double {
        switch self {
        case .linear: 1
        case .log: value
        case .decay: 1 - value
        }
    }
}
