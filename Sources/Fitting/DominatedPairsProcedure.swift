import Foundation
import Laws
import LeastSquares

/// The optimum over dominated pairs; the irreducible loss is the median of what is left of the losses.
///
/// Pairs share runs, so that standard errors go by runs: to leave run i out moves the optimum by
/// H⁻¹·g_i, H = Σ ρ″·∇r·∇rᵀ over all pairs and g_i = Σ ψ·∇r over those of the run, and the median by
/// 1/(2n·p) to the other side, p the density of the rest there. The sum of the squares of these moves,
/// times n/(n − k) for k free parameters, is the covariance.
///
/// Source: Tukey's jackknife in its infinitesimal form; Efron 1982, "The Jackknife, the Bootstrap and
/// Other Resampling Plans", chapter 6.
struct DominatedPairsProcedure: FittingProcedure {
    let prepared: Fitter.Prepared

    private var law: ConfiguredLaw { prepared.law }
    private var request: FitRequest { prepared.request }
    private var losses: [Double] { prepared.observations.losses }

    func findings(
        progress: (Double) -> Void, isCancelled: () -> Bool
    ) throws(FittingError) -> FitFindings {
        guard let additive = DominatedPairs.additiveLoss(of: law) else {
            preconditionFailure("the request is checked before it is fitted")
        }
        var fixed = prepared.fixed
        fixed[additive] = fixed[additive] ?? law.parameters[additive].bounds.lowerBound
        let search = MultiStart(
            specs: law.parameters, fixed: fixed, objective: request.objective,
            observations: prepared.observations
        ) { [law] in DominatedPairsProblem(law: law, observations: $0) }
        let outcome = search.search(
            from: { _ in starts(holding: fixed, isWide: false) },
            wideStarts: { _ in starts(holding: fixed, isWide: true) }, progress: progress,
            isCancelled: isCancelled)
        guard !isCancelled() else { throw .cancelled }
        guard let outcome else { throw .notEvaluable(law: law.about.id) }
        return findings(outcome, additive: additive)
    }

    /// The starts of the plain objective, which find the coefficients by a linear solve, without the
    /// loss that cancels.
    private func starts(holding fixed: [Int: Double], isWide: Bool) -> [[Double]] {
        let plain = LocalSearch(
            observations: prepared.observations, loss: request.objective.loss
        ) { [law] in LawProblem(law: law, observations: $0, residual: .log) }
        let starts = plain.designedStarts(
            of: law, fixed: prepared.fixed, seed: request.seed, isWide: isWide)
        return starts.map { start in
            var start = start
            for (index, value) in fixed {
                start[index] = law.parameters[index].scale.coordinate(of: value)
            }
            return start
        }
    }

    private func findings(_ outcome: SearchOutcome, additive: Int) -> FitFindings {
        let best = outcome.best
        var values = zip(law.parameters, best.parameters).map { $0.value(at: $1) }
        for (index, value) in prepared.fixed { values[index] = value }
        var evaluator = law.law.evaluator(for: prepared.observations.inputs)
        let (predicted, jacobian) = evaluator.lossesAndJacobian(at: values)
        let rest = zip(losses, predicted).map { $0 - $1 + values[additive] }
        var atBound = best.atBound
        if prepared.fixed[additive] == nil {
            let bounds = law.parameters[additive].bounds
            let median = Self.median(rest)
            values[additive] = min(max(median, bounds.lowerBound), bounds.upperBound)
            atBound[additive] = values[additive] != median
        }
        let residuals = zip(losses, rest).map { loss, rest in
            log(loss / (loss - rest + values[additive]))
        }
        let free = law.parameters.indices.filter { prepared.fixed[$0] == nil && !atBound[$0] }
        let count = Double(losses.count)
        let spare = max(1, count - Double(free.count))
        let moves = moves(
            best, free: free, additive: additive, values: values,
            rest: rest.map { $0 - values[additive] }, jacobian: jacobian)
        // Infinite where the pairs do not determine a parameter, as in every other covariance.
        let isKnown = law.parameters.indices.map { row in moves.allSatisfy { $0[row].isFinite } }
        let matrix = law.parameters.indices.map { row in
            law.parameters.indices.map { column in
                guard isKnown[row], isKnown[column] else { return row == column ? .infinity : 0 }
                return moves.reduce(0.0) { $0 + $1[row] * $1[column] } * count / spare
            }
        }
        let uncertainty = ParameterUncertainty(
            specs: law.parameters, values: values, fixed: prepared.fixed, atBound: atBound,
            matrix: matrix, degreesOfFreedom: spare)
        let squares = residuals.reduce(0) { $0 + $1 * $1 }
        return FitFindings(
            law: law,
            searches: [
                .init(
                    outcome: outcome,
                    parametersAtBound: law.parameters.indices.filter {
                        prepared.fixed[$0] == nil && atBound[$0]
                    }.map { law.parameters[$0].name })
            ],
            parameters: law.parameters.enumerated().map { index, spec in
                uncertainty.parameter(index, spec, level: UncertaintyEstimate.level)
            },
            derived: uncertainty.derived(of: law, over: prepared.observations.inputs),
            cost: best.cost, observed: losses,
            residuals: residuals, covariance: uncertainty.covariance,
            noise: FitReport.Noise(
                scale: (squares / spare).squareRoot(), autocorrelation: 0, effectivePoints: count,
                degreesOfFreedom: spare),
            uncertainty: FitReport.Uncertainty(method: request.uncertainty.name),
            warnings: warnings)
    }

    /// The move of every parameter, in the solver's coordinates, when a run is left out.
    ///
    /// - Parameters:
    ///   - best: The optimum over the pairs.
    ///   - free: The parameters that may move.
    ///   - additive: The one that the median tells.
    ///   - values: The law's parameters.
    ///   - rest: Observed − predicted, in nats.
    ///   - jacobian: ∂loss/∂parameter of every run.
    /// - Returns: A move per run.
    private func moves(
        _ best: Solution, free: [Int], additive: Int, values: [Double], rest: [Double],
        jacobian: [Double]
    ) -> [[Double]] {
        let pairs = DominatedPairs(prepared.observations, law: law).pairs
        let loss = request.objective.loss
        let specs = law.parameters
        let inverse = Covariance(
            jacobian: best.jacobian, variance: 1,
            isKnown: specs.indices.map { $0 == additive || !free.contains($0) },
            weights: best.residuals.map { loss.curvature($0) }
        ).matrix
        var gradients = Array(
            repeating: Array(repeating: 0.0, count: specs.count), count: losses.count)
        for (row, pair) in pairs.enumerated() {
            let influence = loss.influence(best.residuals[row])
            for column in free where column != additive {
                let part = influence * best.jacobian[column * pairs.count + row]
                gradients[pair.large][column] += part
                gradients[pair.small][column] += part
            }
        }
        let count = losses.count
        let meanSlopes = specs.indices.map { column in
            jacobian[(column * count)..<((column + 1) * count)].reduce(0, +) / Double(count)
                * specs[column].scale.slope(at: values[column])
        }
        // Of a normal density as wide as the middle half of the rest.
        let deviation = 1.4826 * Self.median(rest.map { abs($0) })
        let step = deviation * (2 * Double.pi).squareRoot() / (2 * Double(count))
        return gradients.enumerated().map { run, gradient in
            var move = specs.indices.map { row in
                specs.indices.reduce(0) { sum, column in
                    gradient[column] == 0
                        ? sum : sum + inverse[row * specs.count + column] * gradient[column]
                }
            }
            guard free.contains(additive) else { return move }
            let shift = specs.indices.reduce(0) {
                $1 == additive ? $0 : $0 + meanSlopes[$1] * move[$1]
            }
            move[additive] = -shift - (rest[run] > 0 ? step : rest[run] < 0 ? -step : 0)
            return move
        }
    }

    private var warnings: [String] {
        let pairs = DominatedPairs(prepared.observations, law: law)
        let share = pairs.stride > 1 ? " (one in \(pairs.stride))" : ""
        return [
            "\(pairs.pairs.count) pairs of runs\(share), one larger in every way and lower in loss, "
                + "are fitted; irreducible_loss is the median of what they leave"
        ]
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? 0.5 * (sorted[middle - 1] + sorted[middle]) : sorted[middle]
    }
}
