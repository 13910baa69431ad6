internal import Foundation

/// A number with its derivatives: arithmetic on it differentiates exactly, one formula at a time.
///
/// The oracle for hand-written Jacobians, and the easy way to give a test problem one. Slow: each
/// operation allocates.
package struct Dual: Sendable {
    package let value: Double

    /// ∂value/∂variable.
    package let slopes: [Double]

    /// Makes a number from its value and derivatives.
    package init(_ value: Double, slopes: [Double]) {
        self.value = value
        self.slopes = slopes
    }

    /// The variables themselves, each with derivative 1 by itself.
    package static func variables(_ values: [Double]) -> [Dual] {
        values.indices.map { index in
            Dual(values[index], slopes: values.indices.map { $0 == index ? 1 : 0 })
        }
    }

    /// A function of this number, from its value and derivative there.
    package func mapped(_ value: Double, slope: Double) -> Dual {
        Dual(value, slopes: slopes.map { slope * $0 })
    }
}

extension Dual {
    package static func + (left: Dual, right: Dual) -> Dual {
        Dual(left.value + right.value, slopes: zip(left.slopes, right.slopes).map { $0 + $1 })
    }

    package static func - (left: Dual, right: Dual) -> Dual { left + -right }

    package static prefix func - (number: Dual) -> Dual {
        number.mapped(-number.value, slope: -1)
    }

    package static func * (left: Dual, right: Dual) -> Dual {
        Dual(
            left.value * right.value,
            slopes: zip(left.slopes, right.slopes).map { $0 * right.value + left.value * $1 })
    }

    package static func / (left: Dual, right: Dual) -> Dual {
        let ratio = left.value / right.value
        return Dual(
            ratio, slopes: zip(left.slopes, right.slopes).map { ($0 - ratio * $1) / right.value })
    }

    package static func + (left: Dual, right: Double) -> Dual {
        left.mapped(left.value + right, slope: 1)
    }

    package static func + (left: Double, right: Dual) -> Dual { right + left }

    package static func - (left: Dual, right: Double) -> Dual { left + -right }

    package static func - (left: Double, right: Dual) -> Dual { -right + left }

    package static func * (left: Double, right: Dual) -> Dual {
        right.mapped(left * right.value, slope: left)
    }

    package static func * (left: Dual, right: Double) -> Dual { right * left }

    package static func / (left: Dual, right: Double) -> Dual { left * (1 / right) }

    package static func / (left: Double, right: Dual) -> Dual {
        right.mapped(left / right.value, slope: -left / (right.value * right.value))
    }
}

extension Dual {
    /// e to this power.
    package var exponential: Dual {
        let power = exp(value)
        return mapped(power, slope: power)
    }

    /// The natural logarithm.
    package var logarithm: Dual { mapped(log(value), slope: 1 / value) }

    /// The square root.
    package var root: Dual {
        let root = value.squareRoot()
        return mapped(root, slope: 0.5 / root)
    }

    /// The sine, of radians.
    package var sine: Dual { mapped(sin(value), slope: cos(value)) }

    /// The cosine, of radians.
    package var cosine: Dual { mapped(cos(value), slope: -sin(value)) }

    /// The angle whose tangent this is, in radians.
    package var arctangent: Dual { mapped(atan(value), slope: 1 / (1 + value * value)) }

    /// This number times itself.
    package var squared: Dual { mapped(value * value, slope: 2 * value) }

    /// The absolute value; at 0 its derivative is taken as 1.
    package var magnitude: Dual { value < 0 ? -self : self }

    /// This number to a power that is a number too.
    package func raised(to power: Dual) -> Dual { (power * logarithm).exponential }
}
