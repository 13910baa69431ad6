import Foundation
import Laws

/// What is known of a shape parameter before any data: a centre and a spread.
///
/// The centres are round numbers from the middle of what the laws' papers report (α near a half,
/// γ near 0.6) and of where a plain fit searches; the spreads span all of it. They are in the
/// solver's coordinate, the logarithm for C and β. How fast the gain of a drop fades no paper says:
/// the sample runs do, by lengths twice and three times as long (`sample-runs/README.md`).
///
/// Centres, spreads, the precision below and the weights of points were chosen together, by what
/// fits to three of the sample runs predict of the others, the small ones' short runs of their long
/// ones, and each of three public 25M runs, or their beginnings, of the rest of them. The public
/// test runs decided none of these numbers.
struct ShapePrior: Sendable, Equatable {
    /// The member's name for the parameter.
    let parameter: String
    let center: Double
    let spread: Double

    /// How far the sizes of one study lie from one another: exponents are shared, but not exactly.
    var spreadOfSizes: Double { spread / 3 }

    /// By law; a parameter that is not named is left to the data.
    static let byLaw: [String: [ShapePrior]] = [
        "multi-power": [
            ShapePrior(parameter: "area_exponent", center: 0.45, spread: 0.15),
            ShapePrior(parameter: "drop_rate", center: 0, spread: 3),
            ShapePrior(parameter: "drop_exponent", center: log(0.2), spread: 0.7),
            ShapePrior(parameter: "rate_exponent", center: 0.6, spread: 0.25),
            ShapePrior(parameter: "fading_exponent", center: 0.2, spread: 0.1),
            ShapePrior(parameter: "warmup_share", center: 1, spread: 1),
        ],
        "lr-annealing": [
            ShapePrior(parameter: "area_exponent", center: 0.45, spread: 0.15)
        ],
    ]

    /// What a spread's distance from the centre costs, per fitted point and halved as ½r² is.
    ///
    /// As much as a relative misfit of 0.1 % at every point: little beside what the laws miss of any
    /// real curve, so that only directions which the data hardly know are decided by a prior.
    /// Proportional to the points, so that logging a run more often does not change its forecast.
    static let precisionOfPoint = 1e-6
}
