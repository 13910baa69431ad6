import TestSupport
import Testing

@testable import Schedules

/// Schedules taken from a log of learning rates.
@Suite struct RecordedScheduleTests {
    @Test func `before the first logged step its value is held`() throws {
        let schedule = try LearningRateSchedule.recorded(steps: [4, 8], learningRates: [4, 2])
        #expect(schedule.points?.leadIn == .firstValueHeld)
        #expect(schedule.learningRates(through: 9) == [4, 4, 4, 4, 4, 3.5, 3, 2.5, 2, 2])
        #expect(schedule.totalSteps == 9 && schedule.warmupSteps == 0)
    }

    @Test func `a stated warm-up fills the steps before the log`() throws {
        let schedule = try LearningRateSchedule.recorded(
            steps: [6, 8], learningRates: [4, 2], totalSteps: 10, warmupSteps: 4)
        #expect(schedule.points?.leadIn == .statedWarmup)
        #expect(schedule.learningRates(through: 10) == [0, 1, 2, 3, 4, 4, 4, 3, 2, 2, 2])
        #expect(schedule.warmupSteps == 4)
        #expect(try LearningRateSchedule(parsing: schedule.specification) == schedule)
    }

    @Test func `a warm-up that outlasts the first logged step ends in the log`() throws {
        let schedule = try LearningRateSchedule.recorded(
            steps: [2, 4, 6], learningRates: [2, 4, 1], warmupSteps: 4)
        #expect(schedule.learningRates(through: 6) == [0, 1, 2, 3, 4, 2.5, 1])
        #expect(schedule.warmupSteps == 4)
    }

    @Test func `a log of every step keeps every rate`() throws {
        var generator = SeededGenerator(seed: 11)
        let rates = (0..<500).map { _ in Double.random(in: 0...1e-3, using: &generator) }
        let steps = Array(rates.indices)
        let schedule = try LearningRateSchedule.recorded(steps: steps, learningRates: rates)
        #expect(schedule.learningRates(through: 499) == rates)
        #expect(try LearningRateSchedule.tabulated(rates).learningRates(through: 499) == rates)
        let oracle = DoubleSumOracle(rates: rates, decay: 0.99, firstDropStep: 10)
        let area = ScheduleAreas(schedule).annealingArea(at: [499], decay: 0.99, from: 10)
        #expect((area.areas[0] - oracle.annealingArea(at: 499)).magnitude < 1e-15 * 500)
        #expect((area.derivatives[0] - oracle.derivative(at: 499)).magnitude < 1e-12 * 500)
    }

    @Test func `changes beyond the rest step alone are counted`() throws {
        // The first step after the warm-up segment reaches the peak: that rise is the warm-up's.
        let schedule = try LearningRateSchedule(parsing: "warmup:10@1,hold:10,step@0.5,hold:10")
        let areas = ScheduleAreas(schedule)
        let after = areas.annealingArea(at: [9, 10, 19, 20, 21], decay: 0.5, from: 11).areas
        #expect(after == [0, 0, 0, 0.5, 0.75])
        let one = areas.annealingArea(at: [9, 10, 11], decay: 0, from: 10).areas
        #expect(one.map { ($0 * 1e12).rounded() } == [0, -1e11, -1e11])
        let none = areas.annealingArea(at: [30], decay: 0.5, from: 31).areas
        #expect(none == [0])
    }

    @Test func `errors point at the logged value`() {
        #expect(
            throws: fault(
                "step", "3", .above(field: "the step before", value: "4"), "/points/1/step")
        ) {
            try LearningRateSchedule.recorded(steps: [4, 3], learningRates: [1, 1])
        }
        #expect(throws: fault("learning rate", "nan", .learningRate, "/points/1/learning_rate")) {
            try LearningRateSchedule.recorded(steps: [3, 4], learningRates: [1, .nan])
        }
        #expect(throws: fault("step", "-1", .stepIndex, "/points/0/step")) {
            try LearningRateSchedule.recorded(steps: [-1], learningRates: [1])
        }
        #expect(throws: fault("step", "9", .atMost(field: "steps", value: "8"), "/points/0/step")) {
            try LearningRateSchedule.recorded(steps: [9], learningRates: [1], totalSteps: 8)
        }
        #expect(throws: ScheduleError(.noPoints, at: .pointer("/points"))) {
            try LearningRateSchedule.recorded(steps: [], learningRates: [])
        }
    }

    private func fault(
        _ field: String, _ value: String, _ rule: ScheduleError.Rule, _ pointer: String
    ) -> ScheduleError {
        ScheduleError(.invalid(field: field, value: value, rule: rule), at: .pointer(pointer))
    }
}
