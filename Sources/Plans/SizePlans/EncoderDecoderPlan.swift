import Fitting
import Foundation
import Laws
import Records

/// The split of a parameter budget between encoder and decoder.
///
/// With L = α·(N̄/N_e)^p_e·(N̄/N_d)^p_d + L∞ and N_e + N_d = N, N_e* = N·p_e/(p_e + p_d).
///
/// Source: Ghorbani et al. 2021, arXiv 2109.07740, section 3.2.
package struct EncoderDecoderPlan: PlanKind {
    package static let about = PlanDescription(
        id: "encoder-decoder",
        title: "the split of a parameter budget between encoder and decoder",
        selector: .option("parameter_count"),
        options: [
            PlanOption(
                "parameter_count", "n", meaning: "encoder and decoder together, no embeddings",
                isRequired: true, example: "3e8")
        ],
        supportedLaws: { $0 is TranslationLaw },
        question: "a loss of encoder and decoder sizes",
        example: "--fit nmt.json --encoder-decoder 3e8",
        pictures: [
            .init(
                x: "encoder_share", panels: [[.init("curve", "loss")]], isLogarithmic: false)
        ])

    private let parameterCount: Double

    package init(_ options: PlanOptions) throws(PlanError) {
        parameterCount = try options.number("parameter_count") ?? 0
    }

    package func result(_ context: PlanContext) throws -> PlanDocument {
        let law = context.predictor.law
        let encoder = try law.index(ofParameter: "encoder_exponent")
        let decoder = try law.index(ofParameter: "decoder_exponent")
        let uncertainty = try PlanUncertainty(context)
        guard uncertainty.values[encoder] > 0, uncertainty.values[decoder] > 0 else {
            throw PlanError.refused(
                .noInteriorMinimum,
                "one half's exponent is zero under this fit: its size does not matter, and the best "
                    + "split would have none of it")
        }
        let planned = try uncertainty.planned { parameters in
            let share = parameters[encoder] / (parameters[encoder] + parameters[decoder])
            return [share, share * parameterCount, (1 - share) * parameterCount]
        }
        guard min(planned[1].value, planned[2].value) >= 1 else {
            throw PlanError.invalid(
                option: "parameter_count", value: PlanText.number(parameterCount),
                rule: "leaves less than one parameter to a half")
        }
        let best = try loss(share: planned[0].value, context)
        var answer = context.document(Self.about.id)
        answer["parameter_count"] = .number(parameterCount)
        answer["encoder_share"] = .quantity(planned[0])
        answer["encoder_parameter_count"] = .quantity(planned[1])
        answer["decoder_parameter_count"] = .quantity(planned[2])
        answer["loss"] = .quantity(best)
        answer["method"] = .text("closed form: N_e = N·p_e/(p_e + p_d)")
        answer["curve"] = .rows(
            try stride(from: 0.1, through: 0.91, by: 0.1).map { share in
                let loss = try loss(share: share, context)
                return [
                    "encoder_share": .number(share),
                    "encoder_parameter_count": .number(share * parameterCount),
                    "decoder_parameter_count": .number((1 - share) * parameterCount),
                    "loss": .quantity(loss), "excess_loss": .number(loss.value - best.value),
                ]
            })
        answer.advice =
            "Give the encoder \(SizeText.count(planned[1])) parameters and the decoder "
            + "\(SizeText.count(planned[2])): predicted loss \(SizeText.loss(best))."
        answer.warnings = context.predictor.warnings(for: [
            .encoderParameterCount: planned[1].value, .decoderParameterCount: planned[2].value,
        ])
        return answer
    }

    private func loss(share: Double, _ context: PlanContext) throws -> PlannedQuantity {
        try context.plannedLoss(features: [
            .encoderParameterCount: share * parameterCount,
            .decoderParameterCount: (1 - share) * parameterCount,
        ])
    }
}
