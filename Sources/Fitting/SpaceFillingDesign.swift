import Foundation
import LeastSquares

/// Points that fill a unit cube evenly, from a seed.
///
/// The additive recurrence x_i = frac(x_0 + i·a) with a_j = g^−j, g the positive root of
/// g^{d+1} = g + 1, has low discrepancy for any number of points, so a design can be cut short or
/// extended without leaving a hole. The seed moves x_0.
///
/// Source: Roberts 2018, "The unreasonable effectiveness of quasirandom sequences" (the case d = 1
/// is the golden-ratio sequence).
struct SpaceFillingDesign {
    private let increments: [Double]
    private let origin: [Double]

    init(dimensions: Int, seed: UInt64) {
        let root = Self.root(degree: dimensions + 1)
        var increments: [Double] = []
        var power = 1.0
        for _ in 0..<dimensions {
            power /= root
            increments.append(power)
        }
        self.increments = increments
        var generator = SplitMix64(seed: seed)
        origin = increments.map { _ in seed == 0 ? 0.5 : generator.nextUnit() }
    }

    /// The point of an index, each entry in 0..<1.
    func point(_ index: Int) -> [Double] {
        zip(origin, increments).map { start, increment in
            let position = start + Double(index) * increment
            return position - position.rounded(.down)
        }
    }

    /// The root of g^degree = g + 1 between 1 and 2.
    private static func root(degree: Int) -> Double {
        RootBracket.root(between: 1, and: 2, from: 2) { estimate in
            let power = pow(estimate, Double(degree - 1))
            return (power * estimate - estimate - 1, Double(degree) * power - 1)
        }
    }
}
