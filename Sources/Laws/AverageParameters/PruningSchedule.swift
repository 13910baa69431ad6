import Foundation

/// The fall of a model's active parameters during training: dense, a ramp, then held.
///
/// With s_f the final sparsity and u the fraction of the ramp's tokens, the sparsity on the ramp is
/// s_f·u (linear) or s_f·(1 − (1 − u)³) (cubic), and the active share is 1 − s.
///
/// Source: the cubic ramp is Zhu and Gupta 2017, arXiv 1710.01878; its use while pre-training is Jin
/// et al. 2025, arXiv 2501.12486, whose near-optimal ramp runs from 25 % to 75 % of the compute.
package struct PruningSchedule: Sendable, Equatable {
    /// The shape of sparsity on the ramp.
    package enum Ramp: String, CaseIterable, Sendable {
        case linear
        case cubic

        /// The mean of s/s_f over the ramp.
        var meanSparsity: Double {
            switch self {
            case .linear: 0.5
            case .cubic: 0.75
            }
        }

        /// s/s_f at a fraction of the ramp.
        func sparsity(at fraction: Double) -> Double {
            switch self {
            case .linear: fraction
            case .cubic: 1 - pow(1 - fraction, 3)
            }
        }
    }

    /// The quantity that `start` and `end` are fractions of.
    package enum Clock: String, CaseIterable, Sendable {
        case tokens
        /// Training compute, 6 × active parameters × tokens: tokens get cheaper on the way.
        case compute
    }

    package let ramp: Ramp
    /// The beginning and the end of the ramp, fractions of training.
    package let start: Double
    package let end: Double
    /// The share of parameters that are gone at the end, 0 to below 1.
    package let finalSparsity: Double
    package let clock: Clock

    /// Checks and makes a schedule.
    ///
    /// - Parameters:
    ///   - ramp: The shape of the ramp.
    ///   - start: Where the ramp begins, a fraction of training.
    ///   - end: Where it ends.
    ///   - finalSparsity: The share of parameters gone from there on.
    ///   - clock: What `start` and `end` are fractions of.
    /// - Throws: `PruningScheduleError` for a value out of range.
    package init(
        ramp: Ramp, start: Double, end: Double, finalSparsity: Double, clock: Clock = .tokens
    ) throws(PruningScheduleError) {
        guard start >= 0, start <= end, end <= 1 else { throw .ramp(start: start, end: end) }
        guard finalSparsity >= 0, finalSparsity < 1 else { throw .sparsity(finalSparsity) }
        self.ramp = ramp
        self.start = start
        self.end = end
        self.finalSparsity = finalSparsity
        self.clock = clock
    }

    /// The mean active share on the ramp.
    private var rampShare: Double { 1 - finalSparsity * ramp.meanSparsity }

    /// The share of parameters active at the end.
    package var finalShare: Double { 1 - finalSparsity }

    /// N_avg/N: the active share averaged over the tokens of training.
    ///
    /// By tokens it is the mean of the three parts' shares. By compute, a part with the fraction c of
    /// the compute and mean share m takes c·x/m of the tokens, where x is the average share; the
    /// parts add up to all tokens, so that 1/x is the mean of 1/m.
    package var averageShare: Double {
        let (ramping, held) = (end - start, 1 - end)
        switch clock {
        case .tokens: return start + ramping * rampShare + held * finalShare
        case .compute: return 1 / (start + ramping / rampShare + held / finalShare)
        }
    }

    /// The beginning and the end of the ramp, as fractions of the tokens.
    package var rampTokens: (start: Double, end: Double) {
        guard clock == .compute else { return (start, end) }
        let begin = start * averageShare
        return (begin, begin + (end - start) * averageShare / rampShare)
    }

    /// The share of parameters active at a fraction of the training's tokens.
    package func activeShare(atTokens fraction: Double) -> Double {
        let (begin, end) = rampTokens
        guard fraction > begin else { return 1 }
        guard fraction < end else { return finalShare }
        return 1 - finalSparsity * ramp.sparsity(at: (fraction - begin) / (end - begin))
    }

    /// The average over a training of active parameters that were logged now and then.
    ///
    /// Every step trains on the same number of tokens. Between logged steps the count is taken to be
    /// linear, before the first one constant; the last logged step is the last of the training.
    ///
    /// - Parameters:
    ///   - steps: Logged steps, 0-based and strictly rising.
    ///   - counts: Active parameters at each.
    /// - Returns: The average over all steps, or nil when nothing was logged.
    package static func averageActiveParameters(steps: [Int], counts: [Double]) -> Double? {
        guard let first = counts.first, let last = counts.last, let final = steps.last else {
            return nil
        }
        var sum = first * Double(steps[0]) + last
        for index in steps.indices.dropLast() {
            let length = Double(steps[index + 1] - steps[index])
            let change = counts[index + 1] - counts[index]
            // Σ_{j=0..n−1} (c + change·j/n) = n·c + change·(n − 1)/2.
            sum += length * counts[index] + change * (length - 1) / 2
        }
        return sum / Double(final + 1)
    }
}
