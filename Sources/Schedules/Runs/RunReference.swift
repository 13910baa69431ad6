/// "Run R's own schedule up to step s": `from:R@s`, or `{"from":{"run":"R","step":s}}`.
struct RunReference {
    /// What stands for it: the first s steps of the run's schedule, as segments.
    struct Head {
        let segments: [ScheduleSegment]
        let warnings: [String]
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
            warnings: found.schedule.readingWarnings + found.warnings)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
        default: false
        }
    }
}

extension RunReference: Decodable {
    init(from decoder: any Decoder) throws {
        let object = try ScheduleObject(decoder, owner: "from")
        try object.allowOnly(["run", "step"])
        try self.init(
            run: object.text("run"), step: object.count("step"), runAt: object.place("run"),
            stepAt: object.place("step"))
    }
}
