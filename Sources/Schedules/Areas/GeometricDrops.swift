/// Drops of learning rate that form a geometric series: drop k (1, 2, …) is Re(first·ratio^(k−1)).
///
/// A straight line has ratio 1, an exponential a real ratio, a cosine a complex one of modulus 1.
struct GeometricDrops: Sendable, Equatable {
    /// The first drop, whose real part is what happens.
    let first: ComplexNumber

    /// 1 − ratio, not the ratio: near 1 only the difference still has digits.
    let ratioComplement: ComplexNumber

    /// No drop at all.
    static let flat = GeometricDrops(first: .zero, ratioComplement: .zero)

    /// Σ of the rates at the first `count` steps of a run that begins at `rate` and falls so.
    ///
    /// Σ_{j<n} η_j = n·a − Σ_{j<n} Σ_{k≤j} d_k. The double sum has terms of one sign, and the
    /// difference keeps at least the share of the mean rate in the first one.
    ///
    /// - Parameters:
    ///   - rate: the first rate, a.
    ///   - count: n.
    ///   - powers: the sums of this ratio's powers for n.
    /// - Returns: Σ_{j<n} η_j.
    func rateSum(from rate: Double, count: Int, powers: PowerSums) -> Double {
        rate * Double(count) - (first * powers.secondDifference).real
    }
}
