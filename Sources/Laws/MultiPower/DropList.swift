import Foundation

/// Drops of a schedule in order, single ones or weighted places that stand for many.
///
/// A drop δ at step k enters D(t) as δ·(1 − E^β·(P(t) − P(k − 1) + E)^−β) with E = η_k^γ/C and P
/// the forward area, so that size, log η_k and P(k − 1) are all that need be kept. They are kept
/// four by four for vector arithmetic, the last four filled up with drops of size 0.
struct DropList: Sendable {
    private(set) var count = 0
    /// Drop times weight.
    private(set) var sizes: [SIMD4<Double>] = []
    private(set) var rates: [SIMD4<Double>] = []
    /// P(k − 1), from where the list begins.
    private(set) var areasBefore: [SIMD4<Double>] = []

    /// Adds a drop, unless it is none or onto rate 0, for which the law has a rule of its own.
    mutating func append(size: Double, rate: Double, areaBefore: Double) {
        guard size != 0, rate > 0 else { return }
        let lane = count % 4
        if lane == 0 {
            sizes.append(.zero)
            rates.append(SIMD4(repeating: rate))
            areasBefore.append(SIMD4(repeating: areaBefore))
        }
        let last = sizes.count - 1
        sizes[last][lane] = size
        rates[last][lane] = rate
        areasBefore[last][lane] = areaBefore
        count += 1
    }

    /// Has the next drop begin a four.
    mutating func beginFour() {
        count = 4 * sizes.count
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
