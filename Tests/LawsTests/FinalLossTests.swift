import Laws
import Records
import Schedules
import TestSupport
import Testing

/// The final loss of plateaus against the law's own curve, and its slopes against differences.
struct FinalLossTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var law: String
        var options: [String: String] = [:]
        var parameters: [Double]

        var testDescription: String { "\(law) \(options)" }
    }

    static let cases = [
        Case(law: "lr-annealing", parameters: [2.6, 0.5, 0.45, 0.2, 0.99]),
        Case(
            law: "lr-annealing",
            options: ["annealing_from": "start", "warmup_area": "ignored"],
            parameters: [2.6, 0.5, 0.45, 0.2, 0.99]),
        Case(
            law: "lr-annealing", options: ["model_size": "included"],
            parameters: [2.6, 0.5, 0.45, 0.2, 0.99, 40, 0.3, 0.05]),
        Case(
            law: "multi-power", parameters: [2.37, 0.65, 0.43, 52.3, 2.02, 0.59, 0.63]),
        Case(
            law: "multi-power", options: ["annealing_gain": "fading"],
            parameters: [2.37, 0.65, 0.43, 52.3, 2.02, 0.59, 0.63, 0.2]),
        Case(
            law: "multi-power", options: ["warmup_area": "fitted"],
            parameters: [2.37, 0.65, 0.43, 52.3, 2.02, 0.59, 0.63, 0.7]),
        Case(
            law: "multi-power", options: ["annealing_from": "end_of_warmup"],
            parameters: [2.37, 0.65, 0.43, 52.3, 2.02, 0.59, 0.63]),
        Case(
            law: "forecast",
            parameters: [
                2.37, 0.65, 0.43, 52.3, 2.02, 0.59, 0.63, 0.2, 1.3, 2.6, 0.5, 0.45, 0.2, 0.99, 0.4,
            ]),
    ]

    static let features: [Feature: Double] = [.parameterCount: 2.5e7]

    /// A warm-up of 20 steps, then falling and once rising rates, a row of equal ones among them.
    static func schedule(_ law: ConfiguredLaw) throws -> (plateaus: RatePlateaus, curve: LawInput) {
        let warmup = (0..<20).map { 3e-3 * Double($0) / 20 }
        var generator = SeededGenerator(seed: 4)
        var rates = warmup
        var counts = Array(repeating: 1, count: 20)
        for index in 0..<37 {
            let level = 3e-3 * (1 - Double(index) / 40)
            rates.append(level * Double.random(in: 0.9...1.02, using: &generator))
            counts.append(index.isMultiple(of: 5) ? 11 : 1)
        }
        let values = zip(rates, counts).flatMap { Array(repeating: $0, count: $1) }
        // A list has its warm-up where its rates rise at first, which is longer by chance than 20.
        var text = "warmup:20@3e-3"
        for rate in values[20...] { text += ",step@\(rate),hold:1" }
        let list = try LearningRateSchedule(parsing: text)
        let input = LawInput(
            features: features, areas: ScheduleAreas(list), steps: [list.totalSteps - 1])
        return (RatePlateaus(rates: rates, counts: counts, warmupCount: 20), input)
    }

    static func finalLoss(
        _ law: ConfiguredLaw, _ plateaus: RatePlateaus, _ parameters: [Double]
    ) throws -> (loss: Double, slopes: [Double]) {
        let sensitive = try #require(law.law as? any RateSensitiveLaw)
        var slopes = [Double](repeating: .nan, count: plateaus.rates.count)
        let loss = slopes.withUnsafeMutableBufferPointer {
            sensitive.finalLoss(
                of: plateaus, parameters: parameters, features: features, slopes: $0)
        }
        return (loss, slopes)
    }

    @Test(arguments: cases)
    func `the final loss is that of the law's curve at its last step`(_ item: Case) throws {
        let law = try LawCatalog.standard.law(item.law, options: item.options)
        let (plateaus, input) = try Self.schedule(law)
        var evaluator = law.law.evaluator(for: [input])
        var expected = [0.0]
        item.parameters.withUnsafeBufferPointer { parameters in
            expected.withUnsafeMutableBufferPointer {
                evaluator.evaluate(parameters, losses: $0, jacobian: nil)
            }
        }
        let found = try Self.finalLoss(law, plateaus, item.parameters).loss
        #expect(abs(found - expected[0]) <= 1e-12 * expected[0], "\(found) \(expected)")
    }

    @Test(arguments: cases)
    func `slopes by each plateau's rate agree with central differences`(_ item: Case) throws {
        let law = try LawCatalog.standard.law(item.law, options: item.options)
        let plateaus = try Self.schedule(law).plateaus
        let slopes = try Self.finalLoss(law, plateaus, item.parameters).slopes
        let largest = slopes.map { abs($0) }.max() ?? 0
        // The first rate is 0, below which there is nothing.
        for index in plateaus.rates.indices.dropFirst() {
            let width = 1e-5 * plateaus.rates[index]
            func loss(at offset: Double) throws -> Double {
                var moved = plateaus
                moved.rates[index] += offset
                return try Self.finalLoss(law, moved, item.parameters).loss
            }
            let difference = try (loss(at: width) - loss(at: -width)) / (2 * width)
            #expect(abs(difference - slopes[index]) <= 1e-5 * largest, "plateau \(index)")
        }
    }

    @Test(arguments: cases)
    func `a plateau cut in two has the same loss, and its slope is the sum of theirs`(
        _ item: Case
    ) throws {
        let law = try LawCatalog.standard.law(item.law, options: item.options)
        let plateaus = try Self.schedule(law).plateaus
        let whole = try Self.finalLoss(law, plateaus, item.parameters)
        var cut = plateaus
        let index = 25
        #expect(cut.counts[index] == 11)
        cut.rates.insert(cut.rates[index], at: index)
        cut.counts[index] = 4
        cut.counts.insert(7, at: index + 1)
        let parts = try Self.finalLoss(law, cut, item.parameters)
        #expect(abs(parts.loss - whole.loss) <= 1e-14)
        let sum = parts.slopes[index] + parts.slopes[index + 1]
        #expect(abs(sum - whole.slopes[index]) <= 1e-11 * abs(whole.slopes[index]))
    }

    @Test func `at a rate of 0 the multi-power law keeps its rule, and its slopes stay finite`()
        throws
    {
        let law = try LawCatalog.standard.law("multi-power")
        let parameters = Self.cases[3].parameters
        let dead = RatePlateaus(
            rates: [0, 3e-3, 0, 1e-3], counts: [1, 50, 5, 5], warmupCount: 1)
        let end = RatePlateaus(rates: [0, 3e-3, 0], counts: [1, 50, 10], warmupCount: 1)
        let hold = RatePlateaus(rates: [0, 3e-3], counts: [1, 50], warmupCount: 1)
        for plateaus in [dead, end] {
            #expect(try Self.finalLoss(law, plateaus, parameters).slopes.allSatisfy(\.isFinite))
        }
        // Nothing is learned after the last drop, so it brings nothing.
        let held = try Self.finalLoss(law, hold, parameters).loss
        #expect(try Self.finalLoss(law, end, parameters).loss == held)
    }
}
