package import Records

extension ForecastLaw: RateSensitiveLaw {
    /// The members' final losses and slopes, weighted.
    package func finalLoss(
        of schedule: RatePlateaus, parameters: [Double], features: [Feature: Double],
        slopes: UnsafeMutableBufferPointer<Double>?
    ) -> Double {
        let weights = mixture.weights(parameters)
        var loss = 0.0
        slopes?.update(repeating: 0)
        var own = Array(repeating: 0.0, count: slopes?.count ?? 0)
        for (member, weight) in zip(mixture.members, weights) where weight > 0 {
            guard let law = member.law.law as? any RateSensitiveLaw else {
                preconditionFailure("every law of the forecast has slopes by rates")
            }
            let values = Array(parameters[member.range])
            loss +=
                weight
                * own.withUnsafeMutableBufferPointer { own in
                    law.finalLoss(
                        of: schedule, parameters: values, features: features,
                        slopes: slopes == nil ? nil : own)
                }
            if let slopes {
                for index in slopes.indices { slopes[index] += weight * own[index] }
            }
        }
        return loss
    }
}
