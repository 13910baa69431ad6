/// The minimum of a function of one number on a range, without slopes.
///
///     let best = ScalarMinimizer.minimum(in: 0...3) { ($0 - 1) * ($0 - 1) }  // best.place ≈ 1
///
/// Brent's method: a parabola through the three best places where that converges, golden section
/// where it does not. On a function with several minima it finds one of them.
///
/// Source: Brent, "Algorithms for minimization without derivatives" (1973), chapter 5.
package enum ScalarMinimizer {
    /// Searches a range.
    ///
    /// - Parameters:
    ///   - range: The places allowed; its ends are approached, not evaluated.
    ///   - tolerance: The accuracy of the place, as a share of the range. Below 1e-8 the function's
    ///     own rounding hides the minimum.
    ///   - function: The function.
    /// - Returns: The best place evaluated, and the value there.
    package static func minimum(
        in range: ClosedRange<Double>, tolerance: Double = 1e-8,
        _ function: (Double) throws -> Double
    ) rethrows -> (place: Double, value: Double) {
        let golden = 0.5 * (3 - 5.0.squareRoot())
        // Places closer than a few units in the last place are the same place.
        let nearness = max(
            tolerance * (range.upperBound - range.lowerBound),
            4 * max(abs(range.lowerBound), abs(range.upperBound)).ulp)
        var (low, high) = (range.lowerBound, range.upperBound)
        var place = low + golden * (high - low)
        var best = (place: place, value: try function(place))
        var (second, third) = (best, best)
        var (step, stepBefore) = (0.0, 0.0)
        while max(best.place - low, high - best.place) > 2 * nearness {
            let middle = 0.5 * (low + high)
            if let parabola = parabola(best, second, third),
                abs(parabola) < 0.5 * abs(stepBefore), best.place + parabola > low,
                best.place + parabola < high
            {
                (stepBefore, step) = (step, parabola)
            } else {
                stepBefore = best.place < middle ? high - best.place : low - best.place
                step = golden * stepBefore
            }
            // No nearer to the best place than the accuracy, and towards the middle at the ends.
            if abs(step) < nearness { step = best.place < middle ? nearness : -nearness }
            place = best.place + step
            let value = try function(place)
            if value <= best.value {
                if place < best.place { high = best.place } else { low = best.place }
                (third, second, best) = (second, best, (place, value))
            } else {
                if place < best.place { low = place } else { high = place }
                if value <= second.value || second.place == best.place {
                    (third, second) = (second, (place, value))
                } else if value <= third.value || third.place == best.place
                    || third.place == second.place
                {
                    third = (place, value)
                }
            }
        }
        return best
    }

    /// The distance from the best place to the lowest point of the parabola through three places.
    private static func parabola(
        _ best: (place: Double, value: Double), _ second: (place: Double, value: Double),
        _ third: (place: Double, value: Double)
    ) -> Double? {
        let left = (best.place - second.place) * (best.value - third.value)
        let right = (best.place - third.place) * (best.value - second.value)
        let divisor = 2 * (right - left)
        guard divisor != 0 else { return nil }
        let step =
            ((best.place - second.place) * left - (best.place - third.place) * right) / divisor
        return step.isFinite ? step : nil
    }
}
