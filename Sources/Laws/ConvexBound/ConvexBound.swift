import Foundation
package import Schedules

/// The last-iterate bound of stochastic gradient descent on convex functions, under a schedule.
///
///     Ω(γ) = T1/γ + γ·(T2 + T3)          γ* = √(T1/(T2 + T3))          Ω* = 2·√(T1·(T2 + T3))
///
///     T1 = D²/(2·Σ η),  T2 = Σ η²·G²/(2·Σ η),
///     T3 = ½·Σ_{k<T} η_k/(Σ_{t>k} η_t) · (Σ_{t≥k} η_t²·G²)/(Σ_{t≥k} η_t)
///
/// η is the schedule at a peak rate of 1, γ the peak, D the distance to the optimum and G the size of
/// the gradients. Both are 1 unless given: they move γ* of every schedule by the same factor, so that
/// ratios of γ* carry a tuned rate from one schedule to another, and Ω compares shapes. With the values
/// that a fit of `convex-bound` has found, whose gradients shrink, Ω is in nats.
///
///     let bound = ConvexBound(try LearningRateSchedule(parsing: "step@1,linear:100@0"))
///     bound?.bestRate      // 0.0973 for D = G = 1
///
/// Source: Schaipp et al. 2025, arXiv 2501.18965; Defazio et al. 2023, arXiv 2310.07831, theorem 10.
package struct ConvexBound: Equatable, Sendable {
    /// T1.
    package let distanceTerm: Double
    /// T2 + T3.
    package let gradientTerm: Double

    /// Reads a schedule from its end.
    ///
    /// Steps of a rate of 0 at the end learn nothing and are left out.
    ///
    /// - Parameters:
    ///   - schedule: The schedule, whatever its peak; where every rate is 0 there is no bound.
    ///   - distance: D².
    ///   - gradient: G² of the first step.
    ///   - exponent: How gradients shrink, as G·(t + 1)^−exponent.
    package init?(
        _ schedule: LearningRateSchedule, distance: Double = 1, gradient: Double = 1,
        exponent: Double = 0
    ) {
        let peak = schedule.peakLearningRate
        let areas = ScheduleAreas(schedule)
        let last = schedule.totalSteps - 1
        let sum = areas.forwardArea(at: [last])[0]
        guard peak > 0, sum > 0 else { return nil }
        distanceTerm = distance * peak / (2 * sum)
        gradientTerm =
            gradient / peak
            * GradientSum(areas).nodes(at: last).reduce(0) {
                $0 + $1.weight * exp(-2 * exponent * $1.logTime)
            }
    }

    /// γ*, the peak rate at which the bound is lowest.
    package var bestRate: Double { (distanceTerm / gradientTerm).squareRoot() }

    /// Ω*, the bound there.
    package var lowest: Double { 2 * (distanceTerm * gradientTerm).squareRoot() }

    /// Ω at a peak rate.
    package func value(at rate: Double) -> Double { distanceTerm / rate + gradientTerm * rate }

    /// The bound at a multiple of the best rate, as a multiple of the lowest: (x + 1/x)/2.
    package static func excess(_ multiple: Double) -> Double { 0.5 * (multiple + 1 / multiple) }
}
