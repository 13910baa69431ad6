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

    /// Σ wᵢ ρ(aᵢ) for Huber's ρ.
    static func huberSum(
        _ a: UnsafePointer<Double>, weights: UnsafePointer<Double>, delta: Double, count: Int
    ) -> Double {
        // With m = min(|a|, δ), m·(|a| − ½m) is ½a² inside and δ(|a| − ½δ) outside: no branch.
        var sums = Lanes.zero
        let limit = Lanes(repeating: delta)
        var index = 0
        while index + 8 <= count {
            let values = lanes(a, index)
            let sizes = values.replacing(with: -values, where: values .< 0)
            let inner = sizes.replacing(with: limit, where: sizes .> limit)
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
}
