import Laws
import LeastSquares
import Records
import Schedules

/// The points of one model size of a study.
struct ModelSizePoints {
    /// Nil where no run says its size.
    let parameterCount: Double?
    let observations: Observations

    /// Splits observations by `parameter_count`, the smallest size first.
    ///
    /// - Parameters:
    ///   - observations: The points of all runs.
    ///   - law: The law's name, for the error.
    /// - Returns: The sizes.
    /// - Throws: `FittingError.missingFeature` when runs of several sizes are mixed with runs that
    ///   do not say theirs.
    static func sizes(
        of observations: Observations, law: String
    ) throws(FittingError) -> [ModelSizePoints] {
        let counts = observations.groups.map { $0.input.features[.parameterCount] }
        let known = Set(counts.compactMap { $0 }).sorted()
        guard known.count > 1 else {
            return [ModelSizePoints(parameterCount: known.first, observations: observations)]
        }
        let missing = zip(observations.groups, counts).filter { $0.1 == nil }.map(\.0.runID)
        guard missing.isEmpty else {
            throw .missingFeature(
                law: law, feature: Feature.parameterCount.rawValue, runs: missing)
        }
        return known.map { count in
            var part = observations
            part.groups = zip(observations.groups, counts).filter { $0.1 == count }.map(\.0)
            return ModelSizePoints(parameterCount: count, observations: part)
        }
    }
}

/// A mixture fitted to the runs of one model size, and how sure it is.
///
/// Each member alone is linearised at its optimum: (JᵀWJ/v + P)⁻¹ in the solver's coordinates, with
/// the weights W of points and robust loss, v the variance of a residual times n/n_eff, because
/// neighbours on a curve repeat each other, and P the inverse squares of the priors' spreads: where
/// the data say nothing, a parameter is as sure as it was before them. A parameter on its bound is
/// not known for that: runs at a constant rate push an annealing gain to 0 and know nothing of it.
/// Members are taken as independent; their shares count as known.
///
/// v is that of residuals with the few that lie far out brought in (`NoiseEstimate.robustScale`), so
/// that one wrong point of a log does not widen all intervals.
struct ModelSizeFit {
    let size: ModelSizePoints
    let values: [Double]
    let atBound: [Bool]
    let noise: NoiseEstimate
    /// The scatter of curves about the law, by the parameters of the heaviest member.
    let discrepancy: ModelDiscrepancy
    /// Of all parameters in their own units; zero rows for what is fixed, and for the share.
    let covariance: [[Double]]
    /// Observed − predicted, in the objective's residual.
    let residuals: [Double]

    private let law: ConfiguredLaw
    private let mixture: LawMixture

    init(
        prepared: Fitter.Prepared, law: ConfiguredLaw, mixture: LawMixture, size: ModelSizePoints,
        values: [Double], atBound: [Bool]
    ) {
        self.size = size
        self.values = values
        self.atBound = atBound
        self.mixture = mixture
        self.law = law
        let objective = prepared.request.objective
        let heaviest = mixture.heaviest(values)
        // A long log says of noise and discrepancy what every n-th of its points does.
        let few = size.observations.thinned(
            by: max(1, size.observations.pointCount / SearchLimits.points))
        let all = Self.evaluation(
            of: law, values: values, observations: size.observations, objective: objective,
            wantsJacobian: few.pointCount == size.observations.pointCount)
        residuals = all.residuals
        let own =
            all.jacobian.isEmpty
            ? Self.evaluation(of: law, values: values, observations: few, objective: objective)
            : all
        let solution = Self.solution(
            of: heaviest, own, law: law, values: values, atBound: atBound,
            observations: few, objective: objective)
        let fixed = heaviest.fixed(prepared.fixed)
        let isKnown = heaviest.law.parameters.indices.map { fixed[$0] != nil }
        let noise = NoiseEstimate(
            best: solution, isKnown: isKnown, observations: few, kind: .curve)
        self.noise = noise
        discrepancy = ModelDiscrepancy(
            best: solution, isKnown: isKnown, noise: noise, law: heaviest.law,
            priorSpreads: Dictionary(
                uniqueKeysWithValues: PlacedPrior.all(
                    of: heaviest.law, fixed: fixed, for: few.inputs
                ).map { ($0.index, $0.spread) }),
            priorRows: [
                Self.gainRow(
                    of: heaviest, values: heaviest.range.map { values[$0] }, inputs: few.inputs)
            ].compactMap { $0 },
            open: Self.paceDirection(
                of: heaviest, values: heaviest.range.map { values[$0] }, inputs: few.inputs))
        let count = law.parameters.count
        var covariance = Array(repeating: Array(repeating: 0.0, count: count), count: count)
        for member in mixture.members {
            let block = Self.covariance(
                of: member, values: values, fixed: prepared.fixed, observations: few,
                objective: objective, noise: noise)
            for (row, entries) in zip(member.range, block) {
                for (column, value) in zip(member.range, entries) {
                    covariance[row][column] = value
                }
            }
        }
        self.covariance = covariance
    }

    /// Residuals and their derivatives by the solver's coordinates, unweighted.
    private static func evaluation(
        of law: ConfiguredLaw, values: [Double], observations: Observations, objective: Objective,
        wantsJacobian: Bool = true
    ) -> (residuals: [Double], jacobian: [Double]) {
        var problem = LawProblem(
            law: law, observations: observations, residual: objective.residual)
        return problem.evaluated(
            at: zip(law.parameters, values).map { $0.scale.coordinate(of: $1) },
            wantsJacobian: wantsJacobian)
    }

    /// The residuals of the mixture with the derivatives of its heaviest member, as an optimum.
    ///
    /// Both are weighted as in the fit: the noise of a forecast is that of late points, and the
    /// large misfit of a curve's beginning says nothing of it.
    private static func solution(
        of heaviest: LawMixture.Member, _ own: (residuals: [Double], jacobian: [Double]),
        law: ConfiguredLaw, values: [Double], atBound: [Bool], observations: Observations,
        objective: Objective
    ) -> Solution {
        let points = own.residuals.count
        let scales = PointWeights.rowScales(of: observations)
        let weighted = zip(scales, own.residuals).map { $0 * $1 }
        return Solution(
            parameters: heaviest.range.map { law.parameters[$0].scale.coordinate(of: values[$0]) },
            cost: weighted.reduce(0) { $0 + objective.loss.value($1) }, residuals: weighted,
            jacobian: heaviest.range.flatMap { column in
                scales.indices.map { scales[$0] * own.jacobian[column * points + $0] }
            },
            gradient: heaviest.range.map { _ in 0 }, atBound: heaviest.range.map { atBound[$0] },
            termination: Termination(
                reason: .cost, measure: 0, tolerance: 0, iterations: 0, evaluations: 1))
    }

    private static func covariance(
        of member: LawMixture.Member, values: [Double], fixed: [Int: Double],
        observations: Observations, objective: Objective, noise: NoiseEstimate
    ) -> [[Double]] {
        let values = member.range.map { values[$0] }
        let specs = member.law.parameters
        let (residuals, jacobian) = evaluation(
            of: member.law, values: values, observations: observations, objective: objective)
        let priors = PlacedPrior.all(
            of: member.law, fixed: member.fixed(fixed), for: observations.inputs)
        let scales = PointWeights.rowScales(of: observations)
        let points = residuals.count
        let gain = gainRow(of: member, values: values, inputs: observations.inputs)
        let rows = points + priors.count + (gain == nil ? 0 : 1)
        var extended = Array(repeating: 0.0, count: rows * specs.count)
        for column in specs.indices {
            for point in 0..<points {
                extended[column * rows + point] = scales[point] * jacobian[column * points + point]
            }
        }
        let variance =
            noise.robustScale * noise.robustScale * Double(points) / max(1, noise.effectivePoints)
        var weights = zip(scales, residuals).map { objective.loss.weight($0 * $1) }
        for (position, prior) in priors.enumerated() {
            extended[prior.index * rows + points + position] = 1 / prior.spread
            weights.append(variance)
        }
        if let gain {
            for (column, entry) in gain.enumerated() {
                extended[column * rows + rows - 1] = entry
            }
            weights.append(variance)
        }
        let covariance = Covariance(
            jacobian: extended, variance: variance,
            isKnown: member.range.map { fixed[$0] != nil }, weights: weights)
        let slopes = zip(specs, values).map { $0.scale.slope(at: $1) }
        return specs.indices.map { row in
            specs.indices.map {
                covariance.matrix[row * specs.count + $0] * slopes[row] * slopes[$0]
            }
        }
    }

    /// The gain of a whole cooldown by the parameters in the solver's coordinates, in units of what it
    /// scatters by; nil where the runs tell it themselves.
    ///
    /// Priors of its parameters one by one leave a gain open by more than any study has shown, for
    /// those of a drop's shape trade off against its coefficient: cooldowns of a public study, forecast
    /// from its constant run to 0.2 %, had a half width of 3.2 %, and have 1.05 % with this row.
    private static func gainRow(
        of member: LawMixture.Member, values: [Double], inputs: [LawInput]
    ) -> [Double]? {
        guard let scale = CurveScale(inputs), scale.gainPriorShare > 0,
            let slopes = gainSlopes(of: member, values, scale.cooldown(), inputs)
        else { return nil }
        let spread = CurveScale.gainSpread * scale.usualGain / scale.gainPriorShare.squareRoot()
        return slopes.map { $0 / spread }
    }

    /// The direction that short cooldowns leave open: one standard deviation of the parameters, in the
    /// solver's coordinates; nil where a long cooldown was seen, or none.
    ///
    /// It quickens or slows gains by a fifth of the spread of their pace's prior and keeps the gain of
    /// the longest cooldown seen. Points of a short cooldown determine the pace sharply for a law that
    /// holds, and no law does: of the long cooldowns of a public sweep, forecast from two of a tenth of
    /// their runs, intervals of ±0.2 to 0.9 % held a quarter. Half the spread made them twice as wide as
    /// any error of the sweep or of seven simulated laws, a fifth holds nine of ten.
    private static func paceDirection(
        of member: LawMixture.Member, values: [Double], inputs: [LawInput]
    ) -> [Double]? {
        let specs = member.law.parameters
        guard let scale = CurveScale(inputs), scale.gainPriorShare == 0, scale.pacePriorShare > 0,
            // Fits try several values of the pace and of nothing else (`MemberFit.starts`).
            let pace = specs.firstIndex(where: { !$0.trials.isEmpty }),
            let coefficient = specs.firstIndex(where: { $0.name == "annealing_coefficient" }),
            let prior = member.law.law.priors(for: inputs)[specs[pace].name],
            let slopes = gainSlopes(
                of: member, values, scale.cooldown(over: scale.longestFall), inputs),
            slopes[coefficient] != 0
        else { return nil }
        var direction = specs.map { _ in 0.0 }
        direction[pace] = 0.2 * prior.spread * scale.pacePriorShare.squareRoot()
        direction[coefficient] = -direction[pace] * slopes[pace] / slopes[coefficient]
        return direction
    }

    /// The derivatives of a cooldown's gain by the parameters in the solver's coordinates.
    private static func gainSlopes(
        of member: LawMixture.Member, _ values: [Double],
        _ runs: (held: LearningRateSchedule, cooled: LearningRateSchedule)?, _ inputs: [LawInput]
    ) -> [Double]? {
        guard let runs else { return nil }
        let ends = [runs.held, runs.cooled].map {
            LawInput(
                features: inputs[0].features, areas: ScheduleAreas($0), steps: [$0.totalSteps - 1])
        }
        var evaluator = member.law.law.evaluator(for: ends)
        let jacobian = evaluator.lossesAndJacobian(at: values).1
        return zip(member.law.parameters, values).enumerated().map { index, pair in
            (jacobian[2 * index] - jacobian[2 * index + 1]) * pair.0.scale.slope(at: pair.1)
        }
    }

    // MARK: The report

    /// A parameter of the report.
    func parameter(_ index: Int, isFixed: Bool) -> FitReport.Parameter {
        let spec = law.parameters[index]
        var parameter = FitReport.Parameter(
            name: spec.name, symbol: spec.symbol, value: values[index])
        parameter.fixed = isFixed
        parameter.atBound = !isFixed && atBound[index]
        let variance = covariance[index][index]
        guard variance > 0, variance.isFinite else { return parameter }
        let error = variance.squareRoot()
        parameter.standardError = error
        parameter.interval = spec.interval(
            at: values[index], standardError: error, level: UncertaintyEstimate.level,
            degreesOfFreedom: noise.degreesOfFreedom)
        return parameter
    }

    /// The report's noise, its discrepancy in the parameters' own units.
    var noiseReport: FitReport.Noise {
        let range = mixture.heaviest(values).range
        let slopes = range.map { law.parameters[$0].scale.slope(at: values[$0]) }
        var matrix = Array(
            repeating: Array(repeating: 0.0, count: values.count), count: values.count)
        for (row, target) in range.enumerated() {
            for (column, other) in range.enumerated() {
                matrix[target][other] =
                    discrepancy.matrix[row][column] * slopes[row] * slopes[column]
            }
        }
        return FitReport.Noise(
            noise, pointScale: discrepancy.pointScale, curveCovariance: matrix)
    }
}
