import Foundation

/// What the multi-power law says about one drop: G(x) = 1 − (C·x + 1)^−β at x = η^−γ·S.
struct DropShape: Sendable, Equatable {
    /// C, above 0.
    var rate: Double
    /// β, above 0.
    var exponent: Double
    /// γ, at least 0.
    var rateExponent: Double
}

/// The sum over the drops up to one step, D(t), and its derivatives in C, β and γ.
struct DropSum: Sendable, Equatable {
    var value: Double
    var byRate: Double
    var byExponent: Double
    var byRateExponent: Double
}
