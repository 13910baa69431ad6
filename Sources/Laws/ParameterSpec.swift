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
    /// Its prior, before any data, for fits that take it into account.
    package var prior: ParameterPrior?
    /// The start of a fit under priors, for a parameter that may have more than one valley; the
    /// prior's centre where there are none.
    package var trials: [Double]

    /// Values of real fits, from which tests sample; `nil` for a projected parameter, whose size
    /// follows from the loss.
    package var typical: ClosedRange<Double>?

    /// Describes a parameter; its typical values are those searched, unless given.
    package init(
        _ name: String, symbol: String, meaning: String, bounds: ClosedRange<Double>,
        scale: Scale = .linear, start: Start, typical: ClosedRange<Double>? = nil,
        prior: ParameterPrior? = nil, trials: [Double] = []
    ) {
        self.name = name
        self.symbol = symbol
        self.meaning = meaning
        self.bounds = bounds
        self.scale = scale
        self.start = start
        self.prior = prior
        self.trials = trials
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

/// A normal prior of a parameter: a centre in its own unit, a spread in the solver's coordinate.
///
/// The centres are round numbers from the middle of what the laws' papers report (α near a half,
/// γ near 0.6) and of where a plain fit searches; the spreads span all of it. How fast the gain of a
/// drop fades no paper says: the sample runs do, by lengths twice and three times as long
/// (`sample-runs/README.md`).
///
/// Centres, spreads, the precision of a prior and the weights of points were chosen together, by
/// what fits to three of the sample runs predict of the others, the small ones' short runs of their
/// long ones, and each of three public 25M runs, or their beginnings, of the rest of them. The public
/// test runs decided none of these numbers.
package struct ParameterPrior: Sendable, Equatable {
    package var center: Double
    /// The logarithm's, for a parameter on a logarithmic scale.
    package var spread: Double
    /// The weight in the fit, of a usual prior's: less than 1 where the data begin to tell.
    package var share: Double
    /// The data and papers behind it, for the answer.
    package var source: String?

    package init(center: Double, spread: Double, share: Double = 1, source: String? = nil) {
        self.center = center
        self.spread = spread
        self.share = share
        self.source = source
    }
}
