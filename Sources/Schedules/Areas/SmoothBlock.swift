import Foundation

/// Some steps at once, for shapes without a closed form where they are smooth.
///
/// On a block far from a shape's singular point its drops are a polynomial of degree 7 to the last
/// digit, given by their values at eight steps of the block (next to the Chebyshev points, so that
/// errors are not amplified: the Lebesgue constant is below 3). Every sum over the block is then
/// eight products. For x^p on n steps at a distance of c ≥ 64·n from 0, the error is at most
/// |p·(p−1)…(p−7)|/8!·(n/(2c))^8/60 of the drop: below 1e-17 for |p| ≤ 2.
struct SmoothBlock {
    /// A power of at most 1 in size is smooth on as many steps as this part of the distance to its
    /// singular point.
    static let distance = 64

    /// Fewer steps are taken one by one.
    static let fewestSteps = 16

    private static let mostSteps = 1_024

    /// Two lengths for each power of 2, so that few weights serve all blocks.
    private static let all: [SmoothBlock] = (0...12).map { index in
        SmoothBlock(steps: (index.isMultiple(of: 2) ? 16 : 24) << (index / 2), index: index)
    }

    let steps: Int

    /// Its place among all blocks.
    let index: Int

    /// The steps of the block, counted from 1, at which it is sampled.
    private let nodes: SIMD8<Int>

    /// The weight of each sample in the interpolated value at step k (element k − 1).
    let basis: [SIMD8<Double>]

    /// The weight of each sample in the plain sum over the block.
    let sumWeights: SIMD8<Double>

    private init(steps: Int, index: Int) {
        self.steps = steps
        self.index = index
        var nodes = SIMD8<Int>.zero
        for own in nodes.indices {
            let place = 1 - cos(Double.pi * Double(own) / 7)
            nodes[own] = 1 + Int((0.5 * Double(steps - 1) * place).rounded())
        }
        self.nodes = nodes
        basis = (1...steps).map { step in
            var weights = SIMD8<Double>(repeating: 1)
            for own in nodes.indices {
                for other in nodes.indices where other != own {
                    weights[own] *= Double(step - nodes[other]) / Double(nodes[own] - nodes[other])
                }
            }
            return weights
        }
        sumWeights = basis.reduce(.zero, +)
    }

    /// The longest block of at most so many steps; nil for fewer than `fewestSteps`.
    @inline(__always)
    static func longest(atMost steps: Int) -> SmoothBlock? {
        guard steps >= fewestSteps else { return nil }
        let room = min(steps, mostSteps)
        let octave = Int.bitWidth - 5 - room.leadingZeroBitCount
        return all[2 * octave + (room >> (octave + 3) & 1)]
    }

    /// Values at the eight steps sampled, counted from the step before the block.
    @inline(__always)
    func samples(_ value: (Int) -> Double) -> SIMD8<Double> {
        SIMD8(
            value(nodes[0]), value(nodes[1]), value(nodes[2]), value(nodes[3]), value(nodes[4]),
            value(nodes[5]), value(nodes[6]), value(nodes[7]))
    }
}

/// The decay λ with the weights of smooth blocks under it, made when first needed.
struct AnnealingKernel {
    let decay: Double
    private var weights: [Int: Weights] = [:]

    init(decay: Double) {
        self.decay = decay
    }

    /// Carries the sums over a smooth block whose drops were sampled.
    mutating func carry(
        _ sums: inout AnnealingSums, over block: SmoothBlock, samples: SIMD8<Double>
    ) {
        let weights = self.weights[block.index] ?? Weights(block, decay: decay)
        self.weights[block.index] = weights
        var map = weights.map
        map.rest.momentum = (weights.momentum * samples).sum()
        map.rest.momentumDerivative = (weights.momentumDerivative * samples).sum()
        map.rest.area = (weights.area * samples).sum()
        map.rest.areaDerivative = (weights.areaDerivative * samples).sum()
        sums = map.after(sums)
    }

    /// Weights of the samples in each of the sums, from rest.
    private struct Weights {
        let map: AffineMap
        var momentum = SIMD8<Double>.zero
        var momentumDerivative = SIMD8<Double>.zero
        var area = SIMD8<Double>.zero
        var areaDerivative = SIMD8<Double>.zero

        init(_ block: SmoothBlock, decay: Double) {
            map = DecayedPowerSums(
                ratioComplement: .zero, decay: decay, steps: block.steps
            ).map(first: .zero, decay: decay)
            // A unit drop at step k has gone through n − k further steps by the block's end.
            var unit = AnnealingSums()
            unit.jump(by: 1)
            for weights in block.basis.reversed() {
                momentum += weights * unit.momentum
                momentumDerivative += weights * unit.momentumDerivative
                area += weights * unit.area
                areaDerivative += weights * unit.areaDerivative
                unit.step(drop: 0, decay: decay)
            }
        }
    }
}
