import Foundation

/// The coefficients of (1 − x)^−β and of its derivatives, for one evaluation.
///
/// (1 − x)^−β = Σ bₘ·xᵐ with bₘ = β(β + 1)…(β + m − 1)/m!, all above 0 for β > 0.
struct DropSeries: Sendable {
    static let terms = 18

    let exponent: Double
    /// bₘ.
    private(set) var coefficients = [1.0]
    /// ∂bₘ/∂β.
    private(set) var slopes = [0.0]
    /// The bₘ of β + 1.
    private(set) var nextCoefficients = [1.0]
    /// The greatest x at which the terms left out are below about 1e-11.
    private(set) var reach = 0.0

    init(exponent: Double) {
        self.exponent = exponent
        for term in 0..<Self.terms {
            let order = Double(term)
            let coefficient = coefficients[term]
            coefficients.append(coefficient * (exponent + order) / (order + 1))
            slopes.append((slopes[term] * (exponent + order) + coefficient) / (order + 1))
            nextCoefficients.append(
                nextCoefficients[term] * (exponent + 1 + order) / (order + 1))
        }
        // They are a geometric series at worst, little more than its first member b_p·x^p.
        reach = min(0.5, exp(log(1e-11 / coefficients[Self.terms]) / Double(Self.terms)))
    }
}
