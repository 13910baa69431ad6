import Foundation
package import Records

extension MultiPowerLaw: RateSensitiveLaw {
    /// The sum over drops and its slopes, in one pass forwards and one backwards.
    ///
    /// With d_k the drop onto plateau k, n_k its steps, R_k = Σ_{q≥k} n_q·η_q and x_k = η_k^−γ·R_k:
    ///
    ///     D = Σ_k d_k·G(x_k)
    ///     ∂D/∂η_p = G(x_{p+1}) − G(x_p) − γ·d_p·G'(x_p)·η_p^{−γ−1}·R_p + n_p·Σ_{k≤p} d_k·G'(x_k)·η_k^−γ
    ///
    /// where G(x) = 1 − (C·x + 1)^−β, and G of what would come after the end is 0. A fading gain is
    /// D·S1^−ζ, so that every slope has n_p·∂S1^−ζ/∂S1·D beside it; the warm-up's slopes by S1 count by
    /// its share.
    package func finalLoss(
        of schedule: RatePlateaus, parameters: [Double], features: [Feature: Double],
        slopes: UnsafeMutableBufferPointer<Double>?
    ) -> Double {
        let drops = FinalDrops(
            schedule, from: countsWarmupDrops ? 1 : schedule.warmupCount + 1,
            shape: RateDropShape(
                rate: parameters[4], exponent: parameters[5], rateExponent: parameters[6]))
        let share = warmupShareIndex.map { parameters[$0] } ?? 1
        let afterWarmup = drops.remainingAreas[schedule.warmupCount]
        let forwardArea = afterWarmup + share * (drops.remainingAreas[0] - afterWarmup)
        let logArea = log(forwardArea)
        let areaTerm = parameters[1] * exp(-parameters[2] * logArea)
        let fading = fadingIndex.map { parameters[$0] } ?? 0
        let coefficient = parameters[3] * (forwardArea > 0 ? exp(-fading * logArea) : 1)
        let gain = coefficient * drops.sum
        if let slopes {
            let areaSlope = (fading * gain - parameters[2] * areaTerm) / forwardArea
            var pull = 0.0
            for index in schedule.rates.indices {
                pull += drops.pulls[index]
                let count = Double(schedule.counts[index])
                slopes[index] =
                    areaSlope * count * (index < schedule.warmupCount ? share : 1) - coefficient
                    * (drops.gains[index + 1] - drops.gains[index] - drops.rateSlopes[index]
                        + count * pull)
            }
        }
        return parameters[0] + areaTerm - gain
    }
}

/// What the drops of a schedule have brought by its end, drop by drop.
///
/// Lists are in fours, since two powers for each drop are nearly all of the work; what is beyond the
/// last plateau is no drop and adds nothing.
private struct FinalDrops {
    /// R of each plateau; 0 after the end.
    private(set) var remainingAreas: [Double]
    /// G(x) of each plateau that a counted drop leads to; 0 before those and after the end.
    private(set) var gains: [Double]
    /// d·G'(x)·η^−γ.
    private(set) var pulls: [Double]
    /// γ·d·G'(x)·η^(−γ−1)·R.
    private(set) var rateSlopes: [Double]
    /// Σ d·G(x).
    private(set) var sum = 0.0

    /// - Parameters:
    ///   - schedule: The rates.
    ///   - firstDrop: The first plateau onto which a change of rate counts, at least 1.
    ///   - shape: The parameters of G.
    init(_ schedule: RatePlateaus, from firstDrop: Int, shape: RateDropShape) {
        let count = schedule.rates.count
        let room = (count + 4) / 4 * 4
        let rates =
            schedule.rates + Array(repeating: schedule.rates[count - 1], count: room - count)
        remainingAreas = Array(repeating: 0, count: room)
        var drops = remainingAreas
        gains = remainingAreas
        pulls = remainingAreas
        rateSlopes = remainingAreas
        var area = 0.0
        for index in schedule.rates.indices.reversed() {
            area += rates[index] * Double(schedule.counts[index])
            remainingAreas[index] = area
            if index >= firstDrop { drops[index] = rates[index - 1] - rates[index] }
        }
        for first in stride(from: 0, to: room, by: 4) {
            let four = DropFour(
                rates: Self.lanes(rates, first), drops: Self.lanes(drops, first),
                areas: Self.lanes(remainingAreas, first), shape)
            sum += four.sum
            Self.store(four.gains, in: &gains, first)
            Self.store(four.pulls, in: &pulls, first)
            Self.store(four.rateSlopes, in: &rateSlopes, first)
        }
        for index in 0..<min(firstDrop, count) { gains[index] = 0 }
        gains[count] = 0
    }

    @inline(__always)
    private static func lanes(_ values: [Double], _ first: Int) -> SIMD4<Double> {
        values.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8 * first, as: SIMD4.self) }
    }

    @inline(__always)
    private static func store(_ four: SIMD4<Double>, in values: inout [Double], _ first: Int) {
        values.withUnsafeMutableBytes {
            $0.storeBytes(of: four, toByteOffset: 8 * first, as: SIMD4<Double>.self)
        }
    }
}

/// Four drops at once.
private struct DropFour {
    let sum: Double
    let gains: SIMD4<Double>
    let pulls: SIMD4<Double>
    let rateSlopes: SIMD4<Double>

    @inline(__always)
    init(
        rates given: SIMD4<Double>, drops: SIMD4<Double>, areas: SIMD4<Double>,
        _ shape: RateDropShape
    ) {
        let (none, one) = (SIMD4<Double>.zero, SIMD4<Double>(repeating: 1))
        // The law's own rule for a rate of 0: all of the gain, if anything is learned after.
        let isDead = given .<= 0
        let rates = given.replacing(with: one, where: isDead)
        let powers = VectorMath.exp(-shape.rateExponent * VectorMath.log(rates))
        let grown = one + shape.rate * powers * areas
        let rest = VectorMath.exp(-shape.exponent * VectorMath.log(grown))
        let dead = one.replacing(with: none, where: areas .<= 0)
        gains = (one - rest).replacing(with: dead, where: isDead)
        let factor = SIMD4(repeating: shape.exponent * shape.rate)
        pulls = (drops * factor * rest / grown * powers).replacing(with: none, where: isDead)
        rateSlopes = shape.rateExponent * pulls * areas / rates
        sum = (drops * gains).sum()
    }
}
