package import Fitting
import JSONText
import Laws
package import Records

/// The probability of an interval; no level asks for none.
package struct IntervalLevel: Equatable, Sendable {
    package var level: Double?

    package init(_ level: Double?) {
        self.level = level
    }
}

/// The fields that every question to a fit has: sizes and the interval wanted.
package struct PredictionFields: Sendable, Equatable {
    package var interval: IntervalLevel?
    package var intervalOf: LawPredictor.Interval.Target?
    /// The law's inputs beside a schedule, such as a size.
    package var features: [Feature: Double] = [:]

    package init(features: [Feature: Double] = [:], interval: LawPredictor.Interval? = nil) {
        self.features = features
        self.interval = interval.map { IntervalLevel($0.level) }
        intervalOf = interval?.target
    }

    /// The interval wanted.
    ///
    /// - Parameter standard: The one where nothing is said.
    /// - Returns: Nil for none.
    package func interval(
        standard: LawPredictor.Interval? = nil
    ) -> LawPredictor.Interval? {
        guard let interval else {
            return intervalOf.map { LawPredictor.Interval(target: $0) } ?? standard
        }
        return interval.level.map {
            LawPredictor.Interval(level: $0, target: intervalOf ?? .observation)
        }
    }

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.field(
            "interval", &interval, .interval,
            "How sure the interval is to be; true, or the name alone in a query, is 0.9.")
        fields.field(
            "interval_of", &intervalOf, .word([.observation, .mean]),
            "What lies in the interval: an observation with its noise, or the law's mean.")
        for feature in Feature.allCases {
            fields.field(feature.rawValue, &features[feature], .positive, feature.meaning)
        }
    }
}

extension FieldRule where Value == IntervalLevel {
    /// A level between 0 and 1, `true` for the standard one, `false` for no interval.
    static let interval = FieldRule(
        "must lie between 0 and 1, as in 0.9",
        read: { value in
            switch value {
            case .bool(true): IntervalLevel(LawPredictor.Interval.standardLevel)
            case .bool(false): IntervalLevel(nil)
            default: value.double.flatMap { $0 > 0 && $0 < 1 ? IntervalLevel($0) : nil }
            }
        },
        parse: { text in
            guard !text.isEmpty else { return IntervalLevel(LawPredictor.Interval.standardLevel) }
            return Double(text).flatMap { $0 > 0 && $0 < 1 ? IntervalLevel($0) : nil }
        },
        write: { $0.level.map { .number($0) } ?? .bool(false) },
        schema: [
            "oneOf": [
                .schema(
                    "number", .init("exclusiveMinimum", 0), .init("exclusiveMaximum", 1)),
                .schema("boolean"),
            ]
        ])
}

extension Feature {
    /// A description in a few words, for help and for the API's description.
    package var meaning: String {
        switch self {
        case .parameterCount: "N: model parameters."
        case .totalParameterCount: "N with embeddings."
        case .nonEmbeddingParameterCount: "N without embeddings, for laws that count so."
        case .tokenCount: "D: training tokens."
        case .uniqueTokenCount: "Distinct training tokens."
        case .trainingFLOPs: "C: training compute in FLOP."
        case .batchTokens: "B: tokens per step."
        case .stepCount: "S: optimizer steps."
        case .encoderParameterCount: "Encoder parameters."
        case .decoderParameterCount: "Decoder parameters."
        case .averageParameterCount: "Parameters averaged over the tokens."
        case .expertCount: "Experts of a mixture, 1 if dense."
        case .phaseStep: "The step from which the second phase's data are trained on."
        case .replayShare: "The share of the first data in the second phase."
        case .loss: "L: the loss that a metric is predicted from."
        }
    }
}
