/// Losses over all rows: plain squares and Huber's, which most fits use, without a branch.
extension VectorKernels {
    /// Σ wᵢ aᵢ²; not finite where any aᵢ is not.
    static func squareSum(
        _ a: UnsafePointer<Double>, weights: UnsafePointer<Double>, count: Int
    ) -> Double {
        var sums = Lanes.zero
        var index = 0
        while index + 8 <= count {
            let values = lanes(a, index)
            sums += values * values * lanes(weights, index)
            index += 8
        }
        var total = sums.sum()
        while index < count {
            total += a[index] * a[index] * weights[index]
            index += 1
        }
        return total
    }

    /// Σ aᵢ²/wᵢ over the weights above 0, where a weight of 0 goes with an a of 0.
    static func squareOverWeightSum(
        _ a: UnsafePointer<Double>, weights: UnsafePointer<Double>, count: Int
    ) -> Double {
        var sums = Lanes.zero
        let one = Lanes(repeating: 1)
        var index = 0
        while index + 8 <= count {
            let values = lanes(a, index)
            let weights = lanes(weights, index)
            sums += values * values / weights.replacing(with: one, where: weights .<= 0)
            index += 8
        }
        var total = sums.sum()
        while index < count {
            total += a[index] * a[index] / (weights[index] > 0 ? weights[index] : 1)
            index += 1
        }
        return total
    }

    /// Σ wᵢ ρ(aᵢ) for Huber's ρ; not finite where any aᵢ is not, since |aᵢ| is in every term.
    static func huberSum(
        _ a: UnsafePointer<Double>, weights: UnsafePointer<Double>, delta: Double, count: Int
    ) -> Double {
        // With m = min(|a|, δ), m·(|a| − ½m) is ½a² inside and δ(|a| − ½δ) outside: no branch.
        var sums = Lanes.zero
        let limit = Lanes(repeating: delta)
        var index = 0
        while index + 8 <= count {
            let values = lanes(a, index)
            let sizes = greater(values, -values)
            let inner = lesser(sizes, limit)
            sums += lanes(weights, index) * inner * (sizes - 0.5 * inner)
            index += 8
        }
        var total = sums.sum()
        while index < count {
            let size = abs(a[index])
            let inner = min(size, delta)
            total += weights[index] * inner * (size - 0.5 * inner)
            index += 1
        }
        return total
    }

    /// Fills wᵢ ψ(aᵢ) for Huber's ψ.
    static func huberInfluences(
        _ a: UnsafePointer<Double>, weights: UnsafePointer<Double>, delta: Double, count: Int,
        into influences: UnsafeMutablePointer<Double>
    ) {
        let limit = Lanes(repeating: delta)
        var index = 0
        while index + 8 <= count {
            let clamped = greater(-limit, lesser(lanes(a, index), limit))
            store(lanes(weights, index) * clamped, influences, index)
            index += 8
        }
        while index < count {
            influences[index] = weights[index] * max(-delta, min(delta, a[index]))
            index += 1
        }
    }

    /// Σ wᵢ ψ(aᵢ + share·dᵢ)·dᵢ for Huber's ψ and d = b − a.
    static func huberSlope(
        from a: UnsafePointer<Double>, to b: UnsafePointer<Double>, share: Double,
        weights: UnsafePointer<Double>, delta: Double, count: Int
    ) -> Double {
        var sums = Lanes.zero
        let limit = Lanes(repeating: delta)
        var index = 0
        while index + 8 <= count {
            let place = lanes(a, index)
            let change = lanes(b, index) - place
            let clamped = greater(-limit, lesser(place + share * change, limit))
            sums += lanes(weights, index) * clamped * change
            index += 8
        }
        var total = sums.sum()
        while index < count {
            let change = b[index] - a[index]
            let clamped = max(-delta, min(delta, a[index] + share * change))
            total += weights[index] * clamped * change
            index += 1
        }
        return total
    }

    /// Fills wᵢ ψ(aᵢ)/aᵢ for Huber's ψ, 1 at 0.
    static func huberWeights(
        _ a: UnsafePointer<Double>, weights: UnsafePointer<Double>, delta: Double, count: Int,
        into reweighted: UnsafeMutablePointer<Double>
    ) {
        let limit = Lanes(repeating: delta)
        var index = 0
        while index + 8 <= count {
            let values = lanes(a, index)
            let outer = greater(limit, greater(values, -values))
            store(lanes(weights, index) * (limit / outer), reweighted, index)
            index += 8
        }
        while index < count {
            reweighted[index] = weights[index] * (delta / max(delta, abs(a[index])))
            index += 1
        }
    }

    /// Fills rᵢ where Huber's ρ is a parabola at aᵢ, else 0.
    static func huberRoots(
        _ a: UnsafePointer<Double>, roots: UnsafePointer<Double>, delta: Double, count: Int,
        into kept: UnsafeMutablePointer<Double>
    ) {
        for index in 0..<count {
            let root = roots[index]
            kept[index] = abs(a[index]) <= delta ? root : 0
        }
    }

    /// The lesser of each pair; written lane by lane, it compiles to one instruction for two, where
    /// the library's takes a branch for each.
    @inline(__always)
    private static func lesser(_ a: Lanes, _ b: Lanes) -> Lanes {
        Lanes(
            a[0] < b[0] ? a[0] : b[0], a[1] < b[1] ? a[1] : b[1], a[2] < b[2] ? a[2] : b[2],
            a[3] < b[3] ? a[3] : b[3], a[4] < b[4] ? a[4] : b[4], a[5] < b[5] ? a[5] : b[5],
            a[6] < b[6] ? a[6] : b[6], a[7] < b[7] ? a[7] : b[7])
    }

    /// The greater of each pair, likewise.
    @inline(__always)
    private static func greater(_ a: Lanes, _ b: Lanes) -> Lanes {
        Lanes(
            a[0] > b[0] ? a[0] : b[0], a[1] > b[1] ? a[1] : b[1], a[2] > b[2] ? a[2] : b[2],
            a[3] > b[3] ? a[3] : b[3], a[4] > b[4] ? a[4] : b[4], a[5] > b[5] ? a[5] : b[5],
            a[6] > b[6] ? a[6] : b[6], a[7] > b[7] ? a[7] : b[7])
    }
}
