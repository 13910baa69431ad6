/// A number that a run carries beside its loss, under its name in the contract.
///
/// Counts are plain (25 million parameters is `25000000`), tokens are tokens, compute is in FLOP.
package enum Feature: String, CaseIterable, Codable, CodingKeyRepresentable, Sendable {
    /// N: model parameters, by the study's own convention.
    case parameterCount = "parameter_count"
    /// N with embeddings, where `parameterCount` is without.
    case totalParameterCount = "total_parameter_count"
    /// N without embeddings, where `parameterCount` may be with.
    case nonEmbeddingParameterCount = "non_embedding_parameter_count"
    /// D: training tokens seen.
    case tokenCount = "token_count"
    /// U: distinct training tokens, where some were seen more than once.
    case uniqueTokenCount = "unique_token_count"
    /// C: training compute in FLOP.
    case trainingFLOPs = "training_flops"
    /// B: tokens per optimizer step.
    case batchTokens = "batch_tokens"
    /// S: optimizer steps.
    case stepCount = "step_count"
    /// Encoder parameters without embeddings.
    case encoderParameterCount = "encoder_parameter_count"
    /// Decoder parameters without embeddings.
    case decoderParameterCount = "decoder_parameter_count"
    /// Parameter count averaged over the training tokens.
    case averageParameterCount = "average_parameter_count"
    /// E: experts in a layer of a mixture, 1 for a dense model.
    case expertCount = "expert_count"
    /// The step from which a run trains on its second data; its total steps where it never does.
    case phaseStep = "phase_step"
    /// The share of the first data in the second phase, below 1.
    case replayShare = "replay_share"
    /// L: the loss itself, where it is what another quantity is predicted from.
    case loss

    /// The features that are stored with a run; `loss` is not one, it has a field of its own.
    package static let stored = allCases.filter { $0 != .loss }

    /// The position among the cases.
    ///
    /// A string-backed enumeration hashes its whole text otherwise, and every fit looks up
    /// features of all its runs.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(position)
    }

    private var position: UInt8 {
        switch self {
        case .parameterCount: 0
        case .totalParameterCount: 1
        case .tokenCount: 2
        case .uniqueTokenCount: 3
        case .trainingFLOPs: 4
        case .batchTokens: 5
        case .stepCount: 6
        case .encoderParameterCount: 7
        case .decoderParameterCount: 8
        case .averageParameterCount: 9
        case .expertCount: 10
        case .phaseStep: 11
        case .replayShare: 12
        case .loss: 13
        case .nonEmbeddingParameterCount: 14
        }
    }
}
