/// Sixty-four steps at once, for shapes without a closed form where they are smooth.
///
/// On a block far from a shape's singular point its drops are a polynomial of degree 7 to the last
/// digit, given by their values at eight steps of the block (next to the Chebyshev points, so that
/// errors are not amplified: the Lebesgue constant is below 3). Every sum over the block is then
/// eight products. For x^p, at a distance of c steps from 0, the error is at most
/// |p·(p−1)…(p−7)|/8!·(32/c)^8/128 of the drop: below 1e-17 for c ≥ 4096 and |p| ≤ 2.
enum SmoothBlock {
    static let steps = 64

    /// Distance in steps from a singular point at which a power of at most 1 in size is smooth.
    static let distance = 4_096

    /// The steps of a block, 1 … 64, at which it is sampled.
    private static let nodes: [Double] = [1, 6, 15, 26, 39, 50, 59, 64]

    /// The weight of each sample in the interpolated value at step k (element k − 1).
    static let basis: [SIMD8<Double>] = (1...steps).map { step in
        var weights = SIMD8<Double>(repeating: 1)
        for (own, node) in nodes.enumerated() {
            for (index, other) in nodes.enumerated() where index != own {
                weights[own] *= (Double(step) - other) / (node - other)
            }
        }
        return weights
    }

    /// The weight of each sample in the plain sum over the block.
    static let sumWeights: SIMD8<Double> = basis.reduce(.zero, +)

    /// Values at the eight steps sampled, counted from the step before the block.
    @inline(__always)
    static func samples(_ value: (Int) -> Double) -> SIMD8<Double> {
        SIMD8(
            value(1), value(6), value(15), value(26), value(39), value(50), value(59), value(64))
    }
}

/// The decay λ with what it does to a smooth block, made when first needed.
struct AnnealingKernel {
    let decay: Double
    private var block: Block?

    init(decay: Double) {
        self.decay = decay
    }

    /// Carries the sums over a smooth block whose drops were sampled.
    mutating func carry(_ sums: inout AnnealingSums, samples: SIMD8<Double>) {
        let block = self.block ?? Block(decay: decay)
        self.block = block
        var local = block.powers.carry(sums.withoutAreas, first: .zero, decay: decay)
        local.momentum += (block.momentum * samples).sum()
        local.momentumDerivative += (block.momentumDerivative * samples).sum()
        local.area += (block.area * samples).sum()
        local.areaDerivative += (block.areaDerivative * samples).sum()
        sums.append(local)
    }

    /// Weights of the samples in each of the sums, from rest.
    private struct Block {
        let powers: DecayedPowerSums
        var momentum = SIMD8<Double>.zero
        var momentumDerivative = SIMD8<Double>.zero
        var area = SIMD8<Double>.zero
        var areaDerivative = SIMD8<Double>.zero

        init(decay: Double) {
            powers = DecayedPowerSums(
                ratioComplement: .zero, decay: decay, steps: SmoothBlock.steps)
            // A unit drop at step k has gone through 64 − k further steps by the block's end.
            var unit = AnnealingSums()
            unit.jump(by: 1)
            for weights in SmoothBlock.basis.reversed() {
                momentum += weights * unit.momentum
                momentumDerivative += weights * unit.momentumDerivative
                area += weights * unit.area
                areaDerivative += weights * unit.areaDerivative
                unit.step(drop: 0, decay: decay)
            }
        }
    }
}
