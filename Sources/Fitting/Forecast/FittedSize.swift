import Laws
import LeastSquares

/// The forecast for the runs of one size.
struct FittedSize {
    let size: StudySizes.Size
    let values: [Double]
    let atBound: [Bool]
    let noise: NoiseEstimate
    /// How curves scatter about the law, by the parameters of the heaviest member.
    let scatter: CurveScatter
    let covariance: [[Double]]
    /// Observed − predicted, in the objective's residual.
    let residuals: [Double]

    init(
        prepared: Fitter.Prepared, law: ForecastLaw, size: StudySizes.Size, position: Int,
        outcomes: [MemberFit.Outcome], weight: Double
    ) {
        self.size = size
        values = outcomes.flatMap { $0.values[position] } + [weight]
        atBound = outcomes.flatMap { $0.atBound[position] } + [false]
        let solution = ForecastUncertainty.solution(
            law: law, values: values, atBound: atBound, observations: size.observations,
            objective: prepared.request.objective)
        let heaviest = law.heaviest(values)
        let fixed = heaviest.fixed(prepared.fixed)
        let held = solution.atBound.enumerated().map { $1 || fixed[$0] != nil }
        noise = NoiseEstimate(
            best: solution, held: held, observations: size.observations, kind: .curve)
        let priors = PooledProblem.Held.all(of: heaviest.law, fixed: fixed)
        scatter = CurveScatter(
            best: solution, held: held, noise: noise, law: heaviest.law,
            priorSpreads: Dictionary(
                uniqueKeysWithValues: priors.map { ($0.index, $0.prior.spread) }))
        residuals =
            ForecastUncertainty.evaluation(
                of: prepared.law, values: values, observations: size.observations,
                objective: prepared.request.objective
            ).residuals
        covariance = ForecastUncertainty(
            law: law, objective: prepared.request.objective, values: values, atBound: atBound,
            fixed: prepared.fixed, observations: size.observations, noise: noise
        ).covariance()
    }

    /// What the report says of the noise.
    func noiseReport(of law: ForecastLaw) -> FitReport.Noise {
        let range = law.heaviest(values).range
        let slopes = range.map { law.parameters[$0].scale.slope(at: values[$0]) }
        var matrix = Array(
            repeating: Array(repeating: 0.0, count: values.count), count: values.count)
        for (row, target) in range.enumerated() {
            for (column, other) in range.enumerated() {
                matrix[target][other] =
                    scatter.matrix[row][column] * slopes[row] * slopes[column]
            }
        }
        return FitReport.Noise(
            noise, pointScale: scatter.pointScale, curveCovariance: matrix)
    }
}
