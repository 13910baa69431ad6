@testable import Schedules

/// Areas by the definitions alone, the double sum included: slow and plain.
struct DoubleSumOracle {
    private let rates: [Double]
    private let firstDropStep: Int

    /// λ^k for k = 0 … n.
    private let powers: [Double]

    init(rates: [Double], decay: Double, firstDropStep: Int) {
        self.rates = rates
        self.firstDropStep = firstDropStep
        powers = rates.indices.reduce(into: [1]) { powers, index in
            powers.append(powers[index] * decay)
        }
    }

    /// Σ_{t≤s} η_t.
    func forwardArea(at step: Int) -> Double {
        rates[0...step].reduce(0, +)
    }

    /// Σ_{i=1..s} Σ_{k=1..i} (η_{k−1} − η_k)·λ^{i−k}.
    func annealingArea(at step: Int) -> Double {
        sum(to: step) { age in powers[age] }
    }

    /// The same sum with (i − k)·λ^{i−k−1}.
    func derivative(at step: Int) -> Double {
        sum(to: step) { age in age == 0 ? 0 : Double(age) * powers[age - 1] }
    }

    private func sum(to step: Int, weight: (Int) -> Double) -> Double {
        var total = 0.0
        for index in stride(from: 1, through: step, by: 1) {
            var inner = 0.0
            for drop in stride(from: max(firstDropStep, 1), through: index, by: 1) {
                inner += (rates[drop - 1] - rates[drop]) * weight(index - drop)
            }
            total += inner
        }
        return total
    }
}

#if arch(x86_64)
    import Foundation

    /// Areas from rates in 80-bit arithmetic, by formulas written down a second time.
    struct ExtendedOracle {
        private let rates: [Float80]

        init(_ schedule: LearningRateSchedule) {
            rates =
                schedule.pieces.flatMap { piece in
                    (piece.span.firstStep..<piece.endStep).map { Self.rate(piece, at: $0) }
                } + [Float80(schedule.finalLearningRate)]
        }

        /// S1 at some ascending steps.
        func forwardArea(at steps: [Int]) -> [Double] {
            var total: Float80 = 0
            return scan(steps) { step in
                total += rates[step]
                return Double(total)
            }
        }

        /// S2 and ∂S2/∂λ at some ascending steps.
        func annealingArea(
            at steps: [Int], decay: Double, from firstDropStep: Int
        ) -> [(area: Double, derivative: Double)] {
            let decay = Float80(decay)
            var momentum: Float80 = 0
            var slope: Float80 = 0
            var area: Float80 = 0
            var derivative: Float80 = 0
            return scan(steps) { step in
                guard step >= max(firstDropStep, 1) else { return (0, 0) }
                slope = decay * slope + momentum
                momentum = decay * momentum + (rates[step - 1] - rates[step])
                area += momentum
                derivative += slope
                return (Double(area), Double(derivative))
            }
        }

        private func scan<Value>(_ steps: [Int], _ next: (Int) -> Value) -> [Value] {
            var result: [Value] = []
            var step = -1
            var value: Value?
            for wanted in steps {
                while step < wanted {
                    step += 1
                    value = next(step)
                }
                if let value { result.append(value) }
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
                let sine = sin(Float80.pi * fraction / 2)
                let cosine = cos(Float80.pi * fraction / 2)
                return from * cosine * cosine + target * sine * sine
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
