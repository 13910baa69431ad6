import Foundation

extension ParameterSpec {
    /// The value at a coordinate of the solver, inside the bounds.
    ///
    /// A coordinate on a bound maps back to it up to rounding only: exp(log 10) is above 10.
    package func value(at coordinate: Double) -> Double {
        min(max(scale.value(at: coordinate), bounds.lowerBound), bounds.upperBound)
    }
}

/// The map between a law's parameters and the coordinates in which the solver moves.
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
