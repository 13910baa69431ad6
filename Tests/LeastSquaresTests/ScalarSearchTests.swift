import Foundation
import Testing

@testable import LeastSquares

/// Roots and minima of functions of one number.
struct ScalarSearchTests {
    @Test(arguments: [1e-3, 0.5, 1, 40])
    func `Newton's method in a bracket finds the root of a steep function`(rate: Double) {
        let root = RootBracket.root(between: 0, and: 10) { x in
            (exp(rate * (x - 7)) - 1, rate * exp(rate * (x - 7)))
        }
        #expect(abs(root - 7) < 1e-13)
    }

    @Test func `Newton's method that would cycle is halved instead`() {
        // From 0 and 1 the steps of x³ − 2x + 2 run between the two for ever.
        var calls = 0
        let root = RootBracket.root(between: -3, and: 1, from: 0) { x in
            calls += 1
            return (x * x * x - 2 * x + 2, 3 * x * x - 2)
        }
        #expect(abs(root * root * root - 2 * root + 2) < 1e-13)
        #expect(calls < 60)
    }

    @Test func `a function that is NaN has no root, and no range traps`() {
        #expect(RootBracket.root(between: 0, and: 1) { _ in (.nan, 1) }.isNaN)
        #expect(RootBracket.root(between: .nan, and: .nan) { ($0, 1) }.isNaN)
    }

    @Test func `false position closes in from both sides`() {
        func value(_ x: Double) -> Double { x * x * x - 2 }
        var bracket = RootBracket(low: (0, value(0)), high: (10, value(10)))
        var rounds = 0
        while abs(value(bracket.falsePosition)) > 1e-12, rounds < 100 {
            let place = bracket.falsePosition
            bracket.narrow(at: place, value: value(place))
            rounds += 1
        }
        #expect(rounds < 30)
        #expect(abs(bracket.falsePosition - cbrt(2)) < 1e-12)
        #expect(bracket.low.place <= cbrt(2))
        #expect(bracket.high.place >= cbrt(2))
    }

    @Test(arguments: [(0.0, 3.0), (-50, 1.5), (0.9, 1000)])
    func `finds the minimum of a smooth function`(low: Double, high: Double) {
        var calls = 0
        let best = ScalarMinimizer.minimum(in: low...high) { x in
            calls += 1
            return cosh(x - 1)
        }
        #expect(abs(best.place - 1) < 1e-6 * (high - low))
        #expect(calls < 100)
    }

    @Test func `a kink, an end and a range of no width are no obstacles`() {
        let kink = ScalarMinimizer.minimum(in: -1...2, tolerance: 1e-6) { abs($0 - 0.3) }
        #expect(abs(kink.place - 0.3) < 1e-5)
        let end = ScalarMinimizer.minimum(in: 2...5, tolerance: 1e-6) { $0 }
        #expect(abs(end.place - 2) < 1e-5)
        #expect(ScalarMinimizer.minimum(in: 4...4) { $0 }.place == 4)
        let narrow = ScalarMinimizer.minimum(in: 1...(1 + 1e-14)) { ($0 - 1) * ($0 - 1) }
        #expect(abs(narrow.place - 1) < 2e-14)
        var calls = 0
        _ = ScalarMinimizer.minimum(in: 0...1) { _ in
            calls += 1
            return Double.nan
        }
        #expect(calls < 100)
    }
}
