@testable import Schedules

/// Areas by the definitions alone, the double sum included: slow and plain.
struct DoubleSumOracle {
    let rates: [Double]
    let decay: Double
    let firstDropStep: Int

    /// Σ_{t≤s} η_t.
    func forwardArea(at step: Int) -> Double {
        rates[0...step].reduce(0, +)
    }

    /// Σ_{i=1..s} Σ_{k=1..i} (η_{k−1} − η_k)·λ^{i−k}.
    func annealingArea(at step: Int) -> Double {
        sum(to: step) { age in power(decay, age) }
    }

    /// The same sum with (i − k)·λ^{i−k−1}.
    func derivative(at step: Int) -> Double {
        sum(to: step) { age in age == 0 ? 0 : Double(age) * power(decay, age - 1) }
    }

    private func sum(to step: Int, weight: (Int) -> Double) -> Double {
        var total = 0.0
        for index in stride(from: 1, through: step, by: 1) {
            for drop in 1...index where drop >= firstDropStep {
                total += (rates[drop - 1] - rates[drop]) * weight(index - drop)
            }
        }
        return total
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { result, _ in result * base }
    }
}

#if arch(x86_64)
    import Foundation

    /// Areas from rates in 80-bit arithmetic, by formulas written down a second time.
    struct ExtendedOracle {
        let schedule: LearningRateSchedule
        let decay: Double
        let firstDropStep: Int

        /// S1, S2 and ∂S2/∂λ at some ascending steps.
        func areas(at steps: [Int]) -> [(forward: Double, annealing: Double, derivative: Double)] {
            var result: [(forward: Double, annealing: Double, derivative: Double)] = []
            var forward: Float80 = 0
            var sums: (momentum: Float80, slope: Float80, area: Float80, derivative: Float80)
            sums = (0, 0, 0, 0)
            var previous: Float80 = 0
            var piece = 0
            var cursor = 0
            for step in 0...schedule.totalSteps where cursor < steps.count {
                while step >= schedule.pieces[piece].endStep, piece + 1 < schedule.pieces.count {
                    piece += 1
                }
                let rate =
                    step == schedule.totalSteps
                    ? Float80(schedule.finalLearningRate)
                    : Self.rate(schedule.pieces[piece], at: step)
                forward += rate
                if step >= firstDropStep, step > 0 {
                    sums.slope = Float80(decay) * sums.slope + sums.momentum
                    sums.momentum = Float80(decay) * sums.momentum + (previous - rate)
                    sums.area += sums.momentum
                    sums.derivative += sums.slope
                }
                previous = rate
                while cursor < steps.count, steps[cursor] == step {
                    result.append(
                        (Double(forward), Double(sums.area), Double(sums.derivative)))
                    cursor += 1
                }
            }
            return result
        }

        static func rate(_ piece: SchedulePiece, at step: Int) -> Float80 {
            let span = piece.span
            let offset = Float80(step - span.firstStep)
            let fraction = offset / Float80(span.steps)
            let from = Float80(span.from)
            let target = Float80(span.to)
            switch piece.shape.name {
            case "hold": return from
            case "warmup", "linear": return from + (target - from) * fraction
            case "cosine":
                return target + (from - target) * (1 + cos(Float80.pi * fraction)) / 2
            case "exp": return from * exp(fraction * log(target / from))
            case "sqrt": return from + (target - from) * fraction.squareRoot()
            case "rsqrt":
                let before = Float80(max(span.firstStep, 1))
                return from * (before / (before + offset)).squareRoot()
            case "values": return Float80(piece.learningRate(at: step - span.firstStep))
            default:
                let power = Float80(piece.shape.name.dropFirst(4)) ?? 0
                return target + (from - target) * pow(1 - fraction, power)
            }
        }
    }
#endif
