import ArgumentParser
import Laws

/// The sizes that a law may need for a prediction, an option each.
struct FeatureOptions: ParsableArguments {
    @Option(help: ArgumentHelp("N: model parameters.", valueName: "n"))
    var parameterCount: Double?

    @Option(help: ArgumentHelp("N with embeddings.", valueName: "n"))
    var totalParameterCount: Double?

    @Option(help: ArgumentHelp("D: training tokens.", valueName: "n"))
    var tokenCount: Double?

    @Option(help: ArgumentHelp("Distinct training tokens.", valueName: "n"))
    var uniqueTokenCount: Double?

    @Option(
        name: .customLong("training-flops"),
        help: ArgumentHelp("C: training compute in FLOP.", valueName: "n"))
    var trainingFLOPs: Double?

    @Option(help: ArgumentHelp("B: tokens per step.", valueName: "n"))
    var batchTokens: Double?

    @Option(help: ArgumentHelp("S: optimizer steps.", valueName: "n"))
    var stepCount: Double?

    @Option(help: ArgumentHelp("Encoder parameters.", valueName: "n"))
    var encoderParameterCount: Double?

    @Option(help: ArgumentHelp("Decoder parameters.", valueName: "n"))
    var decoderParameterCount: Double?

    @Option(help: ArgumentHelp("Parameters averaged over the tokens.", valueName: "n"))
    var averageParameterCount: Double?

    @Option(help: ArgumentHelp("L: the loss that a metric is predicted from.", valueName: "l"))
    var loss: Double?

    /// What was given.
    var features: [Feature: Double] {
        var features: [Feature: Double] = [:]
        for feature in Feature.inputs { features[feature] = value(of: feature) }
        return features
    }

    private func value(of feature: Feature) -> Double? {
        switch feature {
        case .parameterCount: parameterCount
        case .totalParameterCount: totalParameterCount
        case .tokenCount: tokenCount
        case .uniqueTokenCount: uniqueTokenCount
        case .trainingFLOPs: trainingFLOPs
        case .batchTokens: batchTokens
        case .stepCount: stepCount
        case .encoderParameterCount: encoderParameterCount
        case .decoderParameterCount: decoderParameterCount
        case .averageParameterCount: averageParameterCount
        case .loss: loss
        }
    }
}
