import Foundation
package import Laws
import Records
import Schedules
import TestSupport

/// Made-up inputs and parameters for any law, from what it declares: no law is known here by name.
package struct LawSamples {
    package let law: ConfiguredLaw
    private var generator: SeededGenerator

    package init(law: ConfiguredLaw, seed: UInt64) {
        self.law = law
        generator = SeededGenerator(seed: seed)
    }

    /// A number between two others.
    package mutating func number(in range: ClosedRange<Double>) -> Double {
        Double.random(in: range, using: &generator)
    }

    /// Parameters inside the law's bounds: shapes as typical fits have them, coefficients near 1 in
    /// the unit that makes each term about one nat.
    package mutating func parameters(for inputs: [LawInput]) -> [Double] {
        var values = law.parameters.map { spec in
            spec.typical.map { number(in: $0) } ?? 1
        }
        let contributions = meanContributions(values, inputs)
        for (index, spec) in law.parameters.enumerated() where spec.start == .projected {
            let scale = contributions[index] > 0 ? contributions[index] : 1
            let value = number(in: 0.5...1.5) / scale
            values[index] = min(max(value, spec.bounds.lowerBound), spec.bounds.upperBound)
        }
        return values
    }

    private func meanContributions(_ values: [Double], _ inputs: [LawInput]) -> [Double] {
        let evaluation = LawEvaluation(law: law, inputs: inputs, parameters: values)
        return law.parameters.indices.map { index in
            let column = evaluation.column(index)
            return column.reduce(0) { $0 + abs($1) } / Double(column.count)
        }
    }

    /// Inputs over the ranges that studies use: a table of rows, or curves under several schedules.
    package mutating func inputs(rows: Int = 40) throws -> [LawInput] {
        switch law.about.kind {
        case .table:
            return try (0..<rows).map { _ in LawInput(features: try features()) }
        case .curve:
            let specifications = [
                "warmup:100@3e-3,hold:1900", "warmup:100@3e-3,cosine:1900@3e-4",
                "warmup:100@3e-3,hold:1200,exp:700@1e-4",
                "warmup:100@3e-3,hold:900,step@1e-3,hold:1000",
            ]
            return try specifications.map { specification in
                let schedule = try LearningRateSchedule(parsing: specification)
                return LawInput(
                    features: try features(), areas: ScheduleAreas(schedule),
                    steps: Array(stride(from: 100, to: schedule.totalSteps, by: 20)))
            }
        }
    }

    /// What every run must carry, and on every other row, by chance, what it may carry.
    private mutating func features() throws -> [Feature: Double] {
        var features: [Feature: Double] = [:]
        for feature in law.law.requiredFeatures {
            features[feature] = exp(number(in: Self.logRange(of: feature)))
        }
        for feature in law.law.optionalFeatures where number(in: 0...1) < 0.5 {
            features[feature] = exp(number(in: Self.logRange(of: feature)))
        }
        return try law.law.features(of: Run(id: "sample", features: features))
    }

    private static func logRange(of feature: Feature) -> ClosedRange<Double> {
        switch feature {
        case .tokenCount, .uniqueTokenCount: log(1e9)...log(1e12)
        case .trainingFLOPs: log(1e18)...log(1e23)
        case .batchTokens: log(1e5)...log(1e7)
        case .stepCount: log(1e3)...log(1e6)
        case .expertCount: log(1)...log(64)
        case .phaseStep: log(400)...log(1600)
        case .replayShare: log(0.05)...log(0.8)
        case .loss: log(1.5)...log(6)
        default: log(1e7)...log(1e10)
        }
    }
}

/// A law's predictions and derivatives at some parameters.
package struct LawEvaluation {
    package let losses: [Double]
    /// Column-major, points × parameters.
    package let jacobian: [Double]

    package init(law: ConfiguredLaw, inputs: [LawInput], parameters: [Double]) {
        var evaluator = law.law.evaluator(for: inputs)
        (losses, jacobian) = evaluator.lossesAndJacobian(at: parameters)
    }

    package func column(_ index: Int) -> ArraySlice<Double> {
        jacobian[(index * losses.count)..<((index + 1) * losses.count)]
    }
}
