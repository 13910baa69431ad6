import Foundation
import LeastSquares

/// Quantiles behind intervals.
package enum Quantiles {
    /// The standard normal quantile, by Newton steps on the complementary error function.
    ///
    /// erfc keeps full relative precision in the tail, so the steps end at rounding error for any
    /// probability an interval asks for.
    package static func normal(_ probability: Double) -> Double {
        if probability > 0.5 { return -normal(1 - probability) }
        // The tail's leading behaviour is a start from which Newton's method converges.
        let start = -(-2 * log(probability)).squareRoot() + 0.5
        return RootBracket.root(between: -40, and: 1, from: max(-40, start)) { estimate in
            (
                0.5 * erfc(-estimate / 2.0.squareRoot()) - probability,
                exp(-0.5 * estimate * estimate) / (2 * Double.pi).squareRoot()
            )
        }
    }

    /// Student's t quantile with ν degrees of freedom, for upper probabilities of one half or more.
    ///
    /// Newton steps on the distribution function from the normal quantile; ν need not be whole,
    /// since effective sample sizes are not.
    package static func studentT(_ probability: Double, degreesOfFreedom: Double) -> Double {
        guard degreesOfFreedom < 1e6 else { return normal(probability) }
        var high = max(2, 2 * normal(probability))
        while studentTTail(high, degreesOfFreedom) > 1 - probability { high *= 2 }
        let logScale =
            lgamma(0.5 * (degreesOfFreedom + 1)) - lgamma(0.5 * degreesOfFreedom)
            - 0.5 * log(degreesOfFreedom * Double.pi)
        return RootBracket.root(between: 0, and: high, tolerance: 1e-14) { estimate in
            let logDensity =
                logScale
                - 0.5 * (degreesOfFreedom + 1) * log1p(estimate * estimate / degreesOfFreedom)
            return (
                1 - probability - studentTTail(estimate, degreesOfFreedom), exp(logDensity)
            )
        }
    }

    /// P(T > t) for t ≥ 0: half the regularised incomplete beta function I_x(ν/2, ½) at
    /// x = ν/(ν + t²).
    private static func studentTTail(_ value: Double, _ degreesOfFreedom: Double) -> Double {
        let ratio = degreesOfFreedom / (degreesOfFreedom + value * value)
        return 0.5 * incompleteBeta(ratio, 0.5 * degreesOfFreedom, 0.5)
    }

    /// The regularised incomplete beta function by its continued fraction (modified Lentz method).
    ///
    /// Source: DLMF 8.17.22; the symmetry I_x(a, b) = 1 − I_{1−x}(b, a) keeps the fraction in the
    /// half where it converges fast.
    private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
        let logFront =
            a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)
        let tiny = 1e-300
        var numerator = 1.0
        var denominator = 1 - (a + b) * x / (a + 1)
        denominator = 1 / (abs(denominator) < tiny ? tiny : denominator)
        var fraction = denominator
        for term in 1...500 {
            let m = Double(term)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            for coefficient in [even, odd] {
                denominator = 1 + coefficient * denominator
                denominator = 1 / (abs(denominator) < tiny ? tiny : denominator)
                numerator = 1 + coefficient / numerator
                if abs(numerator) < tiny { numerator = tiny }
                fraction *= numerator * denominator
            }
            if abs(numerator * denominator - 1) < 1e-15 { break }
        }
        return exp(logFront) * fraction / a
    }
}

/// gᵀΣg, where an infinite variance counts only if the gradient looks at it.
package enum QuadraticForm {
    package static func value(_ matrix: [[Double]], _ gradient: [Double]) -> Double {
        var sum = 0.0
        for (row, left) in zip(matrix, gradient) where left != 0 {
            for (entry, right) in zip(row, gradient) where right != 0 {
                sum += left * entry * right
            }
        }
        return sum
    }
}
