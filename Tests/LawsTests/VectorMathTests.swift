import Foundation
import TestSupport
import Testing

@testable import Laws

/// Exponentials and logarithms by vectors, beside those of the C library.
@Suite struct VectorMathTests {
    /// How many units in the last place two numbers are apart.
    private func distance(_ value: Double, _ expected: Double) -> Double {
        abs(value - expected) / expected.ulp
    }

    @Test func `exponentials of four agree with the library's to a unit in the last place`() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<4_000 {
            let x = Double.random(in: -700...700, using: &generator)
            let values = VectorMath.exp(SIMD4(x, x / 100, -x / 1e4, 0))
            #expect(distance(values.x, exp(x)) <= 1)
            #expect(distance(values.y, exp(x / 100)) <= 1)
            #expect(distance(values.z, exp(-x / 1e4)) <= 1)
            #expect(values.w == 1)
        }
    }

    @Test func `logarithms of four agree with the library's to a unit in the last place`() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<4_000 {
            let exponent = Double.random(in: -700...700, using: &generator)
            let arguments = SIMD4(exp(exponent), exp(exponent / 100), exp(exponent / 1e4), 1)
            let values = VectorMath.log(arguments)
            #expect(distance(values.x, log(arguments.x)) <= 1)
            #expect(distance(values.y, log(arguments.y)) <= 1)
            #expect(distance(values.z, log(arguments.z)) <= 1)
            #expect(values.w == 0)
        }
    }

    @Test(arguments: 0...9)
    func `arrays of any length are filled`(count: Int) {
        let logs = (0..<count).map { 10 + 0.7 * Double($0) }
        var powers = Array(repeating: -1.0, count: count)
        VectorMath.negativePowers(ofLogs: logs, exponent: 0.3, into: &powers)
        var back = powers
        VectorMath.log(powers, into: &back)
        for index in 0..<count {
            #expect(distance(powers[index], exp(-0.3 * logs[index])) <= 1)
            #expect(abs(back[index] + 0.3 * logs[index]) < 1e-14)
        }
    }

    @Test(arguments: [
        -Double.infinity, -800, -745, -708.5, 708.5, 709.7, 710, .infinity, .nan,
    ])
    func `exponentials beyond the vectors' range are the library's`(argument: Double) {
        let arguments = [1, 2, argument, 3, 4, 5, argument]
        var values = arguments
        VectorMath.negativePowers(ofLogs: arguments, exponent: -1, into: &values)
        for (value, argument) in zip(values, arguments) {
            let expected = exp(argument)
            #expect(
                value == expected || value.isNaN && expected.isNaN
                    || argument.magnitude < 6 && distance(value, expected) <= 1)
        }
    }

    @Test(arguments: [
        0, -0.0, -1, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
        .infinity,
        -.infinity, .nan,
    ])
    func `logarithms beyond the vectors' range are the library's`(argument: Double) {
        let arguments = [1, 2, 3, argument, 5]
        var values = arguments
        VectorMath.log(arguments, into: &values)
        let expected = log(argument)
        #expect(
            values[3] == expected || values[3].isNaN && expected.isNaN
                || distance(values[3], expected) <= 1)
        #expect(values[0] == 0)
        #expect(distance(values[4], log(5)) <= 1)
    }
}
