import Foundation
package import Records

/// The loss of a translation model from the sizes of its encoder and its decoder.
///
///     L(N_e, N_d) = α·(N̄/N_e)^p_e·(N̄/N_d)^p_d + L∞,      N̄ = 50 million parameters
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | N_e | `encoder_parameter_count` | parameters without embeddings | > 0 |
/// | N_d | `decoder_parameter_count` | parameters without embeddings | > 0 |
/// | α | `coefficient` | nats per token | > 0 |
/// | p_e | `encoder_exponent` | – | 0 … 3 |
/// | p_d | `decoder_exponent` | – | 0 … 3 |
/// | L∞ | `irreducible_loss` | nats per token | ≥ 0 |
///
///     isoloss fit --law nmt-bivariate --series source-original table.csv
///
/// Source: Ghorbani et al. 2021, arXiv 2109.07740. The paper's reference sizes N̄_e and N̄_d only set
/// the unit of α. Here both are one constant, so that the parameters alone predict; α is then the
/// part of the loss that size removes, for 50 million parameters in each half.
///
/// Fit each test set apart (`series`): text that was written in the source language and text that
/// was translated from the target language have different exponents. Not for runs whose data or
/// training length differ, nor, with one half held at one size, for the exponent of that half.
package struct TranslationLaw: ScalingLaw {
    /// N̄: any size would do, and a round one inside the range that is trained keeps α readable.
    package static let referenceParameterCount = 5e7

    package static let about = LawDescription(
        id: "nmt-bivariate", title: "NMT: loss from the sizes of encoder and decoder",
        kind: .table, formula: "L(N_e, N_d) = α·(5e7/N_e)^p_e·(5e7/N_d)^p_d + L∞",
        reference: "Ghorbani et al. 2021, arXiv:2109.07740",
        limits: "One test set, one data set and one training length at a time.")

    package let parameters = [
        ParameterSpec(
            "coefficient", symbol: "α", meaning: "reducible loss at 5e7 parameters in each half",
            bounds: 1e-6...1e6, scale: .log, start: .projected),
        ParameterSpec(
            "encoder_exponent", symbol: "p_e", meaning: "how fast loss falls with the encoder",
            bounds: 0...3, start: .searched(0.05...0.8)),
        ParameterSpec(
            "decoder_exponent", symbol: "p_d", meaning: "how fast loss falls with the decoder",
            bounds: 0...3, start: .searched(0.05...0.8)),
        ParameterSpec(
            "irreducible_loss", symbol: "L∞", meaning: "loss of an unlimited model",
            bounds: 0...100, start: .projected),
    ]
    package let requiredFeatures: [Feature] = [.encoderParameterCount, .decoderParameterCount]

    package init(options: LawOptions) {}

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        let reference = log(Self.referenceParameterCount)
        // log(N/N̄) of each half.
        let points = inputs.map {
            (
                encoder: log($0.required(.encoderParameterCount)) - reference,
                decoder: log($0.required(.decoderParameterCount)) - reference
            )
        }
        return PointwiseEvaluator(points: points) { size, parameters, slopes in
            let (coefficient, irreducibleLoss) = (parameters[0], parameters[3])
            let power = exp(-parameters[1] * size.encoder - parameters[2] * size.decoder)
            let term = coefficient * power
            slopes[0] = power
            slopes[1] = -term * size.encoder
            slopes[2] = -term * size.decoder
            slopes[3] = 1
            return term + irreducibleLoss
        }
    }

    package func cautions(for inputs: [LawInput], free: Set<String>) -> [String] {
        let halves: [(name: String, feature: Feature)] = [
            ("encoder", .encoderParameterCount), ("decoder", .decoderParameterCount),
        ]
        return halves.compactMap { half in
            let sizes = Set(inputs.map { $0.required(half.feature) })
            let exponent = "\(half.name)_exponent"
            guard sizes.count == 1, free.isSuperset(of: [exponent, "coefficient"]) else {
                return nil
            }
            return "all runs have one size of \(half.name): \(exponent) cannot be told from "
                + "coefficient; add runs of other sizes, or fix it"
        }
    }

    /// Minimising L under N_e + N_d = n gives N_e* = n·p_e/p and N_d* = n·p_d/p with p = p_e + p_d,
    /// and so L*(n) = α*·n^−p + L∞ with α* = α·(N̄·p/p_e)^p_e·(N̄·p/p_d)^p_d.
    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] {
        let (encoder, decoder) = (parameters[1], parameters[2])
        let sum = encoder + decoder
        /// (N̄·p/p_i)^p_i, which tends to 1 as p_i does to 0.
        func factor(_ exponent: Double) -> Double {
            exponent > 0 ? pow(Self.referenceParameterCount * sum / exponent, exponent) : 1
        }
        return [
            DerivedQuantity(
                "optimal_encoder_share", meaning: "share of the best encoder, p_e/(p_e + p_d)",
                value: encoder / sum),
            DerivedQuantity(
                "optimal_decoder_share", meaning: "share of the best decoder, p_d/(p_e + p_d)",
                value: decoder / sum),
            DerivedQuantity(
                "budget_coefficient", meaning: "α* of the best split's loss, α*·n^−(p_e+p_d) + L∞",
                value: parameters[0] * factor(encoder) * factor(decoder)),
            DerivedQuantity(
                "budget_exponent", meaning: "p_e + p_d: how fast the best split's loss falls",
                value: sum),
        ]
    }
}
