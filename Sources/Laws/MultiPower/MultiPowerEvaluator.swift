import Foundation
import Schedules

/// The multi-power law at fixed inputs.
///
/// Where S1 is 0 (before any learning) the loss comes out infinite: the law says nothing there.
struct MultiPowerEvaluator: LawEvaluator {
    private struct Curve {
        /// How much of S1 at each point is the warm-up's; 0 where all of it counts.
        let warmupAreas: [Double]
        var drops: DropSums
    }

    let pointCount: Int
    private let law: MultiPowerLaw
    private var curves: [Curve]

    init(law: MultiPowerLaw, inputs: [LawInput]) {
        self.law = law
        curves = inputs.map { input in
            guard let areas = input.areas else {
                preconditionFailure("a curve law is evaluated on curves")
            }
            let drops = DropSums(
                areas, at: input.steps,
                from: law.countsWarmupDrops ? 1 : areas.schedule.warmupSteps + 1)
            let whole = law.warmupShareIndex == nil ? 0 : areas.warmupArea
            return Curve(warmupAreas: drops.pointAreas.map { min($0, whole) }, drops: drops)
        }
        pointCount = curves.reduce(0) { $0 + $1.warmupAreas.count }
    }

    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        let shape = DropShape(
            rate: parameters[4], exponent: parameters[5], rateExponent: parameters[6])
        let fading = law.fadingIndex.map { parameters[$0] } ?? 0
        let leftOut = 1 - (law.warmupShareIndex.map { parameters[$0] } ?? 1)
        var point = 0
        for index in curves.indices {
            let sums = curves[index].drops.sums(shape)
            let curve = curves[index]
            for (place, sum) in sums.enumerated() {
                let warmupArea = curve.warmupAreas[place]
                let area = curve.drops.pointAreas[place] - leftOut * warmupArea
                let logArea = log(area)
                let areaPower = exp(-parameters[2] * logArea)
                let areaTerm = parameters[1] * areaPower
                // Before any learning there is no drop either: nothing times infinity is no number.
                let left = law.fadingIndex == nil || area <= 0 ? 1 : exp(-fading * logArea)
                let gain = parameters[3] * left
                losses[point] = parameters[0] + areaTerm - gain * sum.value
                if let jacobian {
                    func set(_ parameter: Int, _ slope: Double) {
                        jacobian[parameter * pointCount + point] = slope
                    }
                    set(0, 1)
                    set(1, areaPower)
                    set(2, -areaTerm * logArea)
                    set(3, -left * sum.value)
                    set(4, -gain * sum.byRate)
                    set(5, -gain * sum.byExponent)
                    set(6, -gain * sum.byRateExponent)
                    if let index = law.fadingIndex { set(index, gain * sum.value * logArea) }
                    if let index = law.warmupShareIndex {
                        let byLogArea = fading * gain * sum.value - parameters[2] * areaTerm
                        set(index, byLogArea * warmupArea / area)
                    }
                }
                point += 1
            }
        }
    }
}
