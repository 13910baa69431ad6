package import Fitting
import Foundation
import Schedules

/// The answer of `best-schedule`.
package struct BestScheduleResult: Codable, Sendable, Equatable {
    /// The best of one family.
    package struct Member: Codable, Sendable, Equatable {
        package var name: String
        /// In the schedule language.
        package var schedule: String
        package var peak: Double
        package var finalRate: Double
        /// Steps of the way down.
        package var decaySteps: Int
        /// Whether it falls at a single step.
        package var jumps: Bool
        package var final: PlannedLoss
        package var evaluations: Int
        package var starts: Int
        package var startsAgreeing: Int

        init(_ found: FamilySearch.Outcome, schedule: String, final: PlannedLoss) {
            name = found.member.family.name
            self.schedule = schedule
            peak = found.member.peak
            finalRate = found.member.finalRate
            decaySteps = found.member.decaySteps
            jumps = found.member.family.jumps
            self.final = final
            evaluations = found.evaluations
            starts = found.starts
            startsAgreeing = found.agreeing
        }

        private enum CodingKeys: String, CodingKey {
            case name
            case schedule
            case peak
            case finalRate = "final_rate"
            case decaySteps = "decay_steps"
            case jumps
            case final
            case evaluations
            case starts
            case startsAgreeing = "starts_agreeing"
        }
    }

    /// The best of all that never rise.
    package struct Free: Codable, Sendable, Equatable {
        /// In the schedule language.
        package var schedule: String
        package var final: PlannedLoss
        /// What the recommended family member's loss is higher by.
        package var gain: PlannedLoss
        /// What writing the schedule with few digits changed its predicted loss by, in nats.
        package var roundingError: Double
        /// First-order optimality in nats; see `StairProblem.Optimality`.
        package var gap: Double
        package var iterations: Int
        package var evaluations: Int
        package var starts: Int
        package var startsAgreeing: Int
        /// Where it falls by more than a hundredth of the peak at one step.
        package var falls: [Fall]
        /// From where on the rate is next to nothing; nil where it never is.
        package var idleFromStep: Int?

        private enum CodingKeys: String, CodingKey {
            case schedule
            case final
            case gain
            case roundingError = "rounding_error"
            case gap = "optimality_gap"
            case iterations
            case evaluations
            case starts
            case startsAgreeing = "starts_agreeing"
            case falls
            case idleFromStep = "idle_from_step"
        }
    }

    /// A fall of the rate at one step.
    package struct Fall: Codable, Sendable, Equatable {
        package var step: Int
        package var from: Double
        package var to: Double
    }

    package var kind = BestSchedulePlan.about.id
    package var law: String
    package var totalSteps: Int
    package var warmupSteps: Int
    /// The limit on the peak.
    package var peak: Double
    package var minimumRate: Double
    /// The name of the schedule to train: a family's, or `free`.
    package var recommended: String
    /// The name of the schedule that plots and rows show.
    package var taken: String
    /// Lowest loss first.
    package var families: [Member]
    /// Nil where it was not asked for, or the law has no slopes by single rates.
    package var free: Free?
    package var interval: Double?
    package var intervalOf: LawPredictor.Interval.Target?
    package var warnings: [String] = []

    init(
        law: String, totalSteps: Int, warmupSteps: Int, peak: Double, minimumRate: Double,
        recommended: String, families: [Member]
    ) {
        self.law = law
        self.totalSteps = totalSteps
        self.warmupSteps = warmupSteps
        self.peak = peak
        self.minimumRate = minimumRate
        self.recommended = recommended
        taken = recommended
        self.families = families
    }

    private enum CodingKeys: String, CodingKey {
        case kind
        case law
        case totalSteps = "total_steps"
        case warmupSteps = "warmup_steps"
        case peak
        case minimumRate = "minimum_rate"
        case recommended
        case taken
        case families
        case free
        case interval
        case intervalOf = "interval_of"
        case warnings
    }

    /// The schedule of a name, and its predicted final loss.
    func schedule(named name: String) -> (text: String, final: PlannedLoss)? {
        if name == "free" { return free.map { ($0.schedule, $0.final) } }
        return families.first { $0.name == name }.map { ($0.schedule, $0.final) }
    }
}
