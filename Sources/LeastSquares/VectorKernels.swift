/// The few loops that dominate a solve, written so that they use vector registers.
///
/// Swift keeps the order of floating-point additions, so a plain sum runs at the latency of one
/// addition per element; eight running sums do not.
enum VectorKernels {
    private typealias Lanes = SIMD8<Double>

    private static func lanes(_ pointer: UnsafePointer<Double>, _ index: Int) -> Lanes {
        UnsafeRawPointer(pointer + index).loadUnaligned(as: Lanes.self)
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

    /// Σ wᵢ aᵢ².
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

    /// Adds a multiple of one vector to another: y ← y + factor·x.
    static func add(
        _ factor: Double, _ x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>, count: Int
    ) {
        for index in 0..<count {
            y[index] += factor * x[index]
        }
    }
}
