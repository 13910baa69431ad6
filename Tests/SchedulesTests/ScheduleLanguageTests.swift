import Testing

@testable import Schedules

/// What the language means, segment by segment and name by name.
@Suite struct ScheduleLanguageTests {
    @Test func `segments run in order from a rate of 0`() throws {
        let schedule = try LearningRateSchedule(
            parsing: "warmup:4@8e-4,hold:2,step@4e-4,linear:4@0,hold:1")
        let expected = [0, 2, 4, 6, 8, 8, 4, 3, 2, 1, 0, 0].map { Double($0) * 1e-4 }
        for (step, rate) in expected.enumerated() {
            #expect((schedule.learningRate(at: step) - rate).magnitude < 1e-18)
        }
        #expect(schedule.totalSteps == 11)
        #expect(schedule.warmupSteps == 4)
        #expect(schedule.peakLearningRate == 8e-4)
        #expect(schedule.finalLearningRate == 0)
    }

    @Test func `each shape follows the contract's formula`() throws {
        let cases: [(text: String, half: Double)] = [
            ("step@4,cosine:10@2", 3),
            ("step@4,exp:10@1", 2),
            ("step@4,sqrt:10@0", 4 - 4 * 0.5.squareRoot()),
            ("step@4,poly3:10@0", 0.5),
            ("step@4,poly0.5:10@0", 4 * 0.5.squareRoot()),
            ("step@4,hold:15,rsqrt:45,hold:1", 4),
        ]
        for (text, half) in cases {
            let schedule = try LearningRateSchedule(parsing: text)
            #expect((schedule.learningRate(at: 5) - half).magnitude < 1e-14, "\(text)")
        }
        let root = try LearningRateSchedule(parsing: "step@4,hold:15,rsqrt:45")
        #expect(root.finalLearningRate == 2)
        let first = try LearningRateSchedule(parsing: "step@4,rsqrt:15")
        #expect((0...3).map(first.learningRate)[3] == 2)
        #expect(first.finalLearningRate == 1)
    }

    @Test func `repeats nest, and each turn starts where the last ended`() throws {
        let schedule = try LearningRateSchedule(
            parsing: "repeat:2(step@4,repeat:3(hold:1,linear:1@0),step@1,hold:1)")
        let expected: [Double] = [4, 4, 0, 0, 0, 0, 1, 4, 4, 0, 0, 0, 0, 1, 1]
        #expect(schedule.learningRates(through: 14) == expected)
    }

    @Test(arguments: [
        (" warmup : 1e2 @ 3e-4 , hold : 900 ", "warmup:100@3e-4,hold:900"),
        ("step@0.0003,rsqrt:10", "step@3e-4,rsqrt:10"),
        ("step@1.25e-05,poly2.0:10@0.0", "step@1.25e-5,poly2:10@0"),
        ("step@18e-5,hold:1", "step@1.8e-4,hold:1"),
        ("step@0.5,hold:1e4,step@-0,hold:1", "step@0.5,hold:10000,step@0,hold:1"),
        ("constant(peak=3e-4, steps=10)", "step@3e-4,hold:10"),
        ("linear(peak=3e-4,steps=10,warmup=2)", "warmup:2@3e-4,linear:8@0"),
        (
            "cosine(peak=3e-4,steps=24000,warmup=2160,final=3e-5)",
            "warmup:2160@3e-4,cosine:21840@3e-5"
        ),
        (
            "cosine(peak=3e-4,steps=11,cycles=3)",
            "step@3e-4,repeat:2(step@3e-4,cosine:4@0),step@3e-4,cosine:3@0"
        ),
        ("polynomial(peak=1,steps=5,power=1.5)", "step@1,poly1.5:5@0"),
        ("exponential(peak=1,steps=5,final=0.1)", "step@1,exp:5@0.1"),
        ("rsqrt(peak=1,steps=5,warmup=2)", "warmup:2@1,rsqrt:3"),
        (
            "step(peak=1,steps=10,warmup=1,every=4,factor=0.5)",
            "warmup:1@1,hold:4,step@0.5,hold:4,step@0.25,hold:1"
        ),
        (
            "two-stage(peak=1,steps=10,warmup=2,switch=6,final=0.1)",
            "warmup:2@1,hold:4,step@0.1,hold:4"
        ),
        (
            "wsd(peak=1,steps=20,warmup=3,decay=5,shape=exp,final=0.1)",
            "warmup:3@1,hold:12,exp:5@0.1"
        ),
        ("wsd(peak=1,steps=20,decay=5)", "step@1,hold:15,linear:5@0"),
        ("triangular(peak=1,steps=5)", "step@0,linear:3@1,linear:2@0"),
        ("cyclic(peak=1,low=0.5,steps=8,cycles=2)", "step@0.5,repeat:2(linear:2@1,linear:2@0.5)"),
        ("rewarm(peak=1,steps=10,warmup=2,final=0.1)", "repeat:2(warmup:2@1,cosine:3@0.1)"),
        (
            "infinite(peak=1,steps=20,warmup=2,cooldown=6,constant=0.5,decay=4,final=0.1)",
            "warmup:2@1,cosine:6@0.5,hold:8,exp:4@0.1"
        ),
        (
            "infinite(peak=1,steps=20,warmup=2,cooldown=6,decay=4,final=0.1,shape=rsqrt)",
            "warmup:2@1,rsqrt:6,hold:8,exp:4@0.1"
        ),
        ("repeat:2(wsd(peak=1,steps=3,decay=1))", "repeat:2(step@1,hold:2,linear:1@0)"),
    ])
    func `the echo is canonical and names are written out`(text: String, echo: String) throws {
        #expect(try LearningRateSchedule(parsing: text).specification == echo)
    }

    @Test func `only a leading warmup segment is the warm-up`() throws {
        let cases = [
            ("warmup:10@1,hold:5", 10), ("linear:10@1,hold:5", 0), ("step@1,hold:5", 0),
            ("hold:5,warmup:10@1", 0), ("step@0.1,warmup:10@1", 10),
            ("rewarm(peak=1,steps=20,warmup=4)", 4),
        ]
        for (text, steps) in cases {
            #expect(try LearningRateSchedule(parsing: text).warmupSteps == steps, "\(text)")
        }
    }

    @Test func `a rate of 0 is a warning`() throws {
        let first = try LearningRateSchedule(parsing: "hold:10,warmup:5@1")
        #expect(
            first.warnings == [
                "the schedule begins with `hold:10` at a learning rate of 0;"
                    + " put step@b or warmup:n@b before it"
            ])
        let dead = try LearningRateSchedule(parsing: "step@1,step@0,hold:10")
        #expect(dead.warnings.last == "every learning rate of the schedule is 0")
        #expect(try LearningRateSchedule(parsing: "step@1,hold:10").warnings.isEmpty)
    }

    @Test func `numbers echo as the shortest text that reads back`() {
        let cases: [(Double, String)] = [
            (0, "0"), (1, "1"), (24_000, "24000"), (0.5, "0.5"), (0.01, "0.01"), (3e-4, "3e-4"),
            (0.000_271_828, "2.71828e-4"), (1.5e-12, "1.5e-12"), (1e20, "1e20"),
            (.leastNonzeroMagnitude, "5e-324"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e308"),
            (1e16, "1e16"), (123_456.75, "123456.75"), (-2e-5, "-2e-5"),
        ]
        for (value, text) in cases {
            #expect(NumberText.text(value) == text)
            #expect(NumberText.value(text) == value)
        }
        #expect(NumberText.value("0x10") == nil)
        #expect(NumberText.value("1_000") == nil)
    }
}
