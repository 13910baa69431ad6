import Fitting
import Foundation
import Laws
import Records
import Schedules

/// Schedules of one form: a warm-up, a hold, and one way down.
package struct ScheduleFamily: Sendable, Equatable {
    /// When the way down begins.
    enum Onset: Equatable {
        /// There is none: the peak is held.
        case never
        /// Right after the warm-up.
        case atOnce
        /// After a hold, as long as is best.
        case anywhere
    }

    /// As in `wsd-sqrt`.
    package let name: String
    let onset: Onset
    /// The segment of the way down in the schedule language; `step` jumps and holds.
    let shape: String

    /// Every family: a cooldown of each shape in the schedules' catalogue after a hold, and others.
    package static let all =
        [
            ScheduleFamily(name: "constant", onset: .never, shape: "hold"),
            ScheduleFamily(name: "cosine", onset: .atOnce, shape: "cosine"),
            ScheduleFamily(name: "linear", onset: .atOnce, shape: "linear"),
        ]
        + ScheduleCatalog.cooldownNames.map { shape in
            ScheduleFamily(name: "wsd-\(shape)", onset: .anywhere, shape: shape)
        } + [ScheduleFamily(name: "two-stage", onset: .anywhere, shape: "step")]

    /// The families named; all without names.
    static func named(_ names: [String]?) -> [ScheduleFamily] {
        names.map { names in all.filter { names.contains($0.name) } } ?? all
    }

    /// True where the rate falls at a single step, as no trained schedule of many does.
    var jumps: Bool { shape == "step" }
}

/// One schedule of a family.
struct FamilyMember: Equatable {
    var family: ScheduleFamily
    var totalSteps: Int
    var warmupSteps: Int
    var peak: Double
    var finalRate: Double
    /// Steps of the way down; 0 without one.
    var decaySteps: Int

    /// The member in the schedule language.
    var text: String {
        let warmup = warmupSteps > 0 ? "warmup:\(warmupSteps)@\(peak)" : "step@\(peak)"
        let held = totalSteps - warmupSteps - decaySteps
        let hold = held > 0 ? ",hold:\(held)" : ""
        guard decaySteps > 0 else { return warmup + hold }
        let fall =
            family.jumps
            ? "step@\(finalRate),hold:\(decaySteps)" : "\(family.shape):\(decaySteps)@\(finalRate)"
        return "\(warmup)\(hold),\(fall)"
    }

    /// - Throws: `ScheduleError` for more steps than a schedule may have.
    func schedule() throws(ScheduleError) -> LearningRateSchedule {
        try LearningRateSchedule(parsing: text)
    }
}

/// The members of a family of one length, as points of a unit cube that a search moves in.
///
/// Axes are logarithmic: the peak from a tenth of its limit, the final rate from a ten-thousandth
/// of the peak, the way down from one step. Rates are kept to four digits, which no loss feels and
/// an echoed schedule is shorter by.
struct FamilySpace {
    var family: ScheduleFamily
    var totalSteps: Int
    var warmupSteps: Int
    var peakLimit: Double
    var minimumRate: Double

    private static let lowestPeak = 0.1
    private static let lowestFinal = 1e-4
    private static let digits = 4

    /// The member at a point of the cube: peak, final rate and length of the way down, those that
    /// the family has.
    func member(at point: [Double]) -> FamilyMember {
        let peak = peakLimit * pow(Self.lowestPeak, 1 - point[0])
        let room = totalSteps - warmupSteps
        let roundedPeak = point[0] == 1 ? peakLimit : PlanText.rounded(peak, digits: Self.digits)
        let decay: Int =
            switch family.onset {
            case .never: 0
            case .atOnce: room
            case .anywhere: min(room, max(1, Int(pow(Double(room), point[2]).rounded())))
            }
        return FamilyMember(
            family: family, totalSteps: totalSteps, warmupSteps: warmupSteps, peak: roundedPeak,
            finalRate: point.count > 1 ? finalRate(at: point[1], peak: roundedPeak) : roundedPeak,
            decaySteps: decay)
    }

    private func finalRate(at fraction: Double, peak: Double) -> Double {
        let lowest = max(
            minimumRate, PlanText.rounded(peak * Self.lowestFinal, digits: Self.digits))
        guard lowest < peak else { return peak }
        // The lower end is the minimum itself, 0 mostly, where a way down can end there.
        if fraction == 0 {
            return ScheduleCatalog.needsPositiveRates(family.shape) ? lowest : minimumRate
        }
        return min(
            peak, PlanText.rounded(lowest * pow(peak / lowest, fraction), digits: Self.digits))
    }

    /// The starts of searches: at the full peak, with short, middling and long ways down.
    var starts: [[Double]] {
        switch family.onset {
        case .never: [[1]]
        case .atOnce: [[1, 0.25], [1, 0.75]]
        case .anywhere: [[1, 0.5, 0.75], [1, 0.25, 0.875], [1, 0.75, 0.95]]
        }
    }
}

/// The member of a family with the lowest predicted loss at its end.
struct FamilySearch {
    let context: PlanContext
    let space: FamilySpace

    struct Outcome {
        var member: FamilyMember
        var loss: Double
        var evaluations = 0
        var starts = 0
        /// Starts that ended within `agreement` of the best.
        var agreeing = 0
    }

    /// Two searches agree when their losses are this close, in nats.
    static let agreement = 1e-5
    /// Slopes are differences over this much of an axis: many steps of all but the shortest ways down,
    /// and far more than the rounding of a rate.
    private static let difference = 1.0 / 256

    /// Searches from the starts of the space: down the slopes, and the last of the way by steps, since
    /// whole steps and rounded rates have no slopes.
    ///
    /// - Parameter starts: How many of them at most.
    /// - Returns: The best member found.
    /// - Throws: `FittingError`, `ScheduleError`, or `PlanError` where the law gives no loss.
    func best(starts: Int = .max) throws -> Outcome {
        var evaluations = 0
        func value(_ point: [Double]) throws -> Double {
            evaluations += 1
            return try loss(of: space.member(at: point))
        }
        let ends = try space.starts.prefix(starts).map { start in
            try BoundedMinimizer(slopeTolerance: 1e-5, maximumIterations: 20).minimum(
                from: start, upper: 1, value: value
            ) { point, height in
                try point.indices.map { axis in
                    var moved = point
                    let step =
                        point[axis] + Self.difference > 1 ? -Self.difference : Self.difference
                    moved[axis] += step
                    let slope = (try value(moved) - height) / step
                    return slope.isFinite ? slope : 0
                }
            }
        }
        guard let lowest = ends.min(by: { $0.value < $1.value }) else {
            preconditionFailure("every family has a start")
        }
        // Of a short schedule a small part of an axis is no whole step.
        let isShort = space.totalSteps - space.warmupSteps < 1_000
        let best = try CompassSearch(
            resolution: 1.0 / 4096, firstStep: isShort ? 1.0 / 16 : 1.0 / 128
        ).minimum(from: lowest.point, value)
        guard best.value.isFinite else { throw context.noLoss }
        return Outcome(
            member: space.member(at: best.point), loss: best.value, evaluations: evaluations,
            starts: ends.count,
            agreeing: ends.count { $0.value <= lowest.value + Self.agreement })
    }

    /// The predicted loss at a member's last step.
    func loss(of member: FamilyMember) throws -> Double {
        try context.finalLoss(of: member.schedule())
    }
}
