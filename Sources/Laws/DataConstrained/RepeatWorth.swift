import Foundation

/// 1 + R*·(1 − exp(−R/R*)): what U things are worth in units of U after R repeats.
///
/// 1 at R = 0, where its slope in R is 1: the first repeat is worth as much as something new.
struct RepeatWorth {
    let factor: Double
    /// ∂factor/∂R*.
    let byScale: Double
    /// ∂log(U·factor)/∂log U where R = N/U − 1 falls as U grows: 0 at R = 0, 1 far beyond.
    let byBase: Double

    init(excess: Double, scale: Double) {
        let ratio = excess / scale
        let gone = -expm1(-ratio)
        let left = exp(-ratio)
        // Far out the product is 0, also where the ratio itself is past the largest number.
        let slope = ratio < 700 ? ratio * left : 0
        factor = 1 + scale * gone
        byScale = gone - slope
        byBase = (factor - left - scale * slope) / factor
    }
}

/// log N' and its derivatives.
struct EffectiveSize {
    let logValue: Double
    /// ∂log N'/∂log N_opt.
    let byUsable: Double
    /// ∂log N'/∂R*_N.
    let byScale: Double

    /// At N = N_opt both branches and their first derivatives agree: the fit sees no kink.
    init(logSize: Double, logUsable: Double, scale: Double) {
        guard logSize > logUsable else {
            logValue = logSize
            byUsable = 0
            byScale = 0
            return
        }
        let worth = RepeatWorth(excess: expm1(logSize - logUsable), scale: scale)
        logValue = logUsable + log(worth.factor)
        byUsable = worth.byBase
        byScale = worth.byScale / worth.factor
    }
}
