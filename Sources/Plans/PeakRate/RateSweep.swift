import Fitting
import Foundation

/// Final losses of runs that differ in their peak learning rate alone, and the best rate between them.
///
///     L(γ) = A/γ + B·γ + C          γ* = √(A/B)
///
/// Fitted by least squares, with the interval of ln γ* by the delta method. Source: Schaipp et al.
/// 2025, arXiv 2501.18965, section 5.
struct RateSweep {
    /// γ*.
    let bestRate: PlannedQuantity
    /// The fitted loss at γ*.
    let lowestLoss: Double
    private let falling: Double
    private let rising: Double
    private let rest: Double

    /// Fits the three terms.
    ///
    /// - Parameters:
    ///   - rates: Peak rates above 0, at least three of them different.
    ///   - losses: The final loss of each.
    ///   - level: How sure the interval is to be; without a fourth rate there is none.
    /// - Throws: `PlanError.refused` (`no-interior-minimum`) where the losses fall or rise throughout.
    init(rates: [Double], losses: [Double], level: Double?) throws(PlanError) {
        // In units of the mean rate, so that both terms are of one size.
        let count = Double(rates.count)
        let unit = rates.reduce(0, +) / count
        let inverse = rates.map { unit / $0 }
        let direct = rates.map { $0 / unit }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / count }
        func product(_ left: [Double], _ right: [Double]) -> Double {
            let (leftMean, rightMean) = (mean(left), mean(right))
            return zip(left, right).reduce(0) { $0 + ($1.0 - leftMean) * ($1.1 - rightMean) }
        }
        let (aa, ab, bb) = (
            product(inverse, inverse), product(inverse, direct), product(direct, direct)
        )
        let determinant = aa * bb - ab * ab
        guard determinant > 1e-12 * aa * bb else {
            throw .refused(
                .notIdentified, "the sweep needs at least three different rates, further apart")
        }
        let (al, bl) = (product(inverse, losses), product(direct, losses))
        let a = (bb * al - ab * bl) / determinant
        let b = (aa * bl - ab * al) / determinant
        guard losses.contains(where: { $0 != losses[0] }) else {
            throw .refused(.notIdentified, "the losses of the sweep are all the same")
        }
        guard a > 0, b > 0 else {
            throw .refused(
                .noInteriorMinimum,
                "the losses of the sweep \(a > 0 ? "fall" : "rise") throughout: the best rate lies "
                    + "beyond its \(a > 0 ? "highest" : "lowest")")
        }
        let rest = mean(losses) - a * mean(inverse) - b * mean(direct)
        let left = zip(losses, zip(inverse, direct)).map { $0 - a * $1.0 - b * $1.1 - rest }
        let best = unit * (a / b).squareRoot()
        var half: Double?
        if let level, rates.count > 3 {
            let variance = left.reduce(0) { $0 + $1 * $1 } / (count - 3)
            // The variance of ln γ* = (ln A − ln B)/2.
            let spread =
                variance / determinant * (bb / (a * a) + aa / (b * b) + 2 * ab / (a * b)) / 4
            half =
                LawPredictor.Interval.quantile(level: level, degreesOfFreedom: count - 3)
                * spread.squareRoot()
        }
        bestRate = PlannedQuantity(
            best, lower: half.map { best * exp(-$0) }, upper: half.map { best * exp($0) })
        lowestLoss = rest + 2 * (a * b).squareRoot()
        (falling, rising, self.rest) = (a * unit, b / unit, rest)
    }

    /// The loss at a peak rate.
    func loss(at rate: Double) -> Double { falling / rate + rising * rate + rest }
}
