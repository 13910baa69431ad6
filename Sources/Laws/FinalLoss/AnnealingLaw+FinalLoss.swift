import Foundation
package import Records

extension AnnealingLaw: RateSensitiveLaw {
    /// S1 is linear in the rates, and so is S2: a drop n steps before the end, its own step counted,
    /// has added 1 + λ + … + λ^(n−1) = (1 − λ^n)/(1 − λ) times its size.
    ///
    /// The loss is therefore convex in the rates, and every local optimum of a schedule global.
    package func finalLoss(
        of schedule: RatePlateaus, parameters: [Double], features: [Feature: Double],
        slopes: UnsafeMutableBufferPointer<Double>?
    ) -> Double {
        let rates = schedule.rates
        let logSize = includesSize ? log(features[.parameterCount] ?? .nan) : 0
        let sizeTerm = includesSize ? parameters[5] * exp(-parameters[6] * logSize) : 0
        let annealingCoefficient =
            parameters[3] * (includesSize ? exp(-parameters[7] * logSize) : 1)
        let firstCounted = countsWarmupArea ? 0 : schedule.warmupCount
        let firstDrop = countsWarmupDrops ? 1 : schedule.warmupCount + 1
        let weights = dropWeights(schedule, decay: parameters[4], from: firstDrop)
        var forwardArea = 0.0
        var annealingArea = 0.0
        for index in rates.indices {
            if index >= firstCounted {
                forwardArea += rates[index] * Double(schedule.counts[index])
            }
            if index > 0 { annealingArea += (rates[index - 1] - rates[index]) * weights[index] }
        }
        let areaTerm = parameters[1] * exp(-parameters[2] * log(forwardArea))
        if let slopes {
            let areaSlope = -parameters[2] * areaTerm / forwardArea
            for index in rates.indices {
                let ofArea =
                    index >= firstCounted ? areaSlope * Double(schedule.counts[index]) : 0
                slopes[index] =
                    ofArea - annealingCoefficient * (weights[index + 1] - weights[index])
            }
        }
        return parameters[0] + areaTerm + sizeTerm - annealingCoefficient * annealingArea
    }

    /// What a unit drop onto each plateau adds to S2; 0 for one that does not count, and at the end.
    private func dropWeights(
        _ schedule: RatePlateaus, decay: Double, from firstDrop: Int
    ) -> [Double] {
        let logDecay = log(decay)
        var weights = [Double](repeating: 0, count: schedule.rates.count + 1)
        var remaining = 0
        for index in schedule.rates.indices.reversed() {
            remaining += schedule.counts[index]
            guard index >= firstDrop else { break }
            weights[index] = -expm1(Double(remaining) * logDecay) / (1 - decay)
        }
        return weights
    }
}
