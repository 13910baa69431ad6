package import Laws
import Schedules

/// How far the data of a fit reach: beyond it a prediction is an extrapolation.
package struct FittedRange: Sendable, Equatable {
    /// What the law reads of a run, lowest and highest.
    package var features: [Feature: ClosedRange<Double>] = [:]
    /// Fitted steps, of a law of schedules.
    package var steps: ClosedRange<Int>?
    /// From the lowest learning rate at a fitted point to the highest of any step before one.
    package var learningRates: ClosedRange<Double>?

    package init() {}

    /// The range of some points.
    ///
    /// - Parameters:
    ///   - observations: What is fitted.
    ///   - law: The law, which reads only some of a run's features.
    package init(_ observations: Observations, law: ConfiguredLaw) {
        let inputs = observations.inputs
        for feature in law.law.requiredFeatures + law.law.optionalFeatures {
            features[feature] = Self.hull(inputs.compactMap { $0.features[feature] })
        }
        steps = Self.hull(inputs.flatMap { [$0.steps.min(), $0.steps.max()].compactMap { $0 } })
        learningRates = Self.hull(inputs.flatMap(Self.extremeRates))
    }

    private static func extremeRates(of input: LawInput) -> [Double] {
        guard let schedule = input.areas?.schedule, let last = input.steps.last else { return [] }
        let before = try? schedule.prefix(steps: min(last + 1, schedule.totalSteps))
        let lowest = input.steps.reduce(Double.infinity) {
            min($0, schedule.learningRate(at: $1))
        }
        return [lowest, before?.peakLearningRate ?? schedule.peakLearningRate]
    }

    private static func hull<Value: Comparable>(_ values: [Value]) -> ClosedRange<Value>? {
        guard let low = values.min(), let high = values.max() else { return nil }
        return low...high
    }
}

extension FittedRange: Codable {
    private struct Key: CodingKey {
        static let steps = Key("step")
        static let learningRates = Key("learning_rate")

        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) {
            stringValue = name
        }

        init?(stringValue: String) {
            self.init(stringValue)
        }

        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func range<Bound: Comparable & Decodable>(_ key: Key) throws -> ClosedRange<Bound>? {
            guard let ends = try container.decodeIfPresent([Bound].self, forKey: key) else {
                return nil
            }
            guard ends.count == 2, ends[0] <= ends[1] else {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: container, debugDescription: "must be a pair [low, high]")
            }
            return ends[0]...ends[1]
        }
        for feature in Feature.inputs { features[feature] = try range(Key(feature.rawValue)) }
        steps = try range(.steps)
        learningRates = try range(.learningRates)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        func encode<Bound: Encodable>(_ range: ClosedRange<Bound>?, _ key: Key) throws {
            guard let range else { return }
            try container.encode([range.lowerBound, range.upperBound], forKey: key)
        }
        for feature in Feature.inputs { try encode(features[feature], Key(feature.rawValue)) }
        try encode(steps, .steps)
        try encode(learningRates, .learningRates)
    }
}
