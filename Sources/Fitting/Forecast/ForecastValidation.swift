import Foundation
import Laws
import Records

/// Judges the members of a forecast on what they were not fitted on, and weighs them by it.
///
/// Every run is left out in turn, and the beginning of all runs predicts the rest, at 40 and 60 %
/// of the longest: other schedules and longer horizons are what forecasts are asked for. A member's
/// error is the geometric mean over all these folds, so that a fold which nobody can predict (the
/// only run with a change of rate is the one left out) does not drown the others.
struct ForecastValidation {
    /// One split of the points.
    struct Fold {
        let leftOut: String
        /// The points of the size, whose priors hold for every part of it.
        let study: Observations
        let training: Observations
        let test: Observations
    }

    /// The errors of one member.
    struct Judgement {
        /// The mean relative error per fold; nil where the rest did not suffice for a fit.
        var errors: [Double?]
        var error: Double?
    }

    /// A tenth more error takes the share of a member down to about a fifth: close to choosing the
    /// best, without a jump where two are equal.
    static let sharpness = 16.0

    private static let horizons = [0.4, 0.6]
    /// A fold with fewer points on either side says nothing.
    private static let fewestPoints = 8

    let folds: [Fold]

    /// - Parameter sizes: The points of each model size; folds are within a size.
    init(_ sizes: [Observations]) {
        let candidates = sizes.flatMap { Self.runs($0) + Self.horizons($0) }
        folds = candidates.filter {
            min($0.training.pointCount, $0.test.pointCount) >= Self.fewestPoints
        }
    }

    private static func runs(_ observations: Observations) -> [Fold] {
        guard observations.groups.count > 1 else { return [] }
        return observations.groups.indices.map { index in
            var (training, test) = (observations, observations)
            training.groups.remove(at: index)
            test.groups = [observations.groups[index]]
            return Fold(
                leftOut: observations.groups[index].runID, study: observations,
                training: training, test: test)
        }
    }

    private static func horizons(_ observations: Observations) -> [Fold] {
        let longest = observations.inputs.compactMap(\.steps.last).max() ?? 0
        return horizons.map { fraction in
            let end = Int(fraction * Double(longest))
            return Fold(
                leftOut: "steps from \(end)", study: observations,
                training: observations.part { $0 < end }, test: observations.part { $0 >= end })
        }
    }

    /// The errors of one member.
    func judgement(of member: MemberFit) -> Judgement {
        let errors = folds.map { error(of: member, on: $0) }
        let logs = errors.compactMap { $0 }.filter { $0 > 0 }.map { log($0) }
        let mean = logs.isEmpty ? nil : exp(logs.reduce(0, +) / Double(logs.count))
        return Judgement(errors: errors, error: mean)
    }

    /// The mean over the left-out runs, each run counting once.
    private func error(of member: MemberFit, on fold: Fold) -> Double? {
        guard let values = member.fit([fold.training], of: [fold.study])?.values.first else {
            return nil
        }
        let errors = fold.test.groups.map { group in
            var evaluator = member.law.law.evaluator(for: [group.input])
            let predicted = evaluator.losses(at: values)
            return Metrics(observed: group.losses, predicted: predicted).meanRelativeError
        }
        let mean = errors.reduce(0, +) / Double(errors.count)
        return mean.isFinite ? mean : nil
    }

    /// The share of each member.
    ///
    /// - Parameter judgements: By member.
    /// - Returns: Shares that add up to 1; equal ones where no fold could be judged.
    static func weights(_ judgements: [Judgement]) -> [Double] {
        let errors = judgements.map { $0.error ?? .infinity }
        guard let best = errors.min(), best.isFinite, best > 0 else {
            return judgements.map { _ in 1 / Double(judgements.count) }
        }
        let shares = errors.map { pow($0 / best, -sharpness) }
        let total = shares.reduce(0, +)
        return shares.map { $0 / total }
    }
}

extension Observations {
    /// The points at some steps, without runs that have none.
    fileprivate func part(_ isTaken: (Int) -> Bool) -> Observations {
        var part = self
        for index in groups.indices {
            let kept = groups[index].input.steps.indices.filter {
                isTaken(groups[index].input.steps[$0])
            }
            part.groups[index].input.steps = kept.map { groups[index].input.steps[$0] }
            part.groups[index].losses = kept.map { groups[index].losses[$0] }
        }
        part.groups.removeAll { $0.losses.isEmpty }
        return part
    }
}
