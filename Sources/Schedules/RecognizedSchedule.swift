import Foundation

/// The schedule that a run's logged rates have followed so far, for the steps still to come.
///
///     RecognizedSchedule.of(steps: [0, 100, 200], learningRates: [1e-3, 9e-4, 8e-4], totalSteps: 1_000)
///     // step@0.001,linear:1000@0
///
/// A log that says how long a run is and what its rates were need not say what they will be. Trainers
/// follow one of three curves after a linear warm-up: constant, linear or cosine, down to some final
/// rate. For the last two, peak and final rate are the least-squares line of the logged rates over
/// the decay that is left, 1 − progress or ½(1 + cos π·progress); the closer curve is taken if every
/// rate lies on it within half a percent of the peak. Near its top a cosine looks like any curve:
/// nothing is recognized before the rates have left the peak by ten times their distance from it.
package enum RecognizedSchedule {
    /// The largest distance of a logged rate from its curve, as a fraction of the peak.
    private static let tolerance = 0.005
    /// The fall so far that a curve needs to be told from another, in distances from the curve.
    private static let leastFall = 10.0
    private static let decays: [(shape: String, left: @Sendable (Double) -> Double)] = [
        ("linear", { 1 - $0 }), ("cosine", { 0.5 * (1 + cos(.pi * $0)) }),
    ]

    /// A curve through the rates after the warm-up.
    private struct Curve {
        var shape: String
        var peak: Double
        var final: Double
        /// The largest distance of a rate, as a fraction of the peak.
        var error: Double
    }

    /// The schedule that logged rates follow.
    ///
    /// - Parameters:
    ///   - steps: The logged steps, ascending.
    ///   - learningRates: The rate at each.
    ///   - totalSteps: S, the length of the whole run.
    ///   - warmupSteps: Steps of linear warm-up, if stated; else found from the rising rates.
    /// - Returns: The schedule from step 0 to S in segments; nil where the rates follow none.
    package static func of(
        steps: [Int], learningRates: [Double], totalSteps: Int, warmupSteps: Int? = nil
    ) -> LearningRateSchedule? {
        guard let peak = learningRates.max(), peak > 0,
            let top = learningRates.firstIndex(of: peak), let last = steps.last, last < totalSteps
        else { return nil }
        var warmup = warmupSteps ?? (top > 0 ? steps[top] : 0)
        var found: Curve?
        if warmupSteps == nil, top > 0, steps[top - 1] > 0, learningRates[top - 1] > 0 {
            // The peak lies between two logged steps, where the rising line meets the curve: each
            // round is closer by the ratio of the two slopes.
            let rise = learningRates[top - 1] / Double(steps[top - 1])
            for _ in 0..<5 {
                let reached = ((found?.peak ?? peak) / rise).rounded()
                // Between two steps first: rates that are far apart meet beyond any integer.
                warmup = Int(min(Double(steps[top]), max(Double(steps[top - 1]), reached)))
                found = curve(steps, learningRates, from: warmup, to: totalSteps)
            }
        } else {
            found = curve(steps, learningRates, from: warmup, to: totalSteps)
        }
        guard let found else { return nil }
        let start = warmup > 0 ? "warmup:\(warmup)@" : "step@"
        let end = found.shape == "hold" ? "" : "@\(rounded(found.final))"
        return try? LearningRateSchedule(
            parsing: "\(start)\(rounded(found.peak)),\(found.shape):\(totalSteps - warmup)\(end)")
    }

    private static func curve(
        _ steps: [Int], _ rates: [Double], from warmup: Int, to end: Int
    ) -> Curve? {
        let after = steps.indices.filter { steps[$0] >= warmup }
        guard after.count >= 3, warmup < end else { return nil }
        let rates = after.map { rates[$0] }
        let (lowest, highest) = (rates.min() ?? 0, rates.max() ?? 0)
        guard highest - lowest > 1e-6 * highest else {
            return Curve(shape: "hold", peak: highest, final: highest, error: 0)
        }
        let progress = after.map { Double(steps[$0] - warmup) / Double(end - warmup) }
        let curves = decays.compactMap { decay -> Curve? in
            let left = progress.map(decay.left)
            let count = Double(left.count)
            let means = (left.reduce(0, +) / count, rates.reduce(0, +) / count)
            let pairs = zip(left, rates).map { ($0 - means.0, $1 - means.1) }
            let spread = pairs.reduce(0) { $0 + $1.0 * $1.0 }
            guard spread > 0 else { return nil }
            let fall = pairs.reduce(0) { $0 + $1.0 * $1.1 } / spread
            let peak = means.1 + fall * (1 - means.0)
            let error = pairs.reduce(0) { max($0, abs($1.1 - fall * $1.0)) } / peak
            let final = peak - fall
            guard peak > 0, fall > 0, error <= tolerance, final > -tolerance * peak else {
                return nil
            }
            // A log that is a step early or late misses 0 by a little.
            return Curve(
                shape: decay.shape, peak: peak, final: final < tolerance * peak ? 0 : final,
                error: error)
        }
        return curves.min { $0.error < $1.error }.flatMap { best in
            highest - lowest >= leastFall * best.error * best.peak ? best : nil
        }
    }

    /// Five digits: more than the curve is known to.
    private static func rounded(_ rate: Double) -> Double {
        Double(String(format: "%.5g", rate)) ?? rate
    }
}
