/// Drops of a schedule in order, single ones or weighted places that stand for many.
///
/// A drop δ at step k enters D(t) as δ·(1 − E^β·(P(t) − P(k − 1) + E)^−β) with E = η_k^γ/C and P
/// the forward area, so that size, log η_k and P(k − 1) are all that need be kept. They are kept
/// four by four for vector arithmetic, the last four filled up with drops of size 0.
struct DropList: Sendable {
    private(set) var count = 0
    /// Drop times weight.
    private(set) var sizes: [SIMD4<Double>] = []
    private(set) var logRates: [SIMD4<Double>] = []
    /// P(k − 1).
    private(set) var areasBefore: [SIMD4<Double>] = []
    /// How many of the drops each point has behind it.
    private(set) var counts: [Int]

    /// - Parameter passedPoints: Points before the first drop of the list.
    init(passedPoints: Int) {
        counts = Array(repeating: 0, count: passedPoints)
    }

    mutating func append(size: Double, logRate: Double, areaBefore: Double) {
        let lane = count % 4
        if lane == 0 {
            sizes.append(.zero)
            logRates.append(SIMD4(repeating: logRate))
            areasBefore.append(SIMD4(repeating: areaBefore))
        }
        let last = sizes.count - 1
        sizes[last][lane] = size
        logRates[last][lane] = logRate
        areasBefore[last][lane] = areaBefore
        count += 1
    }

    /// Notes that the next point sees just the drops so far.
    mutating func passPoint() {
        counts.append(count)
    }
}
