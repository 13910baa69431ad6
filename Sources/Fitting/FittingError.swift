package import Laws
import Records

/// A request, or runs, that no fit, prediction or score can be made from.
package enum FittingError: Error, Equatable, Sendable {
    case law(LawError)
    case badObjective(String)
    case objectiveWithoutPairs(law: String, able: [String])
    case tooFewPairs(pairs: Int, freeParameters: Int)
    case badUncertainty(String)
    case noRuns
    case missingFeature(law: String, feature: String, runs: [String])
    case missingSchedule(law: String, runs: [String])
    case missingCurve(law: String, runs: [String])
    case missingLoss(law: String, runs: [String])
    case missingSeries(String, runs: [String], known: [String])
    case seriesNeeded(law: String, known: [String])
    case badSchedule(run: String, String)
    case stepBeyondSchedule(run: String, step: Int, totalSteps: Int)
    case badLoss(run: String, step: Int?, value: Double)
    case badFeature(run: String, feature: String, value: Double)
    case tooFewPoints(points: Int, freeParameters: Int, warmupPointsLeftOut: Int)
    case noPointsToScore(warmupPointsLeftOut: Int)
    case otherUnit(run: String, unit: String, published: String, publishedUnit: String)
    case stepsOfTable(law: String)
    case notEvaluable(law: String)
    case nothingPredicted(law: String)
    case wrongKind(law: String, asked: String, able: [String])
    case missingInput(law: String, fields: [String])
    /// Runs that leave parameters of the law open whatever their losses are.
    case notIdentified(String)
    case badLevel(Double)
    case unusableReport(String)
    case unsupportedUncertainty(law: String, method: String)
    /// A fit to go on to, whose law predicts no metric.
    case noMetric(law: String, able: [String])
    case sizeNeeded(law: String, known: [Double])
    case unknownSize(law: String, parameterCount: Double, known: [Double], fewest: Int)
    /// A fault of a run held out, not fitted.
    indirect case holdout(FittingError)
    case cancelled

    /// The field of a request that is wrong, as a JSON pointer.
    package var pointer: String {
        switch self {
        case .law(let error): error.pointer
        case .badObjective, .objectiveWithoutPairs, .tooFewPairs: "/objective"
        case .badUncertainty, .unsupportedUncertainty: "/uncertainty"
        case .missingSeries, .seriesNeeded: "/series"
        case .badLevel: "/interval"
        case .sizeNeeded, .unknownSize: "/parameter_count"
        case .stepsOfTable: "/from_step"
        case .noMetric: "/then"
        case .wrongKind: "/law"
        case .missingInput(_, let fields): "/\(fields.first ?? "")"
        case .unusableReport: "/parameters"
        case .holdout: "/holdout"
        case .noRuns, .missingFeature, .missingSchedule, .missingCurve, .missingLoss, .badSchedule,
            .stepBeyondSchedule, .badLoss, .badFeature, .tooFewPoints, .noPointsToScore,
            .otherUnit, .notEvaluable, .nothingPredicted, .notIdentified, .cancelled:
            "/runs"
        }
    }

    /// A sentence that says the fault and the remedy.
    package var message: String {
        switch self {
        case .law(let error): return error.message
        case .badObjective(let text):
            return "objective = \"\(text)\" is not known; use log-huber, log-squares, huber or "
                + "squares (also soft-l1, cauchy, tukey, dominated-pairs), with a positive width "
                + "after a colon as in log-huber:0.001."
        case .objectiveWithoutPairs(let law, let able):
            return "objective = dominated-pairs needs finished runs and a loss that is added to "
                + "the rest, which the law \(law) has not; use it with "
                + "\(able.joined(separator: ", ")), or take another objective."
        case .tooFewPairs(let pairs, let freeParameters):
            return "objective = dominated-pairs: \(pairs) pairs of runs, one larger in every way "
                + "and lower in loss, cannot determine \(freeParameters) free parameters; add runs "
                + "or take another objective."
        case .badUncertainty(let text):
            let limits = UncertaintyMethod.resampleLimits
            return "uncertainty = \"\(text)\" is not known; use delta, profile or bootstrap, "
                + "the last with \(limits.lowerBound) to \(limits.upperBound) resamples after a "
                + "colon as in bootstrap:4000, and what curves lend, runs or blocks, after another."
        case .holdout(let error): return error.message
        case .noRuns: return "no runs were named; name at least one run to fit."
        case .cancelled: return "the fit was cancelled."
        case .badLevel(let level):
            return "interval = \(level) must lie between 0 and 1, as in 0.9."
        case .wrongKind(let law, let asked, let able):
            return "the law \(law) cannot predict \(asked); fit one that can: "
                + "\(able.joined(separator: ", "))."
        case .missingInput(let law, let fields):
            return "the law \(law) needs \(fields.joined(separator: " and ")) for a prediction; "
                + "give \(fields.count == 1 ? "it" : "them") a positive number."
        case .notIdentified(let reason): return "not-identified: \(reason)."
        case .seriesNeeded(let law, let known):
            let choice = known.isEmpty ? "" : ", one of \(known.joined(separator: ", "))"
            return "the law \(law) predicts a metric; name it as series\(choice)."
        case .unusableReport(let reason): return "the fit cannot be used: \(reason)."
        case .unsupportedUncertainty(let law, let method):
            return
                "uncertainty = \(method): the law \(law) has standard errors of the delta method "
                + "only; use delta."
        case .noMetric(let law, let able):
            return "then names a fit of the law \(law), which predicts no metric from a loss; name "
                + "a fit of \(able.joined(separator: ", "))."
        case .sizeNeeded(let law, let known):
            return "the law \(law) was fitted to several sizes; give parameter_count, one of "
                + "\(SizeText.list(known))."
        case .unknownSize(let law, let count, let known, let fewest):
            return
                "parameter_count = \(SizeText.text(count)) is not a size that this fit of the law "
                + "\(law) has seen (\(SizeText.list(known))); ask for one that it has, or fit runs of "
                + "at least \(fewest) sizes."
        case .stepsOfTable(let law):
            return "the law \(law) is fitted on finished runs, which have no steps to leave out; "
                + "drop from_step."
        case .noPointsToScore(let leftOut):
            let reason = leftOut > 0 ? ": all \(leftOut) lie inside the warm-up" : ""
            return "the runs have no points to judge the fit by\(reason); name runs that do."
        case .otherUnit(let run, let unit, let published, let publishedUnit):
            return "run \(run) has its loss in \(unit), and \(published) predicts "
                + "\(publishedUnit); score it on runs of that unit, or fit these."
        case .notEvaluable(let law):
            return "the law \(law) could not be evaluated at any starting point on these runs; "
                + "check their sizes, steps and learning rates for values that are out of range."
        case .nothingPredicted(let law):
            return
                "the law \(law) gives no loss above 0 at any of these points; they lie too far "
                + "from what it was fitted on."
        case .missingFeature(let law, let feature, let runs):
            return "the law \(law) needs \(feature), which is missing in \(Self.list(runs)); add "
                + "it to the runs' metadata."
        case .missingSchedule(let law, let runs):
            return "the law \(law) needs a schedule, which is missing in \(Self.list(runs)); add "
                + "schedule to the runs' metadata, or log learning_rate with the points."
        case .missingCurve(let law, let runs):
            return "the law \(law) needs a loss curve, which is missing in \(Self.list(runs)); "
                + "add points to the runs."
        case .missingLoss(let law, let runs):
            return "the law \(law) needs a loss, which is missing in \(Self.list(runs)); add loss "
                + "to the runs' metadata, or points."
        case .missingSeries(let series, let runs, let known):
            let have =
                known.isEmpty ? "they have none" : "there is \(known.joined(separator: ", "))"
            return "series \"\(series)\" is missing in \(Self.list(runs)); \(have)."
        case .badSchedule(let run, let reason): return "run \(run): \(reason)"
        case .stepBeyondSchedule(let run, let step, let totalSteps):
            return "run \(run) has a point at step \(step), but its schedule ends after "
                + "\(totalSteps) steps; correct the schedule or drop the point."
        case .badLoss(let run, let step, let value):
            let place = step.map { " at step \($0)" } ?? ""
            return "run \(run): loss = \(value)\(place) must be a finite number above 0."
        case .badFeature(let run, let feature, let value):
            return "run \(run): \(feature) = \(value) must be a finite number above 0."
        case .tooFewPoints(let points, let freeParameters, let leftOut):
            let dropped = leftOut > 0 ? " (after leaving out \(leftOut) inside the warm-up)" : ""
            return "\(points) points\(dropped) cannot determine \(freeParameters) free parameters; "
                + "add points or fix parameters."
        }
    }

    private static func list(_ runs: [String]) -> String {
        let shown = runs.prefix(5).joined(separator: ", ")
        let more = runs.count > 5 ? " and \(runs.count - 5) more" : ""
        return (runs.count == 1 ? "run " : "runs ") + shown + more
    }
}
