import Foundation

/// A number with its derivatives by up to eight variables, in one vector register or two.
///
/// Forward-mode differentiation as fast as it gets without a compiler's help: a formula written on
/// these is differentiated exactly, and nothing is allocated (the Jets of Ceres Solver).
struct LaneDual {
    var value: Double
    var slopes: SIMD8<Double>

    /// A constant.
    init(_ value: Double) {
        self.value = value
        slopes = .zero
    }

    /// The variable of an index.
    init(_ value: Double, variable: Int) {
        self.init(value)
        slopes[variable] = 1
    }

    /// A result with its derivatives.
    init(_ value: Double, slopes: SIMD8<Double>) {
        self.value = value
        self.slopes = slopes
    }

    var exponential: LaneDual {
        let power = exp(value)
        return LaneDual(power, slopes: power * slopes)
    }

    static func + (left: LaneDual, right: LaneDual) -> LaneDual {
        LaneDual(left.value + right.value, slopes: left.slopes + right.slopes)
    }

    static func - (left: LaneDual, right: LaneDual) -> LaneDual {
        LaneDual(left.value - right.value, slopes: left.slopes - right.slopes)
    }

    static func * (left: LaneDual, right: LaneDual) -> LaneDual {
        LaneDual(
            left.value * right.value,
            slopes: left.value * right.slopes + right.value * left.slopes)
    }

    static func * (left: LaneDual, right: Double) -> LaneDual {
        LaneDual(left.value * right, slopes: left.slopes * right)
    }
}
