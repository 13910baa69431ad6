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

/// The seeded generator behind designs and resamples: the same seed gives the same answer.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in 0..<1, from the top 53 bits.
    package mutating func nextUnit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}
