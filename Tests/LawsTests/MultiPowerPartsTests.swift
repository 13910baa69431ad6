import Foundation
import LawTestSupport
import Records
import Schedules
import TestSupport
import Testing

@testable import Laws

/// The parts from which the multi-power law's fast sums are made.
@Suite struct MultiPowerPartsTests {
    @Test(arguments: [9, 10, 17, 64, 1_000, 123_456])
    func `the Gauss rule sums polynomials of degree 11 exactly`(count: Int) {
        let rule = GridQuadrature(count: count)
        #expect(rule.weights.allSatisfy { $0 > 0 })
        #expect(zip(rule.offsets, rule.offsets.dropFirst()).allSatisfy { $0 < $1 })
        let middle = 0.5 * Double(count - 1)
        for degree in 0...(2 * GridQuadrature.places - 1) {
            func term(_ place: Double) -> Double { pow((place - middle) / middle, Double(degree)) }
            let exact = (0..<count).reduce(0) { $0 + term(Double($1)) }
            let ruled = zip(rule.offsets, rule.weights).reduce(0) { $0 + $1.1 * term($1.0) }
            #expect(abs(ruled - exact) < 1e-11 * Double(count), "degree \(degree)")
        }
    }

    @Test(arguments: [0.01, 0.11, 1, 4, 10])
    func `the series is as close as it says, up to its reach`(exponent: Double) {
        let series = BinomialSeries(exponent: exponent)
        #expect(series.reach > 0.1)
        for fraction in [-1, -0.5, 0.3, 1] {
            let x = fraction * series.reach
            let sum = series.coefficients.prefix(BinomialSeries.terms).reversed()
                .reduce(0) { $0 * x + $1 }
            #expect(abs(sum - pow(1 - x, -exponent)) < 3e-11)
        }
    }

    @Test func `a panel knows rates, drops and areas between its nodes`() throws {
        let schedule = try LearningRateSchedule(parsing: "step@1e-3,cosine:1000@1e-4")
        let grid = ChebyshevPanel.Grid(length: 250)
        let areas = ScheduleAreas(schedule)
        let panel = ChebyshevPanel(
            300..<550, grid,
            grid.offsets.map { offset in
                let rate = schedule.learningRate(at: 300 + offset)
                return ChebyshevPanel.Values(
                    rate: rate, drop: schedule.learningRate(at: 299 + offset) - rate,
                    areaBefore: areas.forwardArea(at: [299 + offset])[0])
            })
        for step in 300..<550 {
            let values = panel.values(at: Double(step))
            let rate = schedule.learningRate(at: step)
            #expect(abs(values.rate - rate) < 1e-15)
            #expect(abs(values.drop - (schedule.learningRate(at: step - 1) - rate)) < 1e-15)
            #expect(abs(values.areaBefore - areas.forwardArea(at: [step - 1])[0]) < 1e-13)
        }
    }

    @Test func `a gap between points costs the logarithm of its steps`() throws {
        func dropCount(steps: Int) throws -> Int {
            let schedule = try LearningRateSchedule(parsing: "step@1e-3,cosine:\(steps)@1e-4")
            let areas = ScheduleAreas(schedule)
            let points = [steps / 2, steps]
            let lists = VisibleDrops(
                areas, at: points, pointAreas: areas.forwardArea(at: points), from: 1)
            return lists.trees.reduce(0) { $0 + $1.list.count }
        }
        #expect(try dropCount(steps: 1_000_000) < 400)
        #expect(try dropCount(steps: 100_000_000) < 600)
    }

    @Test(arguments: [
        "warmup:1@1e6,exp:99999999@1e-30", "warmup:300@1e3,step@1e-12,cosine:99000000@1e-16",
    ])
    func `rates lost in the area of those before them cost no more`(text: String) throws {
        let areas = ScheduleAreas(try LearningRateSchedule(parsing: text))
        let points = (1...100).map { areas.schedule.totalSteps / 100 * $0 }
        let lists = VisibleDrops(
            areas, at: points, pointAreas: areas.forwardArea(at: points), from: 1)
        #expect(lists.trees.reduce(0) { $0 + $1.list.count } < 30_000)
    }

    @Test func `derivatives under random rates agree with differences`() throws {
        var generator = SeededGenerator(seed: 21)
        let rates = (0..<4_000).map { _ in Double.random(in: 1e-5...1e-3, using: &generator) }
        let law = try LawCatalog.standard.law("multi-power")
        let input = LawInput(
            features: [:], areas: ScheduleAreas(try .tabulated(rates)),
            steps: Array(stride(from: 99, to: 4_000, by: 100)))
        let center = MultiPowerOracle.published
        let jacobian = LawEvaluation(law: law, inputs: [input], parameters: center)
        for index in center.indices {
            func losses(_ factor: Double) -> [Double] {
                var moved = center
                moved[index] *= factor
                return LawEvaluation(law: law, inputs: [input], parameters: moved).losses
            }
            let column = Array(jacobian.column(index)).map { $0 * center[index] }
            let scale = column.reduce(0) { max($0, abs($1)) }
            for (value, pair) in zip(column, zip(losses(1 + 1e-4), losses(1 - 1e-4))) {
                #expect(abs(value - (pair.0 - pair.1) / 2e-4) < 1e-6 * scale, "parameter \(index)")
            }
        }
    }
}
