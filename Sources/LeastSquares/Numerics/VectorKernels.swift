/// Loops over vectors that dominate a solve, written so that they use vector registers.
///
/// Swift keeps the order of floating-point additions, so a plain sum runs at the latency of one
/// addition per element; eight running sums do not.
///
///     let square = VectorKernels.dot(residuals, residuals)
package enum VectorKernels {
    typealias Lanes = SIMD8<Double>

    /// The eight numbers from an index on.
    @inline(__always)
    static func lanes(_ pointer: UnsafePointer<Double>, _ index: Int) -> Lanes {
        UnsafeRawPointer(pointer + index).loadUnaligned(as: Lanes.self)
    }

    /// Stores eight numbers from an index on.
    @inline(__always)
    static func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Double>, _ index: Int) {
        UnsafeMutableRawPointer(pointer + index).storeBytes(of: value, as: Lanes.self)
    }

    /// Σ aᵢ bᵢ.
    static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
        var sums = Lanes.zero
        var index = 0
        while index + 8 <= count {
            sums += lanes(a, index) * lanes(b, index)
            index += 8
        }
        // A sum over lanes takes as long as a short vector does.
        var total = index > 0 ? sums.sum() : 0
        while index < count {
            total += a[index] * b[index]
            index += 1
        }
        return total
    }

    /// Σ aᵢ bᵢ of two vectors of one length.
    package static func dot(
        _ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>
    ) -> Double {
        precondition(a.count == b.count, "vectors of one length")
        guard let left = a.baseAddress, let right = b.baseAddress else { return 0 }
        return dot(left, right, count: a.count)
    }

    /// Adds a multiple of one vector to another: y ← y + factor·x.
    static func add(
        _ factor: Double, _ x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>, count: Int
    ) {
        var index = 0
        while index + 8 <= count {
            store(lanes(y, index) + factor * lanes(x, index), y, index)
            index += 8
        }
        while index < count {
            y[index] += factor * x[index]
            index += 1
        }
    }

    /// base + Σ factorⱼ·columnⱼ over some columns of a matrix.
    ///
    /// - Parameters:
    ///   - base: The vector that the multiples are added to.
    ///   - matrix: Column-major.
    ///   - stride: From one column to the next.
    ///   - chosen: The columns' numbers.
    ///   - factors: One for each column chosen.
    ///   - target: Receives the sum.
    ///   - count: Rows.
    static func combine(
        _ base: UnsafePointer<Double>, columns matrix: UnsafePointer<Double>, stride: Int,
        chosen: UnsafeBufferPointer<Int>, factors: UnsafePointer<Double>,
        into target: UnsafeMutablePointer<Double>, count: Int
    ) {
        var index = 0
        while index + 8 <= count {
            var sum = lanes(base, index)
            for (position, column) in chosen.enumerated() {
                sum += factors[position] * lanes(matrix + column * stride, index)
            }
            store(sum, target, index)
            index += 8
        }
        while index < count {
            var sum = base[index]
            for (position, column) in chosen.enumerated() {
                sum += factors[position] * matrix[column * stride + index]
            }
            target[index] = sum
            index += 1
        }
    }

    /// True when no element is infinite or NaN.
    static func isFinite(_ a: UnsafePointer<Double>, count: Int) -> Bool {
        // x − x is 0 for finite x only, and anything else spoils the sum.
        var sums = Lanes.zero
        var index = 0
        while index + 8 <= count {
            let values = lanes(a, index)
            sums += values - values
            index += 8
        }
        var total = sums.sum()
        while index < count {
            total += a[index] - a[index]
            index += 1
        }
        return total == 0
    }

    /// Sums over one column of the Jacobian at a point.
    struct Moments {
        /// Σ aᵢ fᵢ for influences f.
        var slope = 0.0
        /// Σ uᵢ aᵢ² for reweighted rows u.
        var reweightedSquare = 0.0
        /// Σ wᵢ aᵢ².
        var square = 0.0
    }

    /// The three sums over a column in one pass.
    static func moments(
        _ a: UnsafePointer<Double>, influences: UnsafePointer<Double>,
        reweighted: UnsafePointer<Double>, weights: UnsafePointer<Double>, count: Int
    ) -> Moments {
        var (slopes, reweightedSquares, squares) = (Lanes.zero, Lanes.zero, Lanes.zero)
        var index = 0
        while index + 8 <= count {
            let values = lanes(a, index)
            let square = values * values
            slopes += values * lanes(influences, index)
            reweightedSquares += square * lanes(reweighted, index)
            squares += square * lanes(weights, index)
            index += 8
        }
        var moments = Moments(
            slope: slopes.sum(), reweightedSquare: reweightedSquares.sum(), square: squares.sum())
        while index < count {
            let square = a[index] * a[index]
            moments.slope += a[index] * influences[index]
            moments.reweightedSquare += square * reweighted[index]
            moments.square += square * weights[index]
            index += 1
        }
        return moments
    }
}

// MARK: Row by row: turns a law's losses into residuals and their derivatives.

extension VectorKernels {
    /// Fills bᵢ − aᵢ; the result may replace either.
    package static func subtract(
        _ a: UnsafeBufferPointer<Double>, from b: UnsafeBufferPointer<Double>,
        into difference: UnsafeMutableBufferPointer<Double>
    ) {
        precondition(a.count == b.count && difference.count == b.count, "vectors of one length")
        guard let left = a.baseAddress, let right = b.baseAddress,
            let target = difference.baseAddress
        else { return }
        var index = 0
        while index + 8 <= b.count {
            store(lanes(right, index) - lanes(left, index), target, index)
            index += 8
        }
        while index < b.count {
            target[index] = right[index] - left[index]
            index += 1
        }
    }

    /// Fills 1/aᵢ; the result may replace it.
    package static func invert(
        _ a: UnsafeBufferPointer<Double>, into inverse: UnsafeMutableBufferPointer<Double>
    ) {
        precondition(a.count == inverse.count, "vectors of one length")
        guard let source = a.baseAddress, let target = inverse.baseAddress else { return }
        var index = 0
        while index + 8 <= a.count {
            store(1 / lanes(source, index), target, index)
            index += 8
        }
        while index < a.count {
            target[index] = 1 / source[index]
            index += 1
        }
    }

    /// Multiplies a vector by another, row by row, and by a factor.
    package static func scale(
        _ vector: UnsafeMutableBufferPointer<Double>, by rows: UnsafeBufferPointer<Double>,
        times factor: Double
    ) {
        precondition(vector.count == rows.count, "vectors of one length")
        guard let target = vector.baseAddress, let source = rows.baseAddress else { return }
        var index = 0
        while index + 8 <= rows.count {
            store(lanes(target, index) * (factor * lanes(source, index)), target, index)
            index += 8
        }
        while index < rows.count {
            target[index] *= factor * source[index]
            index += 1
        }
    }
}

// MARK: Losses over all rows: plain squares and Huber's, which most fits use, without a branch.

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

    /// Lane-wise minimum; written lane by lane, it compiles to one instruction for two lanes, where
    /// the library's takes a branch for each.
    @inline(__always)
    private static func lesser(_ a: Lanes, _ b: Lanes) -> Lanes {
        Lanes(
            a[0] < b[0] ? a[0] : b[0], a[1] < b[1] ? a[1] : b[1], a[2] < b[2] ? a[2] : b[2],
            a[3] < b[3] ? a[3] : b[3], a[4] < b[4] ? a[4] : b[4], a[5] < b[5] ? a[5] : b[5],
            a[6] < b[6] ? a[6] : b[6], a[7] < b[7] ? a[7] : b[7])
    }

    /// Lane-wise maximum, likewise.
    @inline(__always)
    private static func greater(_ a: Lanes, _ b: Lanes) -> Lanes {
        Lanes(
            a[0] > b[0] ? a[0] : b[0], a[1] > b[1] ? a[1] : b[1], a[2] > b[2] ? a[2] : b[2],
            a[3] > b[3] ? a[3] : b[3], a[4] > b[4] ? a[4] : b[4], a[5] > b[5] ? a[5] : b[5],
            a[6] > b[6] ? a[6] : b[6], a[7] > b[7] ? a[7] : b[7])
    }
}
