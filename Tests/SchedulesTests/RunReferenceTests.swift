import Foundation
import Testing

@testable import Schedules

/// `from:RUN@s`: a run's own schedule up to a step, then something else.
@Suite struct RunReferenceTests {
    private static let runs = ScheduledRuns { run throws(ScheduledRuns.Fault) in
        switch run {
        case "base": return try found("warmup:100@3e-4,cosine:900@3e-5")
        case "logged-1.0_a":
            return try found(
                #"{"points":[[0,1e-4],[50,3e-4],[99,2e-4]],"interpolation":"linear"}"#,
                warning: "logged rates are used")
        case "dark": throw .withoutRates
        case "bent": throw .unusable("steps must ascend")
        default: throw .unknown(known: ["base", "dark"])
        }
    }

    private static func found(
        _ text: String, warning: String? = nil
    ) throws(ScheduledRuns.Fault) -> ScheduledRuns.Found {
        do throws(ScheduleError) {
            return ScheduledRuns.Found(
                try LearningRateSchedule(parsing: text), warnings: warning.map { [$0] } ?? [])
        } catch {
            throw .unusable(error.message)
        }
    }

    @Test func `continues a run from the rate that it has at the step`() throws {
        let base = try LearningRateSchedule(parsing: "warmup:100@3e-4,cosine:900@3e-5")
        let schedule = try LearningRateSchedule(
            parsing: "from:base@400,cosine:4000@0", runs: Self.runs)
        #expect(schedule.totalSteps == 4_400)
        #expect(schedule.learningRates(through: 400) == base.learningRates(through: 400))
        let half = base.learningRate(at: 400) / 2
        #expect(abs(schedule.learningRate(at: 2_400) - half) < 1e-14 * half)
        #expect(
            schedule.segmentText == "warmup:100@3e-4,cosine:300/900@3e-5,cosine:4000@0")
        let alone = try LearningRateSchedule(parsing: " from:base@1e3", runs: Self.runs)
        #expect(alone == base)
        #expect(schedule.continued?.id == "base" && schedule.continued?.steps == 400)
        #expect(base.continued == nil)
    }

    @Test func `continues what a run logged, and keeps what is to be told of it`() throws {
        let text = "from:logged-1.0_a@75,hold:25"
        let schedule = try LearningRateSchedule(parsing: text, runs: Self.runs)
        #expect(schedule.warnings == ["logged rates are used"])
        #expect(schedule.segmentText == nil)
        #expect(schedule.warmupSteps == 50)
        let back = try LearningRateSchedule(parsing: schedule.specification)
        #expect(back == schedule)
        #expect(back.learningRates(through: 100) == schedule.learningRates(through: 100))
        let longer = try schedule.prefix(steps: 60).followed(
            by: ScheduleSegment.segments(parsing: "linear:10@0"))
        #expect(longer.warnings == schedule.warnings)
    }

    @Test func `is an object in JSON`() throws {
        let text = """
            {"from":{"run":"base","step":400},
            "segments":[{"shape":"cosine","steps":4000,"to":0}]}
            """
        let schedule = try LearningRateSchedule(parsing: text, runs: Self.runs)
        let same = try LearningRateSchedule(
            parsing: "from:base@400,cosine:4000@0", runs: Self.runs)
        #expect(schedule == same && schedule.continued == same.continued)
        let alone = try LearningRateSchedule(
            parsing: #"{"from":{"run":"base","step":1000}}"#, runs: Self.runs)
        #expect(alone.totalSteps == 1_000)
    }

    private static let faults: [(String, String)] = [
        (
            "from:none@5",
            "character 6, in `from:none@5`: there is no run `none`; there is base, dark"
        ),
        (
            "from:dark@5,hold:1",
            "character 6, in `from:dark@5`: run `dark` has neither a schedule nor logged learning"
                + " rates to continue"
        ),
        (
            "from:bent@5",
            "character 6, in `from:bent@5`: run `bent` cannot be continued: steps must ascend"
        ),
        (
            "from:base@1001,hold:1",
            "character 11, in `from:base@1001`: step = 1001, must be a whole step from 1 to 1000,"
                + " the length of run `base`"
        ),
        (
            "from:base@0",
            "character 11, in `from:base@0`: step = 0, must be a whole number of steps from 1 to"
                + " 100000000"
        ),
        (
            "from:base@1.5",
            "character 11, in `from:base@1.5`: step = 1.5, must be a whole number of"
        ),
        ("from:base", "character 1, in `from:base`: must be written from:RUN@s"),
        ("from@3", "character 1, in `from@3`: must be written from:RUN@s"),
        (
            "from:b se@3",
            "character 6, in `from:b se@3`: run = b se, must be 1 to 128 of the characters A-Z a-z"
        ),
        ("from:@3", "character 6, in `from:@3`: run = , must be 1 to 128 of the characters"),
        (
            "hold:5,from:base@3",
            "character 8, in `from:base@3`: what continues a run, or lists rates, can only come"
                + " first in a schedule"
        ),
        ("repeat:2(from:base@3)", "character 10, in `from:base@3`: what continues a run"),
        ("from:base@5,from:base@5", "character 13, in `from:base@5`: what continues a run"),
        (
            #"{"from":{"run":"base","step":1001}}"#,
            "/from/step: step = 1001, must be a whole step from 1 to 1000, the length of run `base`"
        ),
        (#"{"from":{"run":"none","step":1}}"#, "/from/run: there is no run `none`; there is base"),
        (#"{"from":{"run":"base"}}"#, "/from: from needs `step`"),
        (#"{"from":"base"}"#, "/from: must be"),
        (
            #"{"from":{"run":"base","step":1},"points":[]}"#,
            "/points: a schedule has no `points`; it takes from, segments"
        ),
        (
            #"{"from":{"run":"base","step":9},"segments":[{"shape":"exp","steps":2,"to":0}]}"#,
            "/segments/0: exp runs from"
        ),
    ]

    @Test(arguments: faults)
    func `what is wrong with it is said at the run or the step`(
        text: String, message: String
    ) throws {
        let error = #expect(throws: ScheduleError.self) {
            try LearningRateSchedule(parsing: text, runs: Self.runs)
        }
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: ["from:base@5,hold:1", #"{"from":{"run":"base","step":5}}"#])
    func `without runs it says where it may be used`(text: String) {
        let error = #expect(throws: ScheduleError.self) { try LearningRateSchedule(parsing: text) }
        #expect(error?.kind == .noRunsHere)
        #expect(
            error?.detail
                == "there are no runs to continue here; `from:RUN@s` is for a prediction or a plan"
                + " that is given run files or a server")
    }

    private static let cuts: [(String, String)] = [
        ("hold:5/10", "character 1, in `hold:5/10`: must be written hold:n"),
        (
            "cosine:5/4@0",
            "character 10, in `cosine:5/4@0`: steps of the whole segment = 4, must be a whole number"
                + " from 5 to 100000000"
        ),
        ("linear:5/@0", "character 10, in `linear:5/@0`: steps of the whole segment = , must be"),
        (
            #"{"segments":[{"shape":"cosine","steps":5,"of":4,"to":1}]}"#,
            "/segments/0/steps: steps = 5, must be at most of = 4"
        ),
        (
            #"{"segments":[{"shape":"hold","steps":5,"of":9}]}"#,
            "/segments/0/of: a segment has no `of`; it takes shape, steps"
        ),
        (
            #"{"segments":[{"shape":"values","steps":3,"values":[1,2]}]}"#,
            "/segments/0/steps: steps = 3, must be at most the steps listed = 2"
        ),
        (
            #"{"segments":[{"shape":"values","values":[1,-2]}]}"#,
            "/segments/0/values/1: learning rate = -2.0, must be"
        ),
        (
            #"{"segments":[{"shape":"points","points":[[0,1],[5,2]],"of":3}]}"#,
            "/segments/0/points/1/0: step = 5, must be at most steps = 3"
        ),
        (
            #"{"segments":[{"shape":"hold","steps":1},{"shape":"values","values":[1]}]}"#,
            "/segments/1: what continues a run, or lists rates, can only come first"
        ),
        (
            #"{"segments":[{"shape":"repeat","times":2,"segments":[{"shape":"values","values":[1]}]}]}"#,
            "/segments/0/segments/0: what continues a run, or lists rates, can only come first"
        ),
    ]

    @Test(arguments: cuts)
    func `what is wrong with a cut or a list is said where it is`(
        text: String, message: String
    ) throws {
        let error = #expect(throws: ScheduleError.self) { try LearningRateSchedule(parsing: text) }
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }
}
