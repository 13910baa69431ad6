import Foundation
import Laws
import LeastSquares
import Records

/// The pairs of runs of which one is larger in every input of the law and has the lower loss.
///
/// Their differences L_small − L_large are free of the irreducible loss, which trades off with every
/// exponent, so that they tell the exponents better where a law is to be extrapolated.
///
/// Source: Videau et al. 2026, arXiv 2608.07222, appendix F. The norm of the differences is not in its
/// text; here it is Huber on their logarithms.
struct DominatedPairs {
    /// A pair, by the positions of its runs.
    struct Pair: Equatable {
        let large: Int
        let small: Int
    }

    /// The pairs that are fitted.
    let pairs: [Pair]
    /// Every n-th pair is fitted, where there are very many.
    let stride: Int

    /// More pairs tell no more, since every run is in hundreds of them.
    private static let mostPairs = 200_000

    /// Finds the pairs of a table.
    ///
    /// A feature that one run of two lacks makes them incomparable, and so do inputs that are all
    /// equal: there the law has no difference to predict.
    ///
    /// - Parameters:
    ///   - observations: The runs.
    ///   - law: The law, by whose inputs they are compared.
    init(_ observations: Observations, law: ConfiguredLaw) {
        let features = law.law.requiredFeatures + law.law.optionalFeatures
        let inputs = observations.inputs.map { input in features.map { input.features[$0] } }
        let losses = observations.losses
        var pairs: [Pair] = []
        for large in losses.indices {
            for small in losses.indices
            where losses[large] < losses[small] && Self.dominates(inputs[large], inputs[small]) {
                pairs.append(Pair(large: large, small: small))
            }
        }
        let stride = (pairs.count + Self.mostPairs - 1) / Self.mostPairs
        self.stride = max(1, stride)
        self.pairs =
            stride > 1
            ? pairs.indices.filter { $0.isMultiple(of: stride) }.map { pairs[$0] } : pairs
    }

    private static func dominates(_ large: [Double?], _ small: [Double?]) -> Bool {
        var isLarger = false
        for (large, small) in zip(large, small) {
            switch (large, small) {
            case (nil, nil): continue
            case (let large?, let small?):
                guard large >= small else { return false }
                isLarger = isLarger || large > small
            default: return false
            }
        }
        return isLarger
    }

    /// The position of the loss that the law adds to the rest; nil where it has none, or is one of
    /// curves or metrics.
    static func additiveLoss(of law: ConfiguredLaw) -> Int? {
        guard law.about.kind == .table, law.about.observes == .loss else { return nil }
        return law.parameters.firstIndex { $0.name == "irreducible_loss" }
    }

    /// Refuses a request over pairs that has no answer.
    ///
    /// - Throws: `FittingError`.
    static func check(
        _ request: FitRequest, law: ConfiguredLaw, observations: Observations, freeCount: Int,
        catalog: LawCatalog
    ) throws(FittingError) {
        guard let additive = additiveLoss(of: law) else {
            let known = catalog.laws.compactMap { try? catalog.law($0.about.id) }
            throw .objectiveWithoutPairs(
                law: law.about.id,
                able: known.filter { additiveLoss(of: $0) != nil }.map(\.about.id))
        }
        guard request.uncertainty == .delta else {
            throw .unsupportedUncertainty(
                law: "\(law.about.id) under \(Objective.dominatedPairs)",
                method: request.uncertainty.text)
        }
        let isFixed = request.fixed[law.parameters[additive].name] != nil
        let needed = isFixed ? freeCount : freeCount - 1
        let pairs = DominatedPairs(observations, law: law).pairs
        guard pairs.count >= max(1, needed) else {
            throw .tooFewPairs(pairs: pairs.count, freeParameters: needed)
        }
    }
}

/// The logs of differences of losses between dominated pairs, as the solver sees them.
///
/// The additive loss cancels: its column is 0, and it must be held.
struct DominatedPairsProblem: SearchProblem {
    let pairs: [DominatedPairs.Pair]
    let parameterCount: Int
    var residualCount: Int { pairs.count }
    var weights: [Double]? { nil }
    private let specs: [ParameterSpec]
    private let targets: [Double]
    private var evaluator: any LawEvaluator

    init(law: ConfiguredLaw, observations: Observations) {
        specs = law.parameters
        parameterCount = specs.count
        pairs = DominatedPairs(observations, law: law).pairs
        let losses = observations.losses
        targets = pairs.map { log(losses[$0.small] - losses[$0.large]) }
        evaluator = law.law.evaluator(for: observations.inputs)
    }

    /// A law that does not fall from one run of a pair to the other has no log there: the residual is
    /// no number, which the solver steps back from.
    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>,
        residuals: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        let values = specs.indices.map { specs[$0].scale.value(at: parameters[$0]) }
        var (losses, slopes): ([Double], [Double]) = ([], [])
        if jacobian == nil {
            losses = evaluator.losses(at: values)
        } else {
            (losses, slopes) = evaluator.lossesAndJacobian(at: values)
        }
        let scales = zip(specs, values).map { $0.scale.slope(at: $1) }
        for (row, pair) in pairs.enumerated() {
            let difference = losses[pair.small] - losses[pair.large]
            residuals[row] = targets[row] - log(difference)
            guard let jacobian else { continue }
            for column in specs.indices {
                let start = column * losses.count
                let slope = slopes[start + pair.small] - slopes[start + pair.large]
                jacobian[column * pairs.count + row] = -scales[column] * slope / difference
            }
        }
    }
}
