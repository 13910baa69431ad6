import Schedules

/// The last-iterate bound of stochastic gradient descent on convex functions, under a schedule.
///
///     Ω(γ) = T1/γ + γ·(T2 + T3)          γ* = √(T1/(T2 + T3))          Ω* = 2·√(T1·(T2 + T3))
///
///     T1 = D²/(2·Σ η),  T2 = Σ η²·G²/(2·Σ η),
///     T3 = ½·Σ_{k<T} η_k/(Σ_{t>k} η_t) · (Σ_{t≥k} η_t²·G²)/(Σ_{t≥k} η_t)
///
/// η is the schedule at a peak rate of 1, γ the peak, D the distance to the optimum and G the size of
/// the gradients, both 1 here: they move γ* of every schedule by the same factor, so that ratios of γ*
/// carry a tuned rate from one schedule to another. Ω compares schedules in shape, not in nats.
///
///     let bound = ConvexBound(try LearningRateSchedule(parsing: "step@1,linear:100@0"))
///     bound?.bestRate      // 0.0973 for D = G = 1
///
/// Source: Schaipp et al. 2025, arXiv 2501.18965; Defazio et al. 2023, arXiv 2310.07831, theorem 10.
struct ConvexBound: Equatable {
    let distanceTerm: Double
    let noiseTerm: Double
    let lastIterateTerm: Double

    /// Reads every rate of a schedule once, from its end.
    ///
    /// Steps of a rate of 0 at the end learn nothing and are left out; one before the end adds nothing
    /// to any sum.
    ///
    /// - Parameter schedule: The schedule, whatever its peak; where every rate is 0 there is no bound.
    init?(_ schedule: LearningRateSchedule) {
        let peak = schedule.peakLearningRate
        guard peak > 0 else { return nil }
        var (sum, squares, last) = (0.0, 0.0, 0.0)
        for step in (0..<schedule.totalSteps).reversed() {
            let rate = schedule.learningRate(at: step) / peak
            guard rate > 0 else { continue }
            let after = sum
            sum += rate
            squares += rate * rate
            // What comes before is judged by what is still learned after it.
            if after > 0 { last += 0.5 * rate / after * squares / sum }
        }
        guard sum > 0 else { return nil }
        distanceTerm = 1 / (2 * sum)
        noiseTerm = squares / (2 * sum)
        lastIterateTerm = last
    }

    /// γ*, the peak rate at which the bound is lowest, for D = G = 1.
    var bestRate: Double { (distanceTerm / (noiseTerm + lastIterateTerm)).squareRoot() }

    /// Ω*, the bound there.
    var lowest: Double { 2 * (distanceTerm * (noiseTerm + lastIterateTerm)).squareRoot() }

    /// The bound at a multiple of the best rate, as a multiple of the lowest: (x + 1/x)/2.
    static func excess(_ multiple: Double) -> Double { 0.5 * (multiple + 1 / multiple) }
}
