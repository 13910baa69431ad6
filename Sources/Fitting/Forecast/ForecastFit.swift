import Foundation
import Laws
import LeastSquares

/// Fits the law `forecast`: every member under its priors, and their shares by cross-validation.
struct ForecastFit {
    let prepared: Fitter.Prepared
    let law: ForecastLaw

    private var request: FitRequest { prepared.request }
    private var observations: Observations { prepared.observations }
    private var members: [MemberFit] {
        law.members.map { member in
            MemberFit(
                law: member.law, objective: request.objective,
                fixed: member.fixed(prepared.fixed))
        }
    }

    /// Fits and reports.
    ///
    /// - Parameters:
    ///   - progress: Told the share done, after each member.
    ///   - isCancelled: Asked before each member.
    /// - Returns: The report, all but the hold-out and the duration.
    /// - Throws: `FittingError` for what a forecast refuses, `.notEvaluable` and `.cancelled`.
    func report(
        progress: (Double) -> Void, isCancelled: () -> Bool
    ) throws(FittingError) -> FitReport {
        guard request.uncertainty == .delta else {
            throw .unsupportedUncertainty(
                law: ForecastLaw.about.id, method: request.uncertainty.name)
        }
        let study = try StudySizes(observations, law: ForecastLaw.about.id)
        let validation = ForecastValidation(study.sizes.map(\.observations))
        let isJudged = prepared.fixed[law.weightIndex] == nil
        var outcomes: [MemberFit.Outcome] = []
        var judged: [ForecastValidation.Outcome] = []
        for (index, member) in members.enumerated() {
            guard !isCancelled() else { throw .cancelled }
            guard let outcome = member.fit(study.sizes.map(\.observations)) else {
                throw .notEvaluable(law: ForecastLaw.about.id)
            }
            outcomes.append(outcome)
            if isJudged { judged.append(validation.outcome(of: member)) }
            progress(Double(index + 1) / Double(members.count))
        }
        guard !isCancelled() else { throw .cancelled }
        let weight =
            prepared.fixed[law.weightIndex] ?? ForecastValidation.weights(judged)[0]
        let sizes = study.sizes.enumerated().map { position, size in
            FittedSize(
                prepared: prepared, law: law, size: size, position: position, outcomes: outcomes,
                weight: weight)
        }
        return ForecastReportBuilder(
            prepared: prepared, law: law, members: members, outcomes: outcomes,
            validation: validation, judged: judged, sizes: sizes
        ).report()
    }
}
