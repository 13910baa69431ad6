/// The few loops that dominate a solve, written so that they use vector registers.
///
/// Swift keeps the order of floating-point additions, so a plain sum runs at the latency of one
/// addition per element; eight running sums do not.
package enum VectorKernels {
    typealias Lanes = SIMD8<Double>

    /// Eight numbers from an index on.
    @inline(__always)
    static func lanes(_ pointer: UnsafePointer<Double>, _ index: Int) -> Lanes {
        UnsafeRawPointer(pointer + index).loadUnaligned(as: Lanes.self)
    }

    /// Puts eight numbers from an index on.
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
        var total = sums.sum()
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
    ///   - base: What the multiples are added to.
    ///   - matrix: Column-major.
    ///   - stride: From one column to the next.
    ///   - chosen: Which columns.
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

    /// Copies one vector onto another.
    static func copy(
        _ x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>, count: Int
    ) {
        y.update(from: x, count: count)
    }

    /// Whether no element is infinite or NaN.
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

    /// What a column of the Jacobian contributes at a point.
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
