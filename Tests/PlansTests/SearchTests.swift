import Foundation
import Testing

@testable import Plans

/// The two minimisers, on functions whose minima are known.
struct SearchTests {
    @Test func `Rosenbrock's valley is followed to its end`() {
        let outcome = BoundedMinimizer().minimum(from: [0.1, 0.9], upper: 5) { point in
            let (x, y) = (point[0], point[1])
            return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x)
        } slopes: { point, _ in
            let (x, y) = (point[0], point[1])
            return [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]
        }
        #expect(abs(outcome.point[0] - 1) < 1e-8 && abs(outcome.point[1] - 1) < 1e-8)
        #expect(outcome.evaluations < 150)
    }

    @Test func `a minimum outside the bounds ends on them`() {
        let centre = [-3.0, 0.5, 7]
        let outcome = BoundedMinimizer().minimum(from: [1, 1, 1], upper: 2) { point in
            zip(point, centre).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        } slopes: { point, _ in
            zip(point, centre).map { 2 * ($0 - $1) }
        }
        #expect(outcome.point[0] == 0 && outcome.point[2] == 2)
        #expect(abs(outcome.point[1] - 0.5) < 1e-9)
    }

    @Test func `a value that is not finite is stepped back from`() {
        let outcome = BoundedMinimizer().minimum(from: [3], upper: 10) { point in
            point[0] > 0 ? point[0] - log(point[0]) : .nan
        } slopes: { point, _ in
            [1 - 1 / point[0]]
        }
        #expect(abs(outcome.point[0] - 1) < 1e-8)
    }

    @Test func `no step of the resolution leads lower than where a compass search ends`() {
        func value(_ point: [Double]) -> Double {
            let (x, y) = (point[0] - 0.3, point[1] - 0.8)
            return x * x + 3 * (y - 0.5 * x) * (y - 0.5 * x)
        }
        let search = CompassSearch()
        let outcome = search.minimum(from: [1, 0], value)
        for axis in 0..<2 {
            for step in [-search.resolution, search.resolution] {
                var trial = outcome.point
                trial[axis] += step
                #expect(value(trial) >= outcome.value)
            }
        }
        #expect(outcome.value < 1e-5 && outcome.evaluations < 200)
    }
}
