import Foundation

/// The gain of one rate drop by the multi-power law: G(x) = 1 − (C·x + 1)^−β at x = η^−γ·S.
struct RateDropShape: Sendable, Equatable {
    /// C, above 0.
    var rate: Double
    /// β, above 0.
    var exponent: Double
    /// γ, at least 0.
    var rateExponent: Double
}

/// The size of a change of the rate from η to η′: η^p − η′^p.
struct DropMeasure: Sendable, Equatable {
    /// p: 1 measures drops as they are.
    var power = 1.0

    /// A drop as it is measured, below 0 for a rise.
    ///
    /// - Parameters:
    ///   - drop: η − η′.
    ///   - rate: η′, at least 0.
    /// - Returns: η^p − η′^p.
    func size(of drop: Double, onto rate: Double) -> Double {
        guard power != 1 else { return drop }
        guard rate > 0 else { return pow(drop, power) }
        // A cosine's drops are a millionth of the rate: the difference of two powers would lose them.
        return pow(rate, power) * expm1(power * log1p(drop / rate))
    }
}

/// Drops of a schedule in order, single ones or weighted places that stand for many.
///
/// A drop δ at step k enters D(t) as δ·(1 − E^β·(P(t) − P(k − 1) + E)^−β) with E = η_k^γ/C and P
/// the forward area, so that size, log η_k and P(k − 1) are all that need be kept. They are kept
/// four by four for vector arithmetic, the last four filled up with drops of size 0.
struct RateDropList: Sendable {
    let measure: DropMeasure
    private(set) var count = 0
    /// Measure of the drop times weight.
    private(set) var sizes: [SIMD4<Double>] = []
    private(set) var rates: [SIMD4<Double>] = []
    /// P(k − 1), from where the list begins.
    private(set) var areasBefore: [SIMD4<Double>] = []

    init(_ measure: DropMeasure) {
        self.measure = measure
    }

    /// Adds a drop, unless it is none or onto rate 0, for which the law has a rule of its own.
    ///
    /// - Parameters:
    ///   - drop: The rate before less the rate after.
    ///   - weight: The count of such drops that it stands for.
    ///   - rate: The rate after.
    ///   - areaBefore: P(k − 1).
    mutating func append(drop: Double, weight: Double = 1, rate: Double, areaBefore: Double) {
        guard drop != 0, rate > 0 else { return }
        let lane = count % 4
        if lane == 0 {
            sizes.append(.zero)
            rates.append(SIMD4(repeating: rate))
            areasBefore.append(SIMD4(repeating: areaBefore))
        }
        let last = sizes.count - 1
        sizes[last][lane] = weight * measure.size(of: drop, onto: rate)
        rates[last][lane] = rate
        areasBefore[last][lane] = areaBefore
        count += 1
    }

    /// The logarithm of every rate.
    func logRates() -> [SIMD4<Double>] {
        rates.map { rates in
            // Below the normal numbers the vectors' logarithm does not reach.
            rates.min() >= Double.leastNormalMagnitude
                ? VectorMath.log(rates)
                : SIMD4(log(rates.x), log(rates.y), log(rates.z), log(rates.w))
        }
    }
}

/// The drops of a list under one shape, and their sum drop by drop.
struct RateDropKernel {
    private var shape = RateDropShape(rate: 1, exponent: 1, rateExponent: 0)
    private var logRateOfShape = 0.0
    let logRates: [SIMD4<Double>]
    /// Q = size·E^β.
    private(set) var sizes: [SIMD4<Double>]
    /// E = η^γ/C.
    private(set) var scales: [SIMD4<Double>]

    init(_ list: RateDropList) {
        logRates = list.logRates()
        sizes = list.sizes
        scales = list.sizes
    }

    /// Sets the shape.
    mutating func prepare(_ shape: RateDropShape, _ list: RateDropList) {
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

    /// The interval of the q = P(k − 1) − E of some fours of drops.
    func node(over range: Range<Int>, of list: RateDropList) -> TreecodeNode {
        var lowest = SIMD4(repeating: Double.infinity)
        var highest = -lowest
        var least = lowest
        for index in range {
            let q = list.areasBefore[index] - scales[index]
            lowest.replace(with: q, where: q .< lowest)
            highest.replace(with: q, where: q .> highest)
            least.replace(with: scales[index], where: scales[index] .< least)
        }
        return TreecodeNode(lowest: lowest.min(), highest: highest.max(), scale: least.min())
    }

    /// The four sums of `Treecode` over a range of single drops that begins at a four.
    func sum(_ range: Range<Int>, at area: Double, of list: RateDropList) -> SIMD4<Double> {
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
            _ index: Int, at area: Double, _ kernel: RateDropKernel, _ list: RateDropList,
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
