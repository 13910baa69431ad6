/// "Run R's own schedule up to step s": `from:R@s`, or `{"from":{"run":"R","step":s}}`.
struct RunReference {
    /// The segments that stand for it: the first s steps of the run's schedule, as segments.
    struct Head {
        let segments: [ScheduleSegment]
        let reading: Reading
    }

    let run: String
    let step: Int
    let runPlace: ScheduleError.Place
    let stepPlace: ScheduleError.Place

    /// Checks a reference as far as that goes without the run.
    ///
    /// - Parameters:
    ///   - run: The id: 1 to 128 of A–Z a–z 0–9 . _ -
    ///   - step: s, at least 1.
    ///   - runPlace: Where the id stands.
    ///   - stepPlace: Where the step stands.
    /// - Throws: `ScheduleError` at the id.
    init(
        run: String, step: Int, runAt runPlace: ScheduleError.Place,
        stepAt stepPlace: ScheduleError.Place
    ) throws(ScheduleError) {
        guard (1...128).contains(run.utf8.count), run.utf8.allSatisfy(Self.isAllowed) else {
            throw ScheduleError(.invalid(field: "run", value: run, rule: .runID), at: runPlace)
        }
        self.run = run
        self.step = step
        self.runPlace = runPlace
        self.stepPlace = stepPlace
    }

    /// Looks the run up.
    ///
    /// - Parameter runs: The runs that are known, if any are.
    /// - Returns: The run's first steps.
    /// - Throws: `ScheduleError` at the id or at the step.
    func head(in runs: ScheduledRuns?) throws(ScheduleError) -> Head {
        guard let runs else { throw ScheduleError(.noRunsHere, at: runPlace) }
        let found: ScheduledRuns.Found
        do throws(ScheduledRuns.Fault) {
            found = try runs.find(run)
        } catch {
            throw ScheduleError(.run(run, error), at: runPlace)
        }
        let total = found.schedule.totalSteps
        guard (1...total).contains(step) else {
            let rule = ScheduleError.Rule.stepOfRun(run, steps: total)
            throw ScheduleError(
                .invalid(field: "step", value: "\(step)", rule: rule), at: stepPlace)
        }
        return Head(
            segments: try found.schedule.prefix(steps: step).asSegments,
            reading: Reading(
                warnings: found.schedule.reading.warnings + found.warnings,
                continued: ContinuedRun(id: run, steps: step)))
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
        default: false
        }
    }
}

/// A run and the steps of it that a schedule begins with.
package struct ContinuedRun: Sendable, Equatable {
    package let id: String
    package let steps: Int

    package init(id: String, steps: Int) {
        self.id = id
        self.steps = steps
    }
}

/// The runs and warnings that were read beside a schedule's rates.
struct Reading: Sendable {
    /// Doubts about the runs that were continued.
    var warnings: [String] = []
    /// The run that the schedule begins with.
    var continued: ContinuedRun?
}

/// The runs that `from:RUN@s` may continue, as whoever reads a schedule knows them.
package struct ScheduledRuns: Sendable {
    /// A run's learning rates, and what to tell about them.
    package struct Found: Sendable {
        package let schedule: LearningRateSchedule
        package let warnings: [String]

        package init(_ schedule: LearningRateSchedule, warnings: [String] = []) {
            self.schedule = schedule
            self.warnings = warnings
        }
    }

    /// Why a run cannot be continued.
    package enum Fault: Error, Equatable, Sendable {
        /// There is no such run; with those that there are, where that is a short list.
        case unknown(known: [String])
        /// It has neither a schedule nor logged learning rates.
        case withoutRates
        /// Its rates make no schedule, for the reason given.
        case unusable(String)
    }

    package let find: @Sendable (_ run: String) throws(Fault) -> Found

    /// Knows runs through a closure.
    ///
    /// - Parameter find: The learning rates of a run, by its id.
    package init(_ find: @escaping @Sendable (_ run: String) throws(Fault) -> Found) {
        self.find = find
    }
}
