/// A complex number, with just the arithmetic that geometric sums need.
struct ComplexNumber: Sendable, Equatable {
    var real: Double
    var imaginary: Double

    static let zero = ComplexNumber(0)
    static let one = ComplexNumber(1)

    init(_ real: Double, _ imaginary: Double = 0) {
        self.real = real
        self.imaginary = imaginary
    }

    static func + (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
        ComplexNumber(left.real + right.real, left.imaginary + right.imaginary)
    }

    static func + (left: ComplexNumber, right: Double) -> ComplexNumber {
        ComplexNumber(left.real + right, left.imaginary)
    }

    static func * (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
        ComplexNumber(
            left.real * right.real - left.imaginary * right.imaginary,
            left.real * right.imaginary + left.imaginary * right.real)
    }

    static func * (left: ComplexNumber, right: Double) -> ComplexNumber {
        ComplexNumber(left.real * right, left.imaginary * right)
    }

    /// 1 less the number: the way from a power to its complement and back.
    var complement: ComplexNumber {
        ComplexNumber(1 - real, -imaginary)
    }
}
