import JSONText
import Testing

@testable import Schedules

/// The JSON forms: what they mean, and how they fail.
@Suite struct ScheduleJSONTests {
    @Test func `segments in JSON are the segments of the language`() throws {
        let json = """
            {"segments":[{"shape":"warmup","steps":2160,"to":3e-4},
             {"shape":"repeat","times":2,"segments":[{"shape":"hold","steps":1e3},
              {"shape":"step","to":1e-4},{"shape":"poly2","steps":100.0,"to":0}]}]}
            """
        let schedule = try LearningRateSchedule(parsing: json)
        #expect(
            schedule.specification
                == "warmup:2160@3e-4,repeat:2(hold:1000,step@1e-4,poly2:100@0)")
    }

    @Test func `points are joined by lines or held`() throws {
        let points = #"{"points":[[2,4.0],[4,8],[8,0]],"steps":10,"#
        let lines = try LearningRateSchedule(parsing: points + #""interpolation":"linear"}"#)
        #expect(lines.learningRates(through: 10) == [4, 4, 4, 6, 8, 6, 4, 2, 0, 0, 0])
        #expect(lines.warmupSteps == 4 && lines.points?.leadIn == .firstValueHeld)
        let holds = try LearningRateSchedule(parsing: points + #""interpolation":"step"}"#)
        #expect(holds.learningRates(through: 10) == [4, 4, 4, 4, 8, 8, 8, 8, 0, 0, 0])
        #expect(holds.warmupSteps == 4 && holds.peakLearningRate == 8)
    }

    @Test func `without steps the last point is the last step`() throws {
        let points = try LearningRateSchedule(parsing: #"{"points":[[0,1],[9,1]]}"#)
        #expect(points.totalSteps == 10 && points.finalLearningRate == 1)
        #expect(points.points?.leadIn == PointList.LeadIn.none)
    }

    @Test func `a point at the end is where the schedule ends`() throws {
        let schedule = try LearningRateSchedule(
            parsing: #"{"points":[[0,4],[100,0]],"interpolation":"step","steps":100}"#)
        #expect(schedule.learningRate(at: 99) == 4 && schedule.finalLearningRate == 0)
        let areas = ScheduleAreas(schedule)
        #expect(areas.forwardArea(at: [99, 100]) == [400, 400])
        #expect(areas.annealingArea(at: [99, 100], decay: 0.5, from: 1).areas == [0, 4])
    }

    @Test func `values are one per step`() throws {
        let schedule = try LearningRateSchedule(parsing: #"{"values":[0,1,2,2,1]}"#)
        #expect(schedule.learningRates(through: 5) == [0, 1, 2, 2, 1, 1])
        #expect(schedule.warmupSteps == 2)
    }

    @Test func `dense and sparse points give the same rates and areas`() throws {
        let sparse = #"{"points":[[0,0],[40,4],[90,1]],"steps":90}"#
        let rates = try LearningRateSchedule(parsing: sparse).learningRates(through: 90)
        let pairs = rates.enumerated().map { "[\($0),\($1)]" }.joined(separator: ",")
        let first = try LearningRateSchedule(parsing: sparse)
        let second = try LearningRateSchedule(parsing: "{\"points\":[\(pairs)],\"steps\":90}")
        #expect(first.pieces.count == 2 && second.pieces.count == 1)
        let steps = [0, 10, 39, 40, 41, 70, 89, 90]
        let areas = [first, second].map(ScheduleAreas.init)
        let forward = areas.map { $0.forwardArea(at: steps) }
        let annealing = areas.map { $0.annealingArea(at: steps, decay: 0.9, from: 41).areas }
        for index in steps.indices {
            #expect((forward[0][index] - forward[1][index]).magnitude < 1e-11)
            #expect((annealing[0][index] - annealing[1][index]).magnitude < 1e-11)
        }
    }

    @Test(arguments: [
        ("{", "the schedule begins like JSON and is not valid JSON"),
        ("{}", "/: a schedule object has exactly one of `segments`, `points` and `values`"),
        (#"{"values":[1],"points":[[0,1]]}"#, "/: a schedule object has exactly one of"),
        (#"{"segments":[]}"#, "the schedule has 0 steps, must have at least 1"),
        (#"{"segments":{}}"#, "/segments: must be a list of segments"),
        (#"{"segments":[3]}"#, "/segments/0: must be an object or a text"),
        (#"{"segments":[{"steps":1}]}"#, "/segments/0: a segment needs `shape`"),
        (#"{"segments":[{"shape":"hold"}]}"#, "/segments/0: a segment needs `steps`"),
        (#"{"segments":[{"shape":"hold","steps":"x"}]}"#, "/segments/0/steps: must be a number"),
        (
            #"{"segments":[{"shape":"hold","steps":0.5}]}"#,
            "/segments/0/steps: steps = 0.5, must be a whole number of steps"
        ),
        (
            #"{"segments":[{"shape":"hold","steps":5,"to":1}]}"#,
            "/segments/0/to: a segment has no `to`; it takes shape, steps"
        ),
        (
            #"{"segments":[{"shape":"cosine","steps":5,"to":-1}]}"#,
            "/segments/0/to: to = -1, must be 0 or a number from 1e-30 to 1e6"
        ),
        (
            #"{"segments":[{"shape":"cubic","steps":5,"to":1}]}"#,
            "/segments/0/shape: unknown segment `cubic`; known segments are"
        ),
        (
            #"{"segments":[{"shape":"hold","steps":1},{"shape":"exp","steps":5,"to":1}]}"#,
            "/segments/1: exp runs from 0 to 1"
        ),
        (
            #"{"segments":[{"shape":"repeat","times":2,"segments":[]}]}"#,
            "/segments/0/segments: a segment is missing"
        ),
        (
            #"{"segments":[{"shape":"repeat","times":0,"segments":[]}]}"#,
            "/segments/0/times: times = 0, must be a whole number of at least 1"
        ),
        (#"{"points":[]}"#, "/points: at least one point is needed"),
        (#"{"points":[[0]]}"#, "/points/0: must be a pair [step, learning rate]"),
        (
            #"{"points":[[0,1],["a",1]]}"#,
            "/points/1/0: must be a list of pairs [step, learning rate]"
        ),
        (
            #"{"points":[[0.5,1]]}"#,
            "/points/0/0: step = 0.5, must be a whole step from 0 to 100000000"
        ),
        (
            #"{"points":[[0,1],[5,-1]]}"#,
            "/points/1/1: learning rate = -1.0, must be 0 or a number from 1e-30 to 1e6"
        ),
        (#"{"points":[[5,1],[5,2]]}"#, "/points/1/0: step = 5, must be above the step before = 5"),
        (
            #"{"points":[[0,1],[50,2]],"steps":40}"#,
            "/points/1/0: step = 50, must be at most steps = 40"
        ),
        (
            #"{"points":[[0,1]],"steps":0}"#,
            "/steps: steps = 0, must be a whole number of steps from 1 to 100000000"
        ),
        (
            #"{"points":[[0,1]],"stpes":5}"#,
            "/stpes: a schedule has no `stpes`; it takes points, interpolation, steps, warmup_steps"
        ),
        (
            #"{"points":[[0,1]],"interpolation":"cubic"}"#,
            "/interpolation: interpolation = cubic, must be one of linear, step"
        ),
        (
            #"{"points":[[9,1]],"steps":10,"warmup_steps":11}"#,
            "/warmup_steps: warmup_steps = 11, must be at most steps = 10"
        ),
        (#"{"values":[]}"#, "/values: the schedule has 0 steps, must have at least 1"),
        (
            #"{"values":[1,1e7]}"#,
            "/values/1: learning rate = 10000000.0, must be 0 or a number from"
        ),
        (
            #"{"points":[[0,1e-31]]}"#,
            "/points/0/1: learning rate = 1e-31, must be 0 or a number from"
        ),
        (
            #"{"values":[1,-2]}"#,
            "/values/1: learning rate = -2.0, must be 0 or a number from 1e-30 to 1e6"
        ),
    ])
    func `errors in JSON point at the key`(json: String, message: String) throws {
        let error = #expect(throws: ScheduleError.self) {
            try LearningRateSchedule(parsing: json)
        }
        let said = try #require(error).message
        #expect(said.hasPrefix(message), "\(said)")
    }

    @Test func `inside another object the pointer is the whole path`() throws {
        struct Run: Decodable { let schedule: LearningRateSchedule }
        let json = #"{"schedule":{"segments":[{"shape":"hold","steps":-1}]}}"#
        let error = #expect(throws: ScheduleError.self) {
            try JSONDecoding.value(Run.self, from: Array(json.utf8))
        }
        #expect(error?.place == .pointer("/schedule/segments/0/steps"))
    }
}
