import Foundation
import LawTestSupport
import Laws
import Records
import Schedules
import TestSupport
import Testing

/// The multi-power law against the slow sum over all drops.
@Suite struct MultiPowerLawTests {
    /// What the law promises: the loss within this fraction of the slow sum's.
    static let tolerance = 1e-9

    /// Shapes of drops from sudden to slow, exponents from flat to steep: B, C, β, γ.
    static let shapes: [[Double]] = [
        MultiPowerOracle.published,
        [2.9, 0.5, 0.5, 300, 0.01, 0.2, 0.5],
        [2.9, 0.5, 0.5, 300, 10, 0.6, 1],
        [2.9, 0.5, 0.5, 300, 1, 3, 0.3],
        [2.9, 0.5, 0.5, 300, 1, 0.05, 1.6],
        [2.9, 0.5, 0.5, 300, 1, 0.2, 0],
    ]

    /// The law stays as close to the slow sum as it promises, under every shape of drops and either
    /// measure of them.
    private func expectAgreement(
        of schedule: LearningRateSchedule, at steps: [Int], withWarmup choices: [Bool] = [true],
        location: SourceLocation = #_sourceLocation
    ) throws {
        for shape in Self.shapes {
            for withWarmup in choices {
                let error = try MultiPowerOracle.worstError(
                    of: schedule, at: steps, shape, withWarmup: withWarmup)
                #expect(
                    error < Self.tolerance,
                    "\(schedule.specification.prefix(300)), \(steps.count) points, shape \(shape), warm-up \(withWarmup)",
                    sourceLocation: location)
            }
            // Gains of the same order: rate^0.7 of 1e-3 is eight times the rate, its root 32 times.
            // Forward areas are differences of sums, which have few digits left where a ninth power of
            // the rate ends; roots of the rate weigh that end most.
            for (measure, share, tolerance) in [
                ("power", 0.05, Self.tolerance), ("root", 0.015, 2 * Self.tolerance),
            ] {
                var small = shape
                small[3] *= share
                let error = try MultiPowerOracle.worstError(
                    of: schedule, at: steps, small, withWarmup: choices[0], measure: measure)
                #expect(
                    error < tolerance,
                    "by \(measure): \(schedule.specification.prefix(300)), shape \(shape)",
                    sourceLocation: location)
            }
        }
    }

    @Test(arguments: [
        "warmup:300@3e-4,hold:3700",
        "warmup:300@3e-4,cosine:3700@3e-5",
        "warmup:300@3e-4,cosine:3700@0",
        "warmup:300@3e-4,linear:3700@0",
        "warmup:300@3e-4,hold:1500,exp:2200@1e-9",
        "warmup:300@3e-4,hold:1500,sqrt:2200@0",
        "warmup:300@3e-4,poly2:3700@1e-5",
        "warmup:300@3e-4,poly0.5:3700@0",
        "warmup:300@3e-4,poly9:3700@0",
        "step@1e-3,rsqrt:4000",
        "warmup:300@3e-4,hold:1700,step@9e-5,hold:2000",
        "warmup:300@3e-4,hold:1700,step@1e-7,hold:1000,linear:1000@1e-3",
        "repeat:9(linear:100@1e-3,cosine:350@1e-5)",
        "warmup:300@3e-4,repeat:370(linear:5@3e-5,linear:5@3e-4)",
        "repeat:40(cosine:50@1e-5,step@1e-3,repeat:5(linear:9@1e-4,hold:1,step@5e-4))",
        "step@1e-3,hold:50,repeat:20(step@0,hold:9,step@1e-3,sqrt:90@1e-4,step@2e-3),hold:100",
        "repeat:100(step@1e-3,linear:20@0,hold:20)",
        "step@1e-3,cosine:1500@0,hold:700,linear:300@1e-3,cosine:1500@0",
        "warmup:40@1e-2,cosine:41@1e-4",
        "repeat:30(warmup:60@1e-3,hold:30,linear:40@0)",
        "warmup:100@1e-3",
        "warmup:100@1e-3,step@5e-4",
        "warmup:100@0,hold:50,step@1e-3,hold:300,step@0,hold:40",
    ])
    func `every shape of schedule agrees with the slow sum`(specification: String) throws {
        let schedule = try LearningRateSchedule(parsing: specification)
        let last = schedule.totalSteps
        for steps in [
            Array(1...40) + Array(stride(from: 41, through: last, by: 61)) + [last],
            Array((last - 30)...last), [last / 2], [last],
        ] {
            try expectAgreement(of: schedule, at: steps, withWarmup: [true, false])
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `random rates, some of them 0, agree with the slow sum`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let lowest = [0, 1e-9, 1e-4][Int(seed % 3)]
        var rates = (0..<3_000).map { _ in
            Double.random(in: lowest...1e-3, using: &generator)
        }
        for _ in 0..<40 { rates[Int.random(in: 0..<3_000, using: &generator)] = 0 }
        for index in 1_500..<1_560 { rates[index] = 0 }
        let steps =
            [1_499, 1_500, 1_501, 1_559, 1_560] + Array(stride(from: 1_571, to: 3_000, by: 89))
        try expectAgreement(of: .tabulated(rates), at: steps)
    }

    @Test func `logged rates that rise at first lose their rise where the warm-up does not count`()
        throws
    {
        let rates = (0..<2_000).map { 1e-3 * min(1, Double($0) / 200) * exp(-Double($0) / 2e3) }
        let lists = [
            try LearningRateSchedule.tabulated(rates),
            try LearningRateSchedule.recorded(
                steps: [0, 200, 900, 1_999], learningRates: [0, 1e-3, 8e-4, 1e-4]),
        ]
        for schedule in lists {
            #expect(schedule.warmupSteps > 100)
            try expectAgreement(
                of: schedule, at: [5, 150, 199, 201, 202, 300, 1_200, 1_999], withWarmup: [false])
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `random segments agree with the slow sum`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func rate() -> Double { exp(Double.random(in: -12 ... -6, using: &generator)) }
        let forms: [(Int) -> String] = [
            { "linear:\($0)@\(rate())" }, { "cosine:\($0)@\(rate())" }, { "hold:\($0)" },
            { "sqrt:\($0)@\(rate())" }, { "exp:\($0)@\(rate())" }, { "poly1.5:\($0)@\(rate())" },
            { "step@\(rate()),hold:\($0)" }, { "rsqrt:\($0)" },
        ]
        let segments = (0..<12).map { _ in
            forms[Int.random(in: 0..<forms.count, using: &generator)](
                Int.random(in: 1...700, using: &generator))
        }
        let specification = "step@\(rate())," + segments.joined(separator: ",")
        let schedule = try LearningRateSchedule(parsing: specification)
        let steps = (0..<60).map { _ in Int.random(in: 0...schedule.totalSteps, using: &generator) }
            .sorted()
        try expectAgreement(of: schedule, at: steps)
    }

    @Test(arguments: [
        "step@1e-4,repeat:1000(linear:23@3e-4,linear:26@1e-4)",
        "step@3e-4,repeat:300(sqrt:150@1e-5,step@2e-4,cosine:90@3e-4)",
        "step@3e-4,repeat:600(exp:70@1e-5,linear:30@3e-4)",
    ])
    func `the errors of many cycles do not add up`(text: String) throws {
        let schedule = try LearningRateSchedule(parsing: text)
        let last = schedule.totalSteps
        try expectAgreement(of: schedule, at: [last / 2, last - 33, last])
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `random repeats agree with the slow sum`(seed: UInt64) throws {
        var segments = RandomSegments(seed: seed)
        let schedule = try LearningRateSchedule(parsing: segments.text(steps: 4_000))
        var generator = SeededGenerator(seed: seed)
        let steps =
            ((0..<50).map { _ in Int.random(in: 0...schedule.totalSteps, using: &generator) }
            + [schedule.totalSteps]).sorted()
        try expectAgreement(of: schedule, at: steps, withWarmup: [true, false])
    }

    @Test func `a schedule of one step has no drop`() throws {
        let schedule = try LearningRateSchedule.tabulated([2e-3])
        let losses = try MultiPowerOracle.losses(
            of: schedule, at: [0, 1], [3, 0.5, 0.5, 400, 1, 0.5, 0.5])
        #expect(abs(losses[0] - (3 + 0.5 * pow(2e-3, -0.5))) < 1e-12)
        #expect(abs(losses[1] - (3 + 0.5 * pow(4e-3, -0.5))) < 1e-12)
    }

    @Test func `one drop long ago has given all its gain`() throws {
        let schedule = try LearningRateSchedule(parsing: "step@1e-3,hold:1000,step@1e-4,hold:9000")
        let losses = try MultiPowerOracle.losses(
            of: schedule, at: [999, 9_999], [3, 0, 0.5, 400, 1e5, 3, 0.5])
        #expect(abs(losses[0] - 3) < 1e-12)
        #expect(abs(losses[1] - (3 - 400 * 9e-4)) < 1e-9)
    }

    @Test func `a drop to 0 counts once there is learning after it`() throws {
        let schedule = try LearningRateSchedule.tabulated([1e-3, 1e-3, 0, 0, 5e-4])
        let parameters = [3, 0, 0.5, 400, 1, 0.5, 0.5]
        let losses = try MultiPowerOracle.losses(of: schedule, at: [1, 2, 3, 4], parameters)
        let rise = 400 * 5e-4 * (1 - pow(1 + pow(5e-4, 0.5), -0.5))
        for (loss, expected) in zip(losses, [3, 3, 3, 3 - 400 * 1e-3 + rise]) {
            #expect(abs(loss - expected) < 1e-12)
        }
    }

    @Test func `more points do not change the loss at a point`() throws {
        let schedule = try LearningRateSchedule(parsing: "warmup:200@1e-3,cosine:5000@1e-5")
        let all = Array(0...schedule.totalSteps)
        let losses = try MultiPowerOracle.losses(of: schedule, at: all, MultiPowerOracle.published)
        for step in [1, 199, 200, 201, 2_500, 5_199, 5_200] {
            let alone = try MultiPowerOracle.losses(
                of: schedule, at: [step], MultiPowerOracle.published)
            #expect(abs(alone[0] / losses[step] - 1) < 1e-10, "step \(step)")
        }
    }

    @Test func `few curves with every shape free carry a caution`() throws {
        let law = try LawCatalog.standard.law("multi-power")
        let free = Set(law.parameters.map(\.name))
        let areas = ScheduleAreas(try LearningRateSchedule(parsing: "step@1e-3,hold:10"))
        let input = LawInput(features: [:], areas: areas, steps: [1])
        #expect(law.law.cautions(for: [input, input], free: free).count == 1)
        #expect(law.law.cautions(for: [input, input, input], free: free).isEmpty)
        #expect(law.law.cautions(for: [input], free: free.subtracting(["drop_rate"])).isEmpty)
    }
}
