import Foundation
import Laws
import LeastSquares
import Records

/// The uncertainty of a fit by the method asked for, and the sentences about it.
struct UncertaintyEstimate {
    /// The level of the report's intervals.
    static let level = 0.9

    let values: [Double]
    let noise: NoiseEstimate
    /// Nil for tables.
    let discrepancy: ModelDiscrepancy?
    private(set) var parameters: ParameterUncertainty
    private(set) var report: FitReport.Uncertainty

    private let prepared: Fitter.Prepared
    private let best: Solution
    private let delta: DeltaCovariance

    /// Starts from the linearised model, as every method does.
    ///
    /// - Parameters:
    ///   - prepared: The fit.
    ///   - best: Its optimum.
    init(prepared: Fitter.Prepared, best: Solution) {
        self.prepared = prepared
        self.best = best
        let (specs, fixed) = (prepared.law.parameters, prepared.fixed)
        let values = zip(specs, best.parameters).enumerated().map { index, pair in
            fixed[index] ?? pair.0.value(at: pair.1)
        }
        self.values = values
        // On a bound counts as known only where the data push against it: one that no point
        // depends on may lie there by chance.
        let count = best.residuals.count
        let isKnown = specs.indices.map { index in
            let column = best.jacobian[(index * count)..<((index + 1) * count)]
            return fixed[index] != nil || best.atBound[index] && column.contains { $0 != 0 }
        }
        let noise = NoiseEstimate(
            best: best, isKnown: isKnown, observations: prepared.observations,
            kind: prepared.law.about.kind)
        self.noise = noise
        discrepancy =
            prepared.law.about.kind == .curve
            ? ModelDiscrepancy(best: best, isKnown: isKnown, noise: noise, law: prepared.law) : nil
        delta = DeltaCovariance(
            best: best, isKnown: isKnown, loss: prepared.request.objective.loss, noise: noise)
        parameters = ParameterUncertainty(
            specs: specs, values: values, fixed: fixed, atBound: best.atBound, estimate: delta,
            noise: noise)
        report = FitReport.Uncertainty(method: prepared.request.uncertainty.name)
    }

    /// Refits as the method asked for needs, beyond the linearised model.
    ///
    /// - Parameters:
    ///   - progress: Told the share done.
    ///   - isCancelled: Asked now and then.
    mutating func refine(progress: (Double) -> Void, isCancelled: () -> Bool) {
        guard !delta.isInterpolating else { return }
        switch prepared.request.uncertainty {
        case .delta:
            let specs = prepared.law.parameters
            let asked = parameters.free.filter {
                prepared.law.law.profiled.contains(specs[$0].name)
            }
            guard !asked.isEmpty else { break }
            profile(asked, progress: progress, isCancelled: isCancelled)
            report.profiled = asked.map { specs[$0].name }
        case .bootstrap(let resamples, _):
            bootstrap(resamples, progress: progress, isCancelled: isCancelled)
        case .profile: profile(parameters.free, progress: progress, isCancelled: isCancelled)
        }
    }

    private mutating func bootstrap(
        _ resamples: Int, progress: (Double) -> Void, isCancelled: () -> Bool
    ) {
        let bootstrap = Bootstrap(
            prepared: prepared, best: best, noise: noise, spread: delta.spread)
        let outcome = bootstrap.outcome(
            resamples: resamples, threads: ProcessInfo.processInfo.activeProcessorCount,
            progress: progress, isCancelled: isCancelled)
        guard let outcome else { return }
        report.resamples = resamples
        report.resampled = outcome.unit.name
        if case .blocks(let length) = outcome.unit { report.blockLength = length }
        report.failed = outcome.failed
        guard outcome.values.count > 1 else {
            parameters.warnings.append(
                "the bootstrap failed: \(outcome.failed) of \(resamples) refits did not converge; "
                    + "standard errors are the delta method's")
            return
        }
        parameters.setCovariance(ofCoordinates: outcome.covariance)
        for index in parameters.free {
            parameters.errors[index] = outcome.standardError(of: index)
            parameters.intervals[index] = outcome.interval(
                of: index, value: values[index], level: Self.level,
                degreesOfFreedom: noise.degreesOfFreedom, points: best.residuals.count)
        }
        if outcome.failed > 0 {
            parameters.warnings.append(
                "\(outcome.failed) of \(resamples) bootstrap refits did not converge and are left "
                    + "out")
        }
    }

    private mutating func profile(
        _ free: [Int], progress: (Double) -> Void, isCancelled: () -> Bool
    ) {
        let profile = ProfileLikelihood(
            prepared: prepared, best: best, estimate: delta,
            degreesOfFreedom: noise.degreesOfFreedom)
        let outcome = profile.outcome(
            free: free, level: Self.level, progress: progress, isCancelled: isCancelled)
        guard let outcome else { return }
        report.failed = outcome.failed
        for (index, interval) in outcome.intervals { parameters.intervals[index] = interval }
        if outcome.failed > 0 {
            parameters.warnings.append(
                "\(outcome.failed) ends of profile intervals could not be found; the delta "
                    + "method's stand there")
        }
    }
}
