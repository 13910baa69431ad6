import Foundation
import Laws
import Records
import Schedules
import TestSupport

/// Two laws written a second time, as formulas on numbers that differentiate themselves.
///
/// Losses and Jacobian come out where the laws' own evaluators put them, column-major.
protocol DualFormula {
    var pointCount: Int { get }

    /// Fills losses and Jacobian on vector lanes.
    mutating func runOnLanes(
        _ values: [Double], losses: inout [Double], jacobian: inout [Double])

    /// The losses on numbers that keep their derivatives in arrays.
    mutating func onArrays(_ values: [Dual]) -> [Dual]
}

extension DualFormula {
    /// Copies one point's number into the column-major Jacobian.
    func store(
        _ loss: LaneDual, point: Int, parameters: Int, losses: inout [Double],
        jacobian: inout [Double]
    ) {
        losses[point] = loss.value
        for index in 0..<parameters { jacobian[index * pointCount + point] = loss.slopes[index] }
    }
}

/// E + A·N^−α + B·D^−β.
struct ChinchillaFormula: DualFormula {
    private let logSizes: [Double]
    private let logTokens: [Double]

    init(runs: [Run]) {
        logSizes = runs.map { log($0.features[.parameterCount] ?? 1) }
        logTokens = runs.map { log($0.features[.tokenCount] ?? 1) }
    }

    var pointCount: Int { logSizes.count }

    func runOnLanes(_ values: [Double], losses: inout [Double], jacobian: inout [Double]) {
        let x = values.enumerated().map { LaneDual($1, variable: $0) }
        let (irreducible, sizes, tokens, alpha, beta) = (x[0], x[1], x[2], x[3], x[4])
        for point in 0..<pointCount {
            let loss =
                irreducible + sizes * (alpha * -logSizes[point]).exponential
                + tokens * (beta * -logTokens[point]).exponential
            store(loss, point: point, parameters: 5, losses: &losses, jacobian: &jacobian)
        }
    }

    func onArrays(_ x: [Dual]) -> [Dual] {
        (0..<pointCount).map { point in
            x[0] + x[1] * (x[3] * -logSizes[point]).exponential
                + x[2] * (x[4] * -logTokens[point]).exponential
        }
    }
}

/// L0 + A·S1^−α − C·S2, with S2 and its derivative by λ from the schedule's areas, as the law does.
struct AnnealingFormula: DualFormula {
    private struct Curve {
        var areas: ScheduleAreas
        var steps: [Int]
        var logAreas: [Double]
    }

    private let curves: [Curve]
    let pointCount: Int

    init(inputs: [LawInput]) {
        curves = inputs.compactMap { input in
            input.areas.map { areas in
                Curve(
                    areas: areas, steps: input.steps,
                    logAreas: areas.forwardArea(at: input.steps).map { log($0) })
            }
        }
        pointCount = curves.reduce(0) { $0 + $1.steps.count }
    }

    private func annealed(_ curve: Curve, decay: Double) -> (areas: [Double], derivatives: [Double])
    {
        curve.areas.annealingArea(
            at: curve.steps, decay: decay, from: curve.areas.schedule.warmupSteps + 1)
    }

    func runOnLanes(_ values: [Double], losses: inout [Double], jacobian: inout [Double]) {
        let x = values.enumerated().map { LaneDual($1, variable: $0) }
        let (irreducible, size, exponent, gain, decay) = (x[0], x[1], x[2], x[3], x[4])
        var point = 0
        for curve in curves {
            let annealed = annealed(curve, decay: decay.value)
            for index in curve.steps.indices {
                let area = LaneDual(
                    annealed.areas[index], slopes: annealed.derivatives[index] * decay.slopes)
                let loss =
                    irreducible + size * (exponent * -curve.logAreas[index]).exponential
                    - gain * area
                store(loss, point: point, parameters: 5, losses: &losses, jacobian: &jacobian)
                point += 1
            }
        }
    }

    func onArrays(_ x: [Dual]) -> [Dual] {
        curves.flatMap { curve in
            let annealed = annealed(curve, decay: x[4].value)
            return curve.steps.indices.map { index in
                let area = x[4].mapped(annealed.areas[index], slope: annealed.derivatives[index])
                return x[0] + x[1] * (x[2] * -curve.logAreas[index]).exponential - x[3] * area
            }
        }
    }
}
