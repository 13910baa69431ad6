import Testing

@testable import Schedules

/// Every refusal: where it points, and the sentence it says.
@Suite struct ScheduleErrorTests {
    private static let names =
        "known segments are \(list(ScheduleCatalog.segments)) and the schedules"
        + " \(list(ScheduleCatalog.named)), written name(…)"

    private static func list(_ forms: [ScheduleForm]) -> String {
        forms.map(\.name).joined(separator: ", ")
    }

    @Test(arguments: [
        (
            "",
            "character 1, in ``: a segment is missing; write for example warmup:100@3e-4,hold:900"
        ),
        ("hold:1,,hold:2", "character 8, in ``: a segment is missing;"),
        (
            "step@1,cosin:10@3e-5",
            "character 8, in `cosin:10@3e-5`: unknown segment `cosin`; \(names)"
        ),
        ("Hold:10", "character 1, in `Hold:10`: unknown segment `Hold`; "),
        (
            "wds(peak=1)",
            "character 1, in `wds(peak=1)`: unknown schedule `wds(…)`; known schedules are"
        ),
        ("hold(10)", "character 1, in `hold(10)`: must be written hold:n"),
        ("hold", "character 1, in `hold`: must be written hold:n"),
        ("hold:10@1", "character 1, in `hold:10@1`: must be written hold:n"),
        ("rsqrt:10@1", "character 1, in `rsqrt:10@1`: must be written rsqrt:n"),
        ("cosine:10", "character 1, in `cosine:10`: must be written cosine:n@b"),
        ("step:10", "character 1, in `step:10`: must be written step@b"),
        ("polyx:10@0", "character 1, in `polyx:10@0`: P = x, must be a number from 1e-3 to 1000"),
        (
            "poly-1:10@0",
            "character 1, in `poly-1:10@0`: P = -1, must be a number from 1e-3 to 1000"
        ),
        (
            "hold:0",
            "character 6, in `hold:0`: steps = 0, must be a whole number of steps from 1 to 100000000"
        ),
        ("step@1,hold:-5", "character 13, in `hold:-5`: steps = -5, must be a whole number"),
        ("hold:1.5", "character 6, in `hold:1.5`: steps = 1.5, must be a whole number"),
        ("hold:1e9", "character 6, in `hold:1e9`: steps = 1e9, must be a whole number"),
        ("hold:nan", "character 6, in `hold:nan`: steps = nan, must be a whole number"),
        (
            "step@-1e-4,hold:1",
            "character 6, in `step@-1e-4`: learning rate = -1e-4, must be 0 or a number from 1e-30 to 1e6"
        ),
        ("linear:5@inf", "character 10, in `linear:5@inf`: learning rate = inf, must be 0 or"),
        ("linear:5@1e999", "character 10, in `linear:5@1e999`: learning rate = 1e999, must be"),
        (
            "linear:5@1.1e6",
            "character 10, in `linear:5@1.1e6`: learning rate = 1.1e6, must be 0 or"
        ),
        (
            "linear:5@9e-31",
            "character 10, in `linear:5@9e-31`: learning rate = 9e-31, must be 0 or"
        ),
        ("linear:5@0x1p3", "character 10, in `linear:5@0x1p3`: learning rate = 0x1p3, must be"),
        ("linear:5@", "character 10, in `linear:5@`: learning rate = , must be 0 or a number"),
        (
            "hold:5)",
            "character 7, in ``: `)` is not expected here; segments are separated by commas"
        ),
        (
            "repeat:3(hold:5",
            "character 9, in `repeat:3(hold:5`: the parenthesis opened here is not closed"
        ),
        ("repeat:3(hold:5@", "character 17, in `hold:5@`: learning rate = , must be"),
        (
            "repeat:0(hold:5)",
            "character 8, in `repeat:0(hold:5)`: repeat = 0, must be a whole number of at least 1"
        ),
        ("repeat:3", "character 1, in `repeat:3`: must be written repeat:k(…)"),
        ("repeat:2()", "character 10, in ``: a segment is missing;"),
        (
            "warmup:5@1,exp:5@0",
            "character 12, in `exp:5@0`: exp runs from 1 to 0, both must be above 0; use linear, or step@b to begin above 0"
        ),
        ("exp:5@1", "character 1, in `exp:5@1`: exp runs from 0 to 1, both must be above 0"),
        ("step@1", "the schedule has 0 steps, must have at least 1"),
        (
            "hold:1e8,hold:1",
            "character 10, in `hold:1`: the schedule has too many steps, must be at most 100000000"
        ),
        (
            "repeat:1e5(repeat:1e5(hold:1e5))",
            "character 12, in `repeat:1e5(hold:1e5)`: the schedule has too many steps"
        ),
        (
            "repeat:1e8(step@1)",
            "character 1, in `repeat:1e8(step@1)`: the schedule has too many segments once repeats are written out, must be at most 10000"
        ),
    ])
    func `the language's errors name the segment and the character`(
        text: String, message: String
    ) throws {
        let error = try #require(Self.error(parsing: text))
        #expect(error.message.hasPrefix(message), "\(error.message)")
    }

    @Test(arguments: [
        ("cosine(steps=10)", "character 1, in `cosine(steps=10)`: cosine(…) needs `peak`"),
        ("cosine(peak=1)", "character 1, in `cosine(peak=1)`: cosine(…) needs `steps`"),
        (
            "cosine(peek=1)",
            "character 8, in `cosine(peek=1)`: cosine(…) has no `peek`; it takes peak, steps, warmup, final, cycles"
        ),
        (
            "cosine(peak=1,peak=2)",
            "character 15, in `cosine(peak=1,peak=2)`: `peak` is given twice"
        ),
        (
            "cosine(peak)",
            "character 8, in `cosine(peak)`: must be written cosine(peak=…,steps=…,warmup=0,final=0,cycles=1)"
        ),
        (
            "cosine(peak=1,steps=10",
            "character 7, in `cosine(peak=1,steps=10`: the parenthesis opened here is not closed"
        ),
        (
            "constant(peak=-1,steps=5)",
            "character 15, in `constant(peak=-1,steps=5)`: peak = -1, must be 0 or a number from 1e-30 to 1e6"
        ),
        (
            "constant(peak=1,steps=0)",
            "character 23, in `constant(peak=1,steps=0)`: steps = 0, must be a whole number of steps from 1 to 100000000"
        ),
        (
            "constant(peak=1,steps=5,warmup=6)",
            "character 1, in `constant(peak=1,steps=5,warmup=6)`: warmup = 6, must be at most steps = 5"
        ),
        (
            "wsd(peak=1,steps=5,warmup=3,decay=3)",
            "character 1, in `wsd(peak=1,steps=5,warmup=3,decay=3)`: warmup + decay = 6, must be at most steps = 5"
        ),
        (
            "wsd(peak=1,steps=5,decay=3,shape=tri)",
            "character 34, in `wsd(peak=1,steps=5,decay=3,shape=tri)`: shape = tri, must be one of \(ScheduleCatalog.cooldownNames.joined(separator: ", "))"
        ),
        (
            "wsd(peak=1,steps=5,decay=3,shape=exp)",
            "character 1, in `wsd(peak=1,steps=5,decay=3,shape=exp)`: final = 0, must be a number from 1e-30 to 1e6"
        ),
        (
            "cosine(peak=1,steps=5,cycles=6)",
            "character 30, in `cosine(peak=1,steps=5,cycles=6)`: cycles = 6, must be at most steps to share = 5"
        ),
        (
            "rewarm(peak=1,steps=9,warmup=5)",
            "character 30, in `rewarm(peak=1,steps=9,warmup=5)`: warmup = 5, must be at most steps / cycles = 4"
        ),
        (
            "two-stage(peak=1,steps=9,switch=3,warmup=4,final=0)",
            "character 42, in `two-stage(peak=1,steps=9,switch=3,warmup=4,final=0)`: warmup = 4, must be at most switch = 3"
        ),
        (
            "step(peak=1,steps=1e8,every=1,factor=0.5)",
            "character 29, in `step(peak=1,steps=1e8,every=1,factor=0.5)`: every = 1, must be above steps / 5000 = 20000"
        ),
        (
            "step(peak=1e5,steps=9,every=1,factor=9)",
            "character 38, in `step(peak=1e5,steps=9,every=1,factor=9)`: factor = 9, must keep every learning rate at 0 or a number from 1e-30 to 1e6"
        ),
        (
            "infinite(peak=1,steps=9,cooldown=3,decay=3,final=0.1,shape=rsqrt,constant=1)",
            "character 75, in `infinite(peak=1,steps=9,cooldown=3,decay=3,final=0.1,shape=rsqrt,constant=1)`: constant = 1, must be left out with shape=rsqrt"
        ),
    ])
    func `a named schedule's errors name the argument`(text: String, message: String) throws {
        #expect(try #require(Self.error(parsing: text)).message == message)
    }

    @Test func `characters are counted, not bytes`() {
        let error = Self.error(parsing: "hóld:1,wärmup:é@1")
        #expect(error?.place == .text(segment: "hóld:1", offset: 0))
        let second = Self.error(parsing: "repeat:1(hold:1)é,x")
        #expect(second?.kind == .unexpected("é"))
        #expect(second?.place == .text(segment: "é", offset: 16))
        let value = Self.error(parsing: "cosine(peak=1,é=2)")
        #expect(value?.place == .text(segment: "cosine(peak=1,é=2)", offset: 14))
        let later = Self.error(parsing: "constant(peak=é,steps=1),hold:1")
        #expect(later?.kind == .invalid(field: "peak", value: "é", rule: .learningRate))
    }

    @Test func `an error is data before it is a sentence`() {
        #expect(
            Self.error(parsing: "step@1,hold:0")
                == ScheduleError(
                    .invalid(field: "steps", value: "0", rule: .stepCount),
                    at: .text(segment: "hold:0", offset: 12)))
    }

    @Test func `the limits are those of the sentences`() {
        #expect(ScheduleLimits.learningRates == 1e-30...1e6)
        #expect(ScheduleLimits.powers == 1e-3...1e3)
        #expect(Self.error(parsing: "step@1e6,poly1000:5@1e-30,poly0.001:5@0") == nil)
    }

    @Test func `nesting has a limit`() {
        let depth = ScheduleLimits.depth
        let fine = String(repeating: "repeat:1(", count: depth) + "hold:1"
        let closed = fine + String(repeating: ")", count: depth)
        #expect(Self.error(parsing: closed) == nil)
        #expect(Self.error(parsing: "repeat:1(\(closed))")?.kind == .tooDeep)
        #expect(
            Self.error(parsing: String(repeating: "repeat:1(", count: 100_000))?.kind == .tooDeep)
    }

    @Test func `the longest schedule is accepted`() throws {
        let schedule = try LearningRateSchedule(parsing: "warmup:1e6@3e-4,cosine:99000000@0")
        #expect(schedule.totalSteps == ScheduleLimits.steps)
        let area = ScheduleAreas(schedule).forwardArea(at: [schedule.totalSteps])[0]
        #expect((area - (150 + 14_850)).magnitude < 1e-3)
    }

    private static func error(parsing text: String) -> ScheduleError? {
        do {
            _ = try LearningRateSchedule(parsing: text)
            return nil
        } catch {
            return error
        }
    }
}
