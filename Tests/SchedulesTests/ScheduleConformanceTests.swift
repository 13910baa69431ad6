import Foundation
import JSONText
import Testing

@testable import Schedules

/// What every segment and every named schedule must do; a new catalogue entry is tested here.
@Suite struct ScheduleConformanceTests {
    private static let forms = ScheduleCatalog.segments + ScheduleCatalog.named
    /// Every shape with a target as a cooldown, so that a new one is drawn on here too.
    private static let cooldowns = ScheduleCatalog.cooldownNames.map { name in
        "wsd(peak=3e-4,steps=1000,warmup=100,decay=300,shape=\(name),final=3e-6)"
    }
    private static let examples =
        cooldowns + forms.filter { $0.name != "from" }.flatMap(\.examples)
        + ScheduleCatalog.lists.flatMap(\.examples) + [
            #"{"points":[[0,0],[100,3e-4],[900,3e-4],[1000,3e-5]],"interpolation":"linear"}"#,
            #"{"points":[[0,3e-4],[900,3e-5]],"interpolation":"step","steps":1000}"#,
            "step@1e-4,repeat:2(linear:3@3e-4,repeat:2(exp:2@1e-4,hold:1,step@2e-4)),poly0.5:9@0",
        ]

    @Test func `every entry has its own name, a meaning and an example that uses it`() {
        for list in [ScheduleCatalog.segments, ScheduleCatalog.named, ScheduleCatalog.lists] {
            #expect(Set(list.map(\.name)).count == list.count)
            for form in list {
                let shape = ScheduleCatalog.shapes.first { $0.form == form }
                #expect(form.example.contains(shape?.parameter?.prefix ?? form.name))
                #expect(form.usage.hasPrefix(form.name) || form.usage.hasPrefix("{\"\(form.name)"))
                #expect(!form.meaning.isEmpty)
            }
        }
    }

    @Test func `the example of a continued run parses where that run is known`() throws {
        let form = try #require(ScheduleCatalog.segmentForm(named: "from"))
        let schedule = try LearningRateSchedule(
            parsing: form.example, runs: ScheduleCatalog.exampleRuns)
        #expect(schedule.segmentText == "warmup:100@3e-4,hold:600,cosine:300@3e-5")
    }

    @Test(arguments: ScheduleCatalog.shapes.indices)
    func `a shape's name makes the same shape`(index: Int) throws {
        let type = ScheduleCatalog.shapes[index]
        let name = type.parameter.map { $0.prefix + $0.example } ?? type.form.name
        let shape = try #require(ScheduleCatalog.shape(named: name))
        #expect(shape.name == name)
        #expect(
            ScheduleCatalog.cooldownNames.contains(name)
                == (type.takesTarget && type.parameter == nil))
        #expect(Swift.type(of: shape) == type)
        #expect(ScheduleCatalog.segmentForm(named: name)?.name == type.form.name)
    }

    @Test(arguments: examples)
    func `text and JSON echo the same schedule`(text: String) throws {
        let schedule = try LearningRateSchedule(parsing: text)
        #expect(try LearningRateSchedule(parsing: schedule.specification) == schedule)
        let decoded = try LearningRateSchedule(
            json: JSONParser.parse(JSONWriter.bytes(of: schedule.object)))
        #expect(decoded == schedule)
        #expect(decoded.learningRates(through: 3) == schedule.learningRates(through: 3))
        let inside = try JSONEncoding.bytes(of: [schedule])
        #expect(try JSONDecoding.value([LearningRateSchedule].self, from: inside) == [schedule])
    }

    @Test(arguments: examples)
    func `segments join end to end and are monotone`(text: String) throws {
        let schedule = try LearningRateSchedule(parsing: text)
        var step = 0
        for piece in schedule.pieces where !(piece.shape is TabulatedShape) {
            let span = piece.span
            #expect(span.firstStep == step && span.steps > 0)
            step = piece.endStep
            #expect(piece.learningRate(at: 0) == span.from)
            let end = piece.learningRate(at: span.steps)
            #expect((end - span.to).magnitude <= 1e-15 * span.from.magnitude)
            for offset in 1...span.steps {
                let change = piece.learningRate(at: offset) - piece.learningRate(at: offset - 1)
                #expect(span.to >= span.from ? change >= 0 : change <= 0)
                let drop = piece.shape.drop(at: offset, in: span)
                #expect((drop + change).magnitude <= 1e-15 * max(span.from, span.to))
            }
        }
    }

    @Test(arguments: examples)
    func `rates in a row, one by one and their peak agree`(text: String) throws {
        let schedule = try LearningRateSchedule(parsing: text)
        let rates = schedule.learningRates(through: schedule.totalSteps)
        #expect(rates.count == schedule.totalSteps + 1)
        #expect(rates == (0...schedule.totalSteps).map(schedule.learningRate))
        #expect(rates.last == schedule.finalLearningRate)
        #expect(rates.max() == schedule.peakLearningRate)
        #expect(rates.allSatisfy { $0 >= 0 && $0.isFinite })
        #expect(schedule.learningRates(through: 2) == Array(rates[0...2]))
    }

    @Test(arguments: examples)
    func `drops in closed form are the drops`(text: String) throws {
        let schedule = try LearningRateSchedule(parsing: text)
        for piece in schedule.pieces {
            for start in [0, piece.span.steps / 3, piece.span.steps - 1] {
                guard let series = piece.shape.geometricDrops(from: start, in: piece.span) else {
                    continue
                }
                var term = series.first
                for offset in start + 1...piece.span.steps {
                    let drop = piece.shape.drop(at: offset, in: piece.span)
                    let size = max(piece.span.from, piece.span.to)
                    #expect((term.real - drop).magnitude <= 1e-12 * size)
                    term = term * series.ratioComplement.complement
                }
            }
        }
    }

    @Test(arguments: examples)
    func `areas follow their definitions`(text: String) throws {
        let schedule = try LearningRateSchedule(parsing: text)
        let last = min(schedule.totalSteps, 260)
        let rates = schedule.learningRates(through: last)
        // Gaps on both sides of what is walked step by step, and repeated steps.
        let steps = [0, 1, 2, 2, 7, 40, 41, 100, 101, 141, 260]
            .filter { $0 <= last }
        let areas = ScheduleAreas(schedule)
        let forward = areas.forwardArea(at: steps)
        for (decay, first) in [(0.999, 1), (0.9, schedule.warmupSteps + 1), (0, 1), (1, 5)] {
            let oracle = DoubleSumOracle(rates: rates, decay: decay, firstDropStep: first)
            let (annealing, slopes) = areas.annealingArea(at: steps, decay: decay, from: first)
            for (index, step) in steps.enumerated() {
                let comment: Comment = "step \(step), decay \(decay)"
                // A double sum of n² or n³ rounded terms is itself no better than this.
                let count = Double(step + 1)
                let size = 1e-15 * schedule.peakLearningRate * count
                #expect((forward[index] - oracle.forwardArea(at: step)).magnitude <= 10 * size)
                let area = oracle.annealingArea(at: step)
                #expect((annealing[index] - area).magnitude <= size * count, comment)
                let slope = oracle.derivative(at: step)
                #expect((slopes[index] - slope).magnitude <= size * count * count, comment)
            }
        }
    }

    @Test(arguments: examples)
    func `the derivative by the decay agrees with differences`(text: String) throws {
        let areas = ScheduleAreas(try LearningRateSchedule(parsing: text))
        let steps = [3, 50, 150, 500, 999].filter { $0 <= areas.schedule.totalSteps }
        for decay in [0.5, 0.99, 0.999] {
            let width = 1e-6 * (1 - decay)
            let high = areas.annealingArea(at: steps, decay: decay + width, from: 1).areas
            let low = areas.annealingArea(at: steps, decay: decay - width, from: 1).areas
            let slopes = areas.annealingArea(at: steps, decay: decay, from: 1).derivatives
            let scale = slopes.reduce(1e-12) { max($0, $1.magnitude) }
            for index in steps.indices {
                let difference = (high[index] - low[index]) / (2 * width)
                #expect((difference - slopes[index]).magnitude <= 1e-6 * scale)
            }
        }
    }
}
