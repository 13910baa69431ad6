import Foundation

/// The drops of a list under one shape, and their sum drop by drop.
struct DropKernel {
    private var shape = DropShape(rate: 1, exponent: 1, rateExponent: 0)
    private var logRateOfShape = 0.0
    let logRates: [SIMD4<Double>]
    /// Q = size·E^β.
    private(set) var sizes: [SIMD4<Double>]
    /// E = η^γ/C.
    private(set) var scales: [SIMD4<Double>]

    init(_ list: DropList) {
        logRates = list.logRates()
        sizes = list.sizes
        scales = list.sizes
    }

    /// Sets the shape.
    mutating func prepare(_ shape: DropShape, _ list: DropList) {
        self.shape = shape
        logRateOfShape = log(shape.rate)
        let (logC, beta, gamma) = (logRateOfShape, shape.exponent, shape.rateExponent)
        sizes.withUnsafeMutableBufferPointer { sizes in
            scales.withUnsafeMutableBufferPointer { scales in
                for index in sizes.indices {
                    let logScale = logRates[index] * gamma - logC
                    scales[index] = VectorMath.exp(logScale)
                    sizes[index] = list.sizes[index] * VectorMath.exp(logScale * beta)
                }
            }
        }
    }

    /// What holds the q = P(k − 1) − E of some fours of drops.
    func node(over range: Range<Int>, of list: DropList) -> DropNode {
        var lowest = SIMD4(repeating: Double.infinity)
        var highest = -lowest
        var least = lowest
        for index in range {
            let q = list.areasBefore[index] - scales[index]
            lowest.replace(with: q, where: q .< lowest)
            highest.replace(with: q, where: q .> highest)
            least.replace(with: scales[index], where: scales[index] .< least)
        }
        return DropNode(lowest: lowest.min(), highest: highest.max(), scale: least.min())
    }

    /// The four sums of `DropTree` over a range of single drops that begins at a four.
    func sum(_ range: Range<Int>, at area: Double, of list: DropList) -> SIMD4<Double> {
        var total = Lanes()
        let (first, last) = (range.lowerBound / 4, range.upperBound / 4)
        for index in first..<max(first, last) { total.add(index, at: area, self, list) }
        let left = range.upperBound % 4
        if left > 0, !range.isEmpty {
            // Drops after the point lie beyond its area; their distance may be 0 or less.
            let isBefore = SIMD4<Double>(0, 1, 2, 3) .< Double(left)
            total.add(last, at: area, self, list, where: isBefore)
        }
        return SIMD4(
            total.terms.sum(), total.logTerms.sum(), total.rests.sum(), total.rateRests.sum())
    }

    private struct Lanes {
        var terms = SIMD4<Double>.zero
        var logTerms = SIMD4<Double>.zero
        var rests = SIMD4<Double>.zero
        var rateRests = SIMD4<Double>.zero

        @inline(__always)
        mutating func add(
            _ index: Int, at area: Double, _ kernel: DropKernel, _ list: DropList,
            where isBefore: SIMDMask<SIMD4<Int64>>? = nil
        ) {
            let scale = kernel.scales[index]
            var distance = (area - list.areasBefore[index]) + scale
            var size = list.sizes[index]
            if let isBefore {
                distance.replace(with: 1, where: .!isBefore)
                size.replace(with: 0, where: .!isBefore)
            }
            let logDistance = VectorMath.log(distance)
            let rate = kernel.logRates[index]
            let logScale = rate * kernel.shape.rateExponent - kernel.logRateOfShape
            // (E/v)^β is at most 1, where E^β alone can leave the range of a double.
            let term = size * VectorMath.exp((logScale - logDistance) * kernel.shape.exponent)
            let rest = term - term * scale / distance
            terms += term
            logTerms += term * (logScale - logDistance)
            rests += rest
            rateRests += rest * rate
        }
    }
}
