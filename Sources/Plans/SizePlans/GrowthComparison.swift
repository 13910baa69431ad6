import Fitting
import Foundation
import Records

/// The losses of stacked and of scratch runs over their compute, and the compute that one needs for the
/// other's loss.
///
///     L = a·C^b for each          speed-up = C_scratch(L)/C_stacked(L) − 1
///
/// A run says which it is by its tag `growth`, `stacked` or `scratch`. Both lines are fitted by least
/// squares in logarithms; the interval of the ratio is the delta method's, with Welch's degrees of
/// freedom for two variances.
///
/// Sources: Du et al. 2024, arXiv 2405.15319, section 4; Welch 1947, doi:10.1093/biomet/34.1-2.28.
struct GrowthComparison {
    /// One power law with the runs that it is fitted to.
    struct Line {
        let name: String
        let runs: [SizedRun]
        private let fit: LinearFit
        private let centre: Double

        /// The tag of its runs.
        static let tag = "growth"
        private static let fewestBudgets = 3

        init(_ name: String, of runs: [Run]) throws(PlanError) {
            self.name = name
            self.runs = runs.filter { $0.tags[Self.tag] == name }.compactMap(SizedRun.init)
                .filter { $0.flops > 0 && $0.loss > 0 && ($0.flops * $0.loss).isFinite }
            let budgets = self.runs.map { log($0.flops) }
            let mean = budgets.reduce(0, +) / max(1, Double(budgets.count))
            centre = mean
            guard Set(budgets).count >= Self.fewestBudgets,
                let fit = LinearFit(
                    [budgets.map { _ in 1 }, budgets.map { $0 - mean }],
                    self.runs.map { log($0.loss) })
            else {
                throw .refused(
                    .notIdentified,
                    "growth needs finished runs of three budgets with the tag growth=\(name), each with "
                        + "a loss and its compute or its size and tokens; there are "
                        + "\(Set(budgets).count)")
            }
            guard fit.coefficients[1] < 0 else {
                throw .refused(
                    .notIdentified,
                    "the losses of the \(name) runs do not fall with their compute, so that no compute "
                        + "belongs to a loss")
            }
            self.fit = fit
        }

        var exponent: Double { fit.coefficients[1] }
        var degreesOfFreedom: Double { fit.degreesOfFreedom }
        var budgets: ClosedRange<Double> {
            let flops = runs.map(\.flops)
            return (flops.min() ?? 0)...(flops.max() ?? 0)
        }

        func logLoss(at logFlops: Double) -> Double {
            fit.coefficients[0] + exponent * (logFlops - centre)
        }

        func logFlops(at logLoss: Double) -> Double {
            centre + (logLoss - fit.coefficients[0]) / exponent
        }

        /// The variance of the line's logarithm there.
        func variance(at logFlops: Double) -> Double? {
            fit.variance(of: [1, logFlops - centre])
        }

        func loss(at flops: Double, level: Double?) -> PlannedQuantity {
            PlannedQuantity(
                logarithm: logLoss(at: log(flops)), variance: variance(at: log(flops)),
                degreesOfFreedom: degreesOfFreedom, level: level)
        }
    }

    let stacked: Line
    let scratch: Line

    init(_ runs: [Run]) throws(PlanError) {
        stacked = try Line("stacked", of: runs)
        scratch = try Line("scratch", of: runs)
    }

    /// C_scratch/C_stacked at the loss that stacked runs reach with so much compute.
    func ratio(at flops: Double, level: Double?) -> PlannedQuantity {
        let equal = scratch.logFlops(at: stacked.logLoss(at: log(flops)))
        var variance: Double?
        var freedom = 0.0
        if let first = stacked.variance(at: log(flops)), let second = scratch.variance(at: equal) {
            let sum = first + second
            variance = sum / (scratch.exponent * scratch.exponent)
            freedom =
                sum == 0
                ? 0
                : sum * sum
                    / (first * first / stacked.degreesOfFreedom
                        + second * second / scratch.degreesOfFreedom)
        }
        return PlannedQuantity(
            logarithm: equal - log(flops), variance: variance, degreesOfFreedom: freedom,
            level: level)
    }

    /// Adds the speed-up at a compute, the two lines and what they are drawn through.
    func add(to answer: inout PlanDocument, flops: Double, level: Double?) {
        let ratio = ratio(at: flops, level: level)
        answer["equal_loss_ratio"] = .quantity(ratio)
        answer["speed_up"] = .quantity(ratio.mapped { $0 - 1 })
        answer["loss"] = .quantity(stacked.loss(at: flops, level: level))
        answer["curve"] = .rows(
            [stacked, scratch].flatMap { line in
                let all = [stacked.budgets, scratch.budgets, flops...flops]
                let low = all.map(\.lowerBound).min() ?? flops
                let high = all.map(\.upperBound).max() ?? flops
                return (0...16).map { place -> [String: PlanValue] in
                    let budget = low * pow(high / low, Double(place) / 16)
                    return [
                        "choice": .text(line.name), "training_flops": .number(budget),
                        "loss": .quantity(line.loss(at: budget, level: level)),
                    ]
                }
            })
        answer["measured_runs"] = .rows(
            [stacked, scratch].flatMap { line in
                line.runs.map { run in
                    [
                        "run": .text(run.id), "choice": .text(line.name),
                        "training_flops": .number(run.flops), "measured_loss": .number(run.loss),
                    ]
                }
            })
        let percent = PlanText.number(100 * (ratio.value - 1), digits: 3)
        answer.advice +=
            " By your runs the loss that stacking reaches takes "
            + "\(PlanText.number(ratio.value, digits: 3)) times the compute from scratch: a speed-up of "
            + "\(percent) %."
        if let lower = ratio.lower, lower <= 1 {
            answer.warnings.append(
                "the interval of the speed-up holds 0: your runs do not show that stacking pays")
        }
        let equal = exp(scratch.logFlops(at: stacked.logLoss(at: log(flops))))
        for (line, asked) in [(stacked, flops), (scratch, equal)]
        where !line.budgets.contains(asked) {
            answer.warnings.append(
                "\(PlanText.number(asked, digits: 3)) FLOP lie beyond the \(line.name) runs, of "
                    + "\(PlanText.number(line.budgets.lowerBound, digits: 3)) to "
                    + "\(PlanText.number(line.budgets.upperBound, digits: 3)); the speed-up there is "
                    + "extrapolated")
        }
        answer.warnings.append(
            "a stacked run's compute is its training_flops, small model and all; 6·N·D where it says "
                + "none, which leaves the small model out")
    }
}
