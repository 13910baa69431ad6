package import Records

/// A law of schedules whose final loss has a slope by every learning rate.
///
/// What a search for the best schedule needs: one evaluation costs as much as there are plateaus,
/// whatever their steps.
package protocol RateSensitiveLaw: ScalingLaw {
    /// The loss after the last step, and how it changes with each plateau's rate.
    ///
    /// - Parameters:
    ///   - schedule: The learning rates of the whole run, warm-up included.
    ///   - parameters: Values in the law's own order and units.
    ///   - features: What the law needs beside them, checked by the caller.
    ///   - slopes: Receives ∂loss/∂rate of each plateau, all of its steps moved together.
    /// - Returns: The loss; infinite where nothing was learned.
    func finalLoss(
        of schedule: RatePlateaus, parameters: [Double], features: [Feature: Double],
        slopes: UnsafeMutableBufferPointer<Double>?
    ) -> Double
}

/// Learning rates in rows of equal ones, one after another from step 0.
package struct RatePlateaus: Sendable {
    /// The rate of each plateau.
    package var rates: [Double]
    /// Steps of each plateau, at least 1.
    package var counts: [Int]
    /// How many of the plateaus, the leading ones, are the warm-up.
    package var warmupCount: Int

    package init(rates: [Double], counts: [Int], warmupCount: Int) {
        precondition(rates.count == counts.count, "one count per rate")
        self.rates = rates
        self.counts = counts
        self.warmupCount = warmupCount
    }
}
