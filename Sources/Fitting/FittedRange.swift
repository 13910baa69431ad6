package import Laws
package import Records
import Schedules

/// The reach of a fit's data: beyond it a prediction is an extrapolation.
package struct FittedRange: Sendable, Equatable {
    /// The features that the law reads, lowest and highest.
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
    /// The names of the contract for what is no feature.
    private static let (stepKey, rateKey) = ("step", "learning_rate")

    package init(from decoder: any Decoder) throws {
        let ends = try decoder.singleValueContainer().decode([String: [Double]].self)
        let ranges = try ends.mapValues { ends in
            guard ends.count == 2, ends[0] <= ends[1] else {
                throw DecodingError.dataCorrupted(
                    .init(
                        codingPath: decoder.codingPath,
                        debugDescription: "must be a pair [low, high]"))
            }
            return ends[0]...ends[1]
        }
        for feature in Feature.allCases { features[feature] = ranges[feature.rawValue] }
        steps = try ranges[Self.stepKey].map { range in
            guard let low = Int(exactly: range.lowerBound),
                let high = Int(exactly: range.upperBound)
            else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "steps must be whole"))
            }
            return low...high
        }
        learningRates = ranges[Self.rateKey]
    }

    package func encode(to encoder: any Encoder) throws {
        var ranges: [String: ClosedRange<Double>] = [:]
        for feature in Feature.allCases { ranges[feature.rawValue] = features[feature] }
        ranges[Self.stepKey] = steps.map { Double($0.lowerBound)...Double($0.upperBound) }
        ranges[Self.rateKey] = learningRates
        var container = encoder.singleValueContainer()
        try container.encode(ranges)
    }
}
