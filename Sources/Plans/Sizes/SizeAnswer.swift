import Fitting
import Foundation
import Laws
import Records

/// The words and warnings that answers about N and D have in common.
extension PlanContext {
    /// A document of a kind with the law, its formula and what N means.
    func document(_ kind: String) -> PlanDocument {
        var answer = PlanDocument(kind: kind, law: predictor.law.about.id)
        answer["formula"] = .text(predictor.law.law.formula)
        answer["loss_unit"] = .text(lossUnit)
        // Laws of curves mostly know no N.
        let law = predictor.law
        if law.about.kind == .table || law.law.requiredFeatures.contains(.parameterCount) {
            answer["parameter_count_kind"] = .text(parameterCountKind)
        }
        return answer
    }

    /// The unit of the fit's losses.
    var lossUnit: String {
        predictor.published?.lossUnit ?? "the unit of the fitted runs, nats per token by default"
    }

    /// The parameters that N counts, since studies count differently and teams argue about it.
    var parameterCountKind: String {
        if let published = predictor.published, !published.parameterConvention.isEmpty {
            return published.parameterConvention
        }
        let law = type(of: predictor.law.law)
        if law == KaplanLaw.self || law == TranslationLaw.self {
            return "parameters without embeddings"
        }
        if law == AverageParametersLaw.self {
            return
                "parameters averaged over training, counted as parameter_count of the fitted runs"
        }
        let total = predictor.report.fittedRange?.features[.totalParameterCount] != nil
        return "parameter_count of the fitted runs"
            + (total ? ", without embeddings (they also carry total_parameter_count)" : "")
    }

    /// Warnings about a size and its tokens outside of what was fitted.
    ///
    /// A plan says sooner than a prediction that it leaves the data: beyond twice the largest or
    /// smallest that was fitted.
    func sizeWarnings(parameterCount: Double, tokenCount: Double) -> [String] {
        guard let fitted = predictor.report.fittedRange?.features else {
            if let published = predictor.published {
                guard published.ranges.isEmpty else {
                    return predictor.warningsBeyondStudy([
                        .parameterCount: parameterCount, .tokenCount: tokenCount,
                    ])
                }
                return [
                    "\(published.name) was fitted on \(published.fittedOn), in "
                        + "\(published.lossUnit); nothing fitted says that it holds beyond"
                ]
            }
            return [
                "the fit does not say what sizes it was made on, so how far this reaches beyond "
                    + "them is not known"
            ]
        }
        let sizes = [
            ("parameter_count", parameterCount, [.parameterCount, .averageParameterCount]),
            ("token_count", tokenCount, [Feature.tokenCount]),
        ]
        return sizes.compactMap { name, value, features in
            guard let range = features.compactMap({ fitted[$0] }).first else { return nil }
            let times = max(value / range.upperBound, range.lowerBound / value)
            guard times > 2 else { return nil }
            let side = value > range.upperBound ? "above the largest" : "below the smallest"
            return "\(name) = \(PlanText.number(value, digits: 3)) is "
                + "\(PlanText.number(times, digits: 2)) times \(side) that the law was fitted on "
                + "(\(PlanText.number(range.lowerBound, digits: 3)) to "
                + "\(PlanText.number(range.upperBound, digits: 3))); nothing fitted says that it "
                + "holds there"
        }
    }

    /// A loss of N and D with the interval that was asked for.
    func plannedLoss(
        _ surface: LossSurface, parameterCount: Double, tokenCount: Double
    ) throws -> PlannedQuantity {
        try plannedLoss(
            features: surface.features(parameterCount: parameterCount, tokenCount: tokenCount))
    }

    /// A loss with the interval that was asked for; `FittingError.nothingPredicted` without one.
    func plannedLoss(features: [Feature: Double]) throws -> PlannedQuantity {
        let band = try predictor.loss(features: features, interval: interval)
        guard band.losses[0].isFinite else {
            throw FittingError.nothingPredicted(law: predictor.law.about.id)
        }
        return PlannedQuantity(PlannedLoss(band, 0))
    }
}
