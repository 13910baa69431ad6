import Foundation
import Laws
import Records
import Schedules
import TestSupport

/// One fuzz input of the schedule language: read, cut, echoed and evaluated by every law of curves.
///
/// The schedule must be refused by a `ScheduleError` or answer like any other: no trap, no loss that
/// is no number, none that is infinite where the law says anything.
package enum ScheduleFuzz {
    /// The laws of curves under every choice of their options.
    private static let laws: [ConfiguredLaw] = LawCatalog.standard.laws.flatMap { type in
        guard type.about.kind == .curve else { return [ConfiguredLaw]() }
        let choices = type.about.options.reduce([[:]]) { choices, option in
            choices.flatMap { choice in
                option.values.map { choice.merging([option.name: $0]) { $1 } }
            }
        }
        return choices.compactMap { try? LawCatalog.standard.law(type.about.id, options: $0) }
    }

    /// Tries one input.
    ///
    /// - Parameters:
    ///   - bytes: The text; bytes that are no UTF-8 become replacement characters.
    ///   - seed: Chooses points and parameters.
    /// - Returns: What went wrong, or nil.
    package static func fault(in bytes: [UInt8], seed: UInt64) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let schedule = try? LearningRateSchedule(parsing: text) else { return nil }
        var generator = SeededGenerator(seed: seed)
        if let fault = echoFault(of: schedule) { return fault }
        let cut = Int.random(in: 1...schedule.totalSteps, using: &generator)
        guard let prefix = try? schedule.prefix(steps: cut) else {
            return "cannot be cut at \(cut)"
        }
        if let fault = echoFault(of: prefix) { return "cut at \(cut): \(fault)" }
        for law in laws {
            if let fault = fault(of: law, on: schedule, &generator) { return "\(law): \(fault)" }
        }
        return nil
    }

    private static func echoFault(of schedule: LearningRateSchedule) -> String? {
        guard let back = try? LearningRateSchedule(parsing: schedule.specification) else {
            return "its echo is refused"
        }
        guard back == schedule else { return "its echo is another schedule" }
        guard schedule.peakLearningRate.isFinite, schedule.finalLearningRate.isFinite else {
            return "a rate is not finite"
        }
        return nil
    }

    private static func fault(
        of law: ConfiguredLaw, on schedule: LearningRateSchedule, _ generator: inout SeededGenerator
    ) -> String? {
        let last = schedule.totalSteps
        var steps = Set([0, 1, schedule.warmupSteps, schedule.warmupSteps + 1, last - 1, last])
        for _ in 0..<8 { steps.insert(Int.random(in: 0...last, using: &generator)) }
        let points = steps.filter { (0...last).contains($0) }.sorted()
        let areas = ScheduleAreas(schedule)
        var features: [Feature: Double] = [:]
        for feature in law.law.requiredFeatures { features[feature] = 1e8 }
        if features[.phaseStep] != nil {
            features[.phaseStep] = Double(Int.random(in: 1...last, using: &generator))
        }
        let input = LawInput(features: features, areas: areas, steps: points)
        let parameters = parameters(of: law, &generator)
        let evaluation = LawEvaluation(law: law, inputs: [input], parameters: parameters)
        let forward = areas.forwardArea(at: points)
        let first = law.law.firstStep(on: areas)
        for (index, step) in points.enumerated() {
            let says = forward[index] > 0 && step >= first
            let loss = evaluation.losses[index]
            guard loss.isFinite || (!loss.isNaN && !says) else {
                return "loss \(loss) at step \(step), parameters \(parameters)"
            }
            guard says else { continue }
            for column in parameters.indices {
                let slope = evaluation.jacobian[column * points.count + index]
                guard slope.isFinite else {
                    return "slope \(slope) of \(law.parameters[column].name) at step \(step),"
                        + " parameters \(parameters)"
                }
            }
        }
        return nil
    }

    /// Within a law's bounds: each at a bound, where a fit would search, or anywhere.
    private static func parameters(
        of law: ConfiguredLaw, _ generator: inout SeededGenerator
    ) -> [Double] {
        law.parameters.map { spec in
            let (low, high) = (spec.bounds.lowerBound, spec.bounds.upperBound)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: return low
            case 1: return high
            case 2...5:
                guard case .searched(let range) = spec.start else { return min(max(1, low), high) }
                return Double.random(in: range, using: &generator)
            default: return Double.random(in: spec.bounds, using: &generator)
            }
        }
    }
}

/// Texts near the schedule language: valid ones, mutated ones and random bytes.
package struct ScheduleTexts {
    private var generator: SeededGenerator
    private var count = 0

    package init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    private static let words = [
        "repeat:", "warmup:", "linear:", "cosine:", "exp:", "sqrt:", "rsqrt:", "hold:", "poly",
        "step@", "@", ":", ",", "(", ")", "/", "=", "1e8", "1e-30", "1e-31", "1e6", "1e7", "1e308",
        "1e-308", "0", "-0", "1", "3e-4", "100000000", "10000", "nan", "inf", "wsd(", "peak=",
        "steps=", "shape=", "cycles=", "warmup=", "from:", "{", "}", "[", "]", "\"values\":",
        "\"points\":", "\"segments\":", "\"shape\":", " ", "é", "\u{0}",
    ]

    /// Rates and powers at the edges of what is allowed.
    private static let edges = [
        "warmup:300@3e-3,poly10:1000000@0", "step@1e6,exp:10000@1e-30", "step@1e-30,poly1000:50@0",
        "poly0.001:100000000@1e6", "step@1e6,repeat:300(rsqrt:3,poly3:7@1e-30)",
        "step@1e6,hold:99999999,step@0,hold:1", "step@1e-30,rsqrt:100000000",
        "repeat:5000(hold:1,poly900:9@0)", "repeat:2500(step@1e6,sqrt:3@0,step@1e-30,cosine:2@0)",
        #"{"values":[0,1e6,0,1e-30,0,0,1e6]}"#, #"{"points":[[5,1e6],[90000000,0]],"steps":1e8}"#,
        #"{"points":[[0,1e-30],[1,1e6],[2,0]],"interpolation":"step","steps":70}"#,
        #"{"segments":[{"shape":"repeat","times":9,"segments":[{"shape":"hold","steps":1e3}]}]}"#,
    ]

    /// The next text.
    package mutating func next() -> [UInt8] {
        count += 1
        switch number(0...9) {
        case 0:
            return (0..<number(0...40)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        case 1: return words()
        case 2: return Array(valid().utf8)
        default: return mutated(Array(valid().utf8))
        }
    }

    private mutating func words() -> [UInt8] {
        (0..<number(1...12)).flatMap { _ in Array(Self.words[number(0...Self.words.count - 1)].utf8)
        }
    }

    private mutating func valid() -> String {
        let forms = ScheduleCatalog.segments + ScheduleCatalog.named + ScheduleCatalog.lists
        let examples = forms.flatMap(\.examples)
        switch number(0...3) {
        case 0:
            var segments = RandomSegments(seed: UInt64.random(in: 0 ... .max, using: &generator))
            return segments.text(steps: number(3...1_000))
        case 1: return Self.edges[number(0...Self.edges.count - 1)]
        default: return examples[number(0...examples.count - 1)]
        }
    }

    private mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<number(1...4) {
            let place = number(0...bytes.count)
            switch number(0...5) {
            case 0: if place < bytes.count { bytes.remove(at: place) }
            case 1: bytes.insert(UInt8.random(in: 32...126, using: &generator), at: place)
            case 2: bytes.insert(contentsOf: words().prefix(20), at: place)
            case 3:
                // A digit for another, so that most stay valid and sizes change.
                if let digit = bytes.indices.filter({ (48...57).contains(bytes[$0]) })
                    .randomElement(using: &generator)
                {
                    bytes[digit] = UInt8.random(in: 48...57, using: &generator)
                }
            case 4: bytes.replaceSubrange(place..., with: Array(valid().utf8))
            default:
                let end = min(bytes.count, place + number(0...12))
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
        }
        return bytes
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }
}
