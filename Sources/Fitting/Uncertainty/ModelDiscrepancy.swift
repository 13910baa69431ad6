import Laws
import LeastSquares

/// The model discrepancy: how far a whole curve lies from the law's, beyond the noise of its points.
///
/// No law is exact. What it misses of a curve it misses for long stretches, and most where the
/// learning rate or the length leaves what was fitted: as if every curve had parameters of its own,
/// scattered about the fitted ones. With s² the mean square of the n residuals (the few that lie far
/// out, such as the first points of a curve, brought in), p the free parameters and ν = max(p, n_eff)
/// the effective sample size of the residuals, but no less than it takes to find p parameters, the
/// discrepancy is
///
///     Δ = (1 − κ)·(JᵀJ·ν/(n·s²) + W⁻²)⁻¹ + κ·(p/ν)·s²/m·e·eᵀ
///
/// - the first term is the classic covariance from ν points; W, twice each parameter's value (or a
///   factor e² of it) or the spread of its prior, keeps a flat valley from scattering them without
///   limit;
/// - e picks the coefficient of the law's misspecified term (`ScalingLaw.misspecifiedTerm`), m is the
///   mean square of its Jacobian column, and κ = ¾, or 0 for a law that names none.
///
/// Of s² the share ¼·p/ν is the curve's; the rest stays with the points, so that a point of an unseen
/// run has variance s²·(1 − ¼·p/ν) + gᵀΔg, or gᵀΣg in place of gᵀΔg where the parameters themselves
/// are less sure than that. Where the law is true and the noise forgets quickly, ν is large, Δ as
/// small as the parameters' own covariance Σ, and the interval the classic one: the discrepancy goes
/// away by itself. Where residuals hang together, ν falls to p, and Δ grows as far as the gradient
/// leaves the fitted curves. Student's t with ν degrees of freedom makes the interval.
///
/// The choice was made by interval score and by how many points of unseen runs it covered, run by run,
/// among such forms as the jackknife of curves, residuals of leave-one-curve-out refits, residuals by
/// position and single terms of the law; on 150 simulated studies of nine schedules, three of them
/// fitted (truth: noisy gradient descent on a power-law spectrum, the multi-power law and the
/// annealing law, each with shifts of time between runs), and on the ways of fitting three of the
/// seven sample runs. Leave-one-curve-out residuals were no better: with few curves they answer for
/// far poorer data than those fitted. `isoloss-bench intervals` counts on real runs.
struct ModelDiscrepancy {
    /// Standard deviation of a point about its own curve, in the objective's residual.
    let pointScale: Double
    /// Δ: parameters × parameters in the solver's coordinates; rows of known parameters are 0.
    let matrix: [[Double]]

    /// The share of s² that is the curve's own where ν = p.
    private static let curveShare = 0.25

    /// κ, for a law with a misspecified term.
    private static let misspecifiedShare = 0.75

    /// W in units of a parameter's value, or of its logarithm where that is what the solver moves.
    private static let widest = 2.0

    /// - Parameters:
    ///   - best: The optimum.
    ///   - isKnown: Whether a parameter counts as known, one per parameter.
    ///   - noise: What the residuals say.
    ///   - law: The law that was fitted.
    ///   - priorSpreads: What was known of parameters beforehand, by position, in the solver's
    ///     coordinate: curves scatter no further than that.
    ///   - priorRows: What was known of combinations of parameters, each a gradient in units of its
    ///     standard deviation.
    ///   - open: A change of all parameters, of one standard deviation, that the points know nothing of
    ///     whatever their residuals say.
    init(
        best: Solution, isKnown: [Bool], noise: NoiseEstimate, law: ConfiguredLaw,
        priorSpreads: [Int: Double] = [:], priorRows: [[Double]] = [],
        open: [Double]? = nil
    ) {
        let (points, count) = (best.residuals.count, isKnown.count)
        let free = Double(isKnown.count { !$0 })
        let independent = max(free, noise.effectivePoints)
        let square = noise.clippedScale * noise.clippedScale
        pointScale = (square * (1 - Self.curveShare * free / independent)).squareRoot()
        let term = Self.misspecifiedTerm(best, isKnown: isKnown, law: law)
        let classic = Self.classic(
            best, isKnown: isKnown, variance: square * Double(points) / independent, law: law,
            priorSpreads: priorSpreads, priorRows: priorRows)
        let share = term == nil ? 1 : 1 - Self.misspecifiedShare
        var matrix = (0..<count).map { row in
            // Infinite only without noise, where nothing bounds an unseen parameter: the parameters'
            // own covariance says so already.
            (0..<count).map { column in
                let entry = classic.matrix[row * count + column]
                return entry.isFinite ? share * entry : 0
            }
        }
        if let term {
            matrix[term.index][term.index] +=
                (1 - share) * free / independent * square / term.meanSquare
        }
        if let open {
            for row in open.indices {
                for column in open.indices { matrix[row][column] += open[row] * open[column] }
            }
        }
        self.matrix = matrix
    }

    /// The coefficient of the misspecified term and the mean square of its Jacobian column; nil where
    /// it is known or no point sees it.
    private static func misspecifiedTerm(
        _ best: Solution, isKnown: [Bool], law: ConfiguredLaw
    ) -> (index: Int, meanSquare: Double)? {
        let points = best.residuals.count
        let index = law.parameters.indices.first {
            law.parameters[$0].name == law.law.misspecifiedTerm && !isKnown[$0]
        }
        guard let index else { return nil }
        let column = best.jacobian[(index * points)..<((index + 1) * points)]
        let meanSquare = column.reduce(0) { $0 + $1 * $1 } / Double(max(1, points))
        return meanSquare > 0 ? (index, meanSquare) : nil
    }

    /// (JᵀJ/variance + W⁻²)⁻¹, with W⁻¹ as one more row per parameter.
    private static func classic(
        _ best: Solution, isKnown: [Bool], variance: Double, law: ConfiguredLaw,
        priorSpreads: [Int: Double], priorRows: [[Double]]
    ) -> Covariance {
        let (points, count) = (best.residuals.count, isKnown.count)
        let rows = points + count + priorRows.count
        var jacobian = Array(repeating: 0.0, count: rows * count)
        for (column, spec) in law.parameters.enumerated() {
            for point in 0..<points {
                jacobian[column * rows + point] = best.jacobian[column * points + point]
            }
            let unit = spec.scale == .linear ? max(1, abs(best.parameters[column])) : 1
            let width = min(widest * unit, priorSpreads[column] ?? .infinity)
            jacobian[column * rows + points + column] = variance.squareRoot() / width
            for (place, row) in priorRows.enumerated() {
                jacobian[column * rows + points + count + place] =
                    variance.squareRoot() * row[column]
            }
        }
        return Covariance(
            jacobian: jacobian, variance: variance, isKnown: isKnown,
            weights: Array(repeating: 1, count: rows))
    }
}
