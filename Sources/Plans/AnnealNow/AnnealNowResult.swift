package import Fitting
import Foundation

/// The answer of `anneal-now`.
package struct AnnealNowResult: Codable, Sendable, Equatable {
    /// One cooldown and what it brings.
    package struct Cooldown: Codable, Sendable, Equatable {
        package var shape: String
        /// The step at which the rate begins to fall.
        package var startStep: Int
        package var length: Int
        /// The run's steps by then.
        package var endStep: Int
        package var finalRate: Double
        /// In the schedule language, from the run's own steps on.
        package var schedule: String
        package var final: PlannedLoss
        /// The loss at the same step with the rate kept.
        package var keeping: PlannedLoss
        /// What `keeping` is higher by.
        package var gain: PlannedLoss
        /// What the same shape, started now and ending at the same step, is higher by; nil for one
        /// that starts now.
        package var waiting: PlannedLoss?

        init(
            _ cooldown: Plans.Cooldown, schedule: String, final: PlannedLoss, keeping: PlannedLoss,
            gain: PlannedLoss, waiting: PlannedLoss?
        ) {
            shape = cooldown.shape
            startStep = cooldown.start
            length = cooldown.length
            endStep = cooldown.end
            finalRate = cooldown.finalRate
            self.schedule = schedule
            self.final = final
            self.keeping = keeping
            self.gain = gain
            self.waiting = waiting
        }

        private enum CodingKeys: String, CodingKey {
            case shape
            case startStep = "start_step"
            case length
            case endStep = "end_step"
            case finalRate = "final_rate"
            case schedule
            case final
            case keeping
            case gain
            case waiting
        }
    }

    /// Where a run's last points lie to the law's curve.
    package struct Offset: Codable, Sendable, Equatable {
        package var points: Int
        /// Mean of log observed − log predicted.
        package var relative: Double
        /// Standard deviation of one point's noise in the fit, where it is relative, too.
        package var noise: Double?

        /// More of the noise than this is no chance.
        private static let notable = 2.0

        /// What to tell of it, where it is more than noise.
        var warning: String? {
            guard let noise, abs(relative) > Self.notable * noise else { return nil }
            let side = relative > 0 ? "above" : "below"
            return "its last \(points) points lie "
                + "\(PlanText.number(100 * abs(relative), digits: 2)) % \(side) the law's curve, "
                + "more than the noise of the fit; losses here are the law's, and gains hardly "
                + "feel it"
        }
    }

    package var kind = AnnealNowPlan.about.id
    package var law: String
    package var run: String
    /// Steps taken so far.
    package var now: Int
    /// The rate that keeping going keeps.
    package var learningRate: Double
    package var offset: Offset?
    package var cooldowns: [Cooldown] = []
    /// The index of the cooldown from now with the lowest loss.
    package var best = 0
    package var interval: Double?
    package var intervalOf: LawPredictor.Interval.Target?
    package var warnings: [String]

    init(law: String, live: LiveRun) {
        self.law = law
        run = live.id
        now = live.now
        learningRate = live.rate
        offset = live.offset
        warnings = live.warnings
    }

    private enum CodingKeys: String, CodingKey {
        case kind
        case law
        case run
        case now
        case learningRate = "learning_rate"
        case offset
        case cooldowns
        case best
        case interval
        case intervalOf = "interval_of"
        case warnings
    }

    /// Picks the best, and says which interval there is.
    mutating func complete(interval: LawPredictor.Interval?) {
        let first = cooldowns.map(\.startStep).min() ?? now
        let early = cooldowns.indices.filter { cooldowns[$0].startStep == first }
        best = early.min { cooldowns[$0].final.loss < cooldowns[$1].final.loss } ?? 0
        guard cooldowns.first?.final.lower != nil else { return }
        self.interval = interval?.level
        intervalOf = interval?.target
    }
}
