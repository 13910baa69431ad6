import Fitting
import Laws
import Records
import Schedules

/// The best of all schedules that never rise after the warm-up, written in few segments.
struct FreeSchedule {
    let law: any RateSensitiveLaw
    let context: PlanContext
    let totalSteps: Int
    let warmupSteps: Int
    let peak: Double
    let minimumRate: Double

    /// Rates below this share of the peak are not told apart from it: some laws have infinite
    /// slopes at a rate of 0.
    static let lowestShare = 1e-6
    /// A fall at one step by more than this share of the peak is listed.
    private static let notableFall = 0.01
    /// What writing rates with few digits may change the predicted loss by, in nats.
    static let roundingLimit = 1e-6

    /// Searches.
    ///
    /// - Parameters:
    ///   - family: The best member of a family.
    ///   - progress: Told how much is done, 0 to 1.
    /// - Returns: The best schedule.
    /// - Throws: `FittingError`, or `ScheduleError`.
    func best(
        comparedWith family: BestScheduleResult.Member, progress: (Double) -> Void
    ) throws -> BestScheduleResult.Free {
        let problem = StairProblem(
            law: law, parameters: try context.predictor.parameterValues(for: context.features),
            features: try law.features(of: Run(id: "plan", features: context.features)),
            totalSteps: totalSteps, warmupSteps: warmupSteps, peak: peak,
            floor: max(minimumRate, Self.lowestShare * peak))
        let stairs = StairSearch(problem: problem).best(progress: progress)
        var found = Found(
            descent: Descent(stairs, of: problem), loss: stairs.loss, gap: stairs.gap,
            iterations: stairs.iterations, evaluations: stairs.evaluations, starts: stairs.starts,
            agreeing: stairs.agreeing)
        if stairs.stairs.jumps.count >= StairSearch.mostJumps {
            let ramps = RampSearch(problem: problem).best(from: stairs.stairs)
            found.iterations += ramps.iterations
            found.evaluations += ramps.evaluations
            if ramps.loss < found.loss {
                (found.descent, found.loss) = (ramps.descent, ramps.loss)
                (found.gap, found.starts, found.agreeing) = (
                    ramps.gap, ramps.starts, ramps.agreeing
                )
            }
        }
        let (schedule, error) = try rounded(found)
        let gain = try context.predictor.differences(
            of: [.init(endOf: try LearningRateSchedule(parsing: family.schedule))],
            from: [.init(endOf: schedule)], features: context.features,
            interval: context.interval)
        return BestScheduleResult.Free(
            schedule: PlanText.language(schedule), final: try context.plannedLoss(of: schedule),
            gain: PlannedLoss(gain, 0), roundingError: error, gap: found.gap,
            iterations: found.iterations, evaluations: found.evaluations, starts: found.starts,
            startsAgreeing: found.agreeing, falls: falls(of: schedule),
            idleFromStep: idleStep(of: schedule))
    }

    private struct Found {
        var descent: Descent
        var loss: Double
        var gap: Double
        var iterations: Int
        var evaluations: Int
        var starts: Int
        var agreeing: Int
    }

    /// The way down in as few segments and digits as the loss does not feel.
    private func rounded(
        _ found: Found
    ) throws -> (schedule: LearningRateSchedule, error: Double) {
        func error(_ descent: Descent) throws -> Double {
            abs(
                try context.finalLoss(of: LearningRateSchedule(parsing: text(descent))) - found.loss
            )
        }
        var digits = 4
        var descent = found.descent.rounded(to: digits, minimum: minimumRate, peak: peak)
        while try error(descent) > 0.5 * Self.roundingLimit, digits < 12 {
            digits += 2
            descent = found.descent.rounded(to: digits, minimum: minimumRate, peak: peak)
        }
        // Each point of a smooth way down that can be left out is.
        var index = descent.points.count - 2
        while index > 0 {
            var shorter = descent
            shorter.points.remove(at: index)
            if !descent.isStairs, try error(shorter) <= Self.roundingLimit { descent = shorter }
            index -= 1
        }
        return (try LearningRateSchedule(parsing: text(descent)), try error(descent))
    }

    private func text(_ descent: Descent) -> String {
        let start = warmupSteps > 0 ? "warmup:\(warmupSteps)@\(peak)" : "step@\(peak)"
        return start + "," + descent.text
    }

    /// The steps onto which the rate falls by more than a hundredth of the peak, of the schedule as
    /// it is written.
    private func falls(of schedule: LearningRateSchedule) -> [BestScheduleResult.Fall] {
        let edges = schedule.pieceStarts.filter { $0 > warmupSteps }
        // A line's own falls begin one step after its first rate.
        let steps = Set(edges + edges.map { $0 + 1 }.filter { $0 < totalSteps }).sorted()
        return steps.map { step in
            BestScheduleResult.Fall(
                step: step, from: schedule.learningRate(at: step - 1),
                to: schedule.learningRate(at: step))
        }.filter { $0.from - $0.to > Self.notableFall * peak }
    }

    /// The step from which on the rate is next to nothing; nil where it never is.
    private func idleStep(of schedule: LearningRateSchedule) -> Int? {
        let idle = schedule.pieceStarts.reversed().prefix { start in
            schedule.learningRate(at: start) <= Self.lowestShare * peak
        }
        return idle.last
    }
}
