import Foundation
import Testing

@testable import Schedules

/// A schedule cut short keeps its rates, its areas and its text.
@Suite struct SchedulePrefixTests {
    private static let texts = [
        "warmup:100@3e-4,cosine:900@3e-5",
        "warmup:100@3e-4,hold:300,linear:300@1e-4,exp:300@1e-5",
        "warmup:100@3e-4,rsqrt:400,sqrt:250@1e-5,poly1.5:250@0",
        "step@1e-4,repeat:4(linear:100@3e-4,step@2e-4,cosine:150@1e-4,step@5e-5)",
        "repeat:10(step@1e-4,hold:50,repeat:2(step@2e-4,linear:25@0))",
        "repeat:40(repeat:3(linear:5@3e-4,step@1e-4),cosine:10@2e-4)",
        #"{"points":[[0,0],[100,3e-4],[700,3e-4],[1000,3e-5]],"interpolation":"linear"}"#,
        #"{"points":[[50,3e-4],[500,1e-4],[1000,3e-5]],"interpolation":"step","steps":1000}"#,
        #"{"points":[[200,3e-4],[999,1e-4]],"interpolation":"linear","warmup_steps":150}"#,
        #"{"points":[[10,3e-4],[500,1e-4]],"interpolation":"linear","steps":1000}"#,
        "{\"values\":\((0..<1_000).map { 3e-4 - 1e-9 * Double($0 * $0 % 977) })}",
    ]
    private static let cuts = [
        1, 2, 37, 50, 99, 100, 101, 250, 400, 499, 500, 501, 700, 999, 1_000,
    ]

    @Test(arguments: texts)
    func `has the very same rates, and ends at the rate of the cut`(text: String) throws {
        let whole = try LearningRateSchedule(parsing: text)
        let rates = whole.learningRates(through: whole.totalSteps)
        for cut in Self.cuts where cut <= whole.totalSteps {
            let prefix = try whole.prefix(steps: cut)
            #expect(prefix.totalSteps == cut)
            #expect(prefix.learningRates(through: cut) == Array(rates[...cut]), "cut at \(cut)")
            #expect(prefix.peakLearningRate == rates[...cut].max(), "cut at \(cut)")
            #expect(prefix.warmupSteps == min(whole.warmupSteps, cut))
        }
    }

    @Test(arguments: texts)
    func `reads back from its text and from its JSON`(text: String) throws {
        let whole = try LearningRateSchedule(parsing: text)
        for cut in Self.cuts where cut <= whole.totalSteps {
            let prefix = try whole.prefix(steps: cut)
            let back = try LearningRateSchedule(parsing: prefix.specification)
            #expect(back == prefix, "\(prefix.specification.prefix(200))")
            #expect(back.learningRates(through: cut) == prefix.learningRates(through: cut))
            #expect(try LearningRateSchedule(json: prefix.object) == prefix)
        }
    }

    @Test(arguments: texts)
    func `has the areas of the whole up to the cut`(text: String) throws {
        let whole = try LearningRateSchedule(parsing: text)
        let cut = 613
        let steps = [0, 40, 130, 360, 560, cut - 1]
        let prefix = try whole.prefix(steps: cut).followed(
            by: ScheduleSegment.segments(parsing: "hold:10,sqrt:50@0"))
        #expect(prefix.totalSteps == cut + 60)
        let (areas, known) = (ScheduleAreas(prefix), ScheduleAreas(whole))
        for (own, other) in zip(areas.forwardArea(at: steps), known.forwardArea(at: steps)) {
            #expect(abs(own - other) <= 1e-15 * other)
        }
        let (own, slopes) = areas.annealingArea(at: steps, decay: 0.99, from: 1)
        let (other, knownSlopes) = known.annealingArea(at: steps, decay: 0.99, from: 1)
        #expect(zip(own, other).allSatisfy { abs($0 - $1) <= 1e-13 * abs($1) + 1e-18 })
        #expect(zip(slopes, knownSlopes).allSatisfy { abs($0 - $1) <= 1e-13 * abs($1) + 1e-16 })
    }

    @Test func `areas of a continued schedule are those of its own rates`() throws {
        for text in Self.texts {
            let schedule = try LearningRateSchedule(parsing: text).prefix(steps: 413).followed(
                by: ScheduleSegment.segments(parsing: "linear:87/300@0,cosine:200@1e-5"))
            let last = schedule.totalSteps - 1
            let oracle = DoubleSumOracle(
                rates: schedule.learningRates(through: last), decay: 0.97, firstDropStep: 1)
            let areas = ScheduleAreas(schedule)
            for step in [412, 413, 450, 499, 500, last] {
                #expect(
                    abs(areas.forwardArea(at: [step])[0] - oracle.forwardArea(at: step)) < 1e-14)
                let area = areas.annealingArea(at: [step], decay: 0.97, from: 1).areas[0]
                #expect(abs(area - oracle.annealingArea(at: step)) < 1e-14)
            }
        }
    }

    @Test func `a cut segment is written n of m`() throws {
        func text(_ schedule: String, _ cut: Int) throws -> String {
            try LearningRateSchedule(parsing: schedule).prefix(steps: cut).specification
        }
        let cosine = "warmup:100@3e-4,cosine:900@3e-5"
        #expect(try text(cosine, 400) == "warmup:100@3e-4,cosine:300/900@3e-5")
        #expect(try text(cosine, 60) == "warmup:60/100@3e-4")
        #expect(try text(cosine, 100) == "warmup:100@3e-4")
        #expect(try text("step@1,hold:10,rsqrt:90", 40) == "step@1,hold:10,rsqrt:30")
        #expect(try text("step@1,hold:10,step@2,hold:9", 10) == "step@1,hold:10,step@2")
        #expect(
            try text("repeat:3(step@1,exp:10@2)", 25)
                == "repeat:2(step@1,exp:10@2),step@1,exp:5/10@2")
        let twice = try LearningRateSchedule(parsing: "linear:5/10@1").prefix(steps: 3)
        #expect(twice.specification == "linear:3/10@1")
    }

    @Test func `only the first rates of a list are kept`() throws {
        let values = try LearningRateSchedule(parsing: #"{"values":[1,2,3,4,5]}"#)
        #expect(
            try values.prefix(steps: 2).specification
                == #"{"segments":[{"shape":"values","steps":2,"values":[1,2,3]}]}"#)
        let points = try LearningRateSchedule(
            parsing: #"{"points":[[0,1],[50,2],[100,3],[200,4]],"interpolation":"linear"}"#)
        #expect(
            try points.prefix(steps: 60).specification
                == #"{"segments":[{"interpolation":"linear","of":100,"#
                + #""points":[[0,1],[50,2],[100,3]],"shape":"points","steps":60}]}"#)
    }

    @Test func `a cut outside the schedule is refused`() throws {
        let schedule = try LearningRateSchedule(parsing: "hold:9")
        for cut in [-1, 0, 10] {
            let error = #expect(throws: ScheduleError.self) { try schedule.prefix(steps: cut) }
            #expect(error?.message == "steps = \(cut), must be a whole number from 1 to 9")
        }
        let whole = try LearningRateSchedule(parsing: "step@1,hold:100000000")
        let error = #expect(throws: ScheduleError.self) {
            try whole.followed(by: ScheduleSegment.segments(parsing: "hold:1"))
        }
        #expect(error?.kind == .tooManySteps)
    }
}
