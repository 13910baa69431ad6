import Fitting
import Foundation
import Laws
import LeastSquares
import Records

/// A law's loss over model size and tokens, whatever else the law needs held where it was given.
///
///     let surface = try LossSurface(context)
///     let loss = try surface.loss(parameterCount: 7e10, tokenCount: 1.4e12)
///
/// Every law that has both is asked through its evaluator; what follows from N and D (steps from the
/// batch, an average from the size) the law itself fills in.
struct LossSurface {
    let law: any ScalingLaw
    let lawID: String
    /// The fitted values.
    let values: [Double]
    /// Features that are held, such as a batch or the unique tokens.
    let held: [Feature: Double]

    /// Features that N and D stand for.
    static let replaced: Set<Feature> = [
        .parameterCount, .tokenCount, .averageParameterCount, .totalParameterCount,
        .nonEmbeddingParameterCount, .stepCount, .trainingFLOPs,
    ]

    init(_ context: PlanContext) throws(FittingError) {
        law = context.predictor.law.law
        lawID = context.predictor.law.about.id
        values = try context.predictor.parameterValues(for: context.features)
        var held = context.features
        for feature in Self.replaced { held[feature] = nil }
        self.held = held
        _ = try features(parameterCount: 1e9, tokenCount: 2e10)
    }

    /// True for a law that predicts a finished run's loss from N, D and features that may be given.
    static func isDefined(for law: any ScalingLaw) -> Bool {
        let about = type(of: law).about
        guard about.kind == .table, about.observes == .loss else { return false }
        let apart: Set<Feature> = [.encoderParameterCount, .decoderParameterCount, .loss]
        var probe: [Feature: Double] = [:]
        for feature in Feature.allCases
        where !apart.contains(feature) && !replaced.contains(feature) {
            probe[feature] = 1e6
        }
        probe[.parameterCount] = 1e9
        probe[.tokenCount] = 1e10
        let known = (try? law.features(of: Run(id: "plan", features: probe))) ?? probe
        return law.requiredFeatures.allSatisfy { known[$0] != nil }
    }

    /// The batch that makes the most of some tokens, where the law knows one and none was given.
    func bestBatch(tokenCount: Double, parameters: [Double]? = nil) -> Double? {
        let given = held.merging([.tokenCount: tokenCount]) { $1 }
        return law.optimalFeatures(parameters ?? values, given: given)[.batchTokens]
    }

    /// The features of a run with these sizes, as the law takes them.
    func features(
        parameterCount: Double, tokenCount: Double, parameters: [Double]? = nil
    ) throws(FittingError) -> [Feature: Double] {
        var features = held
        features[.parameterCount] = parameterCount
        features[.tokenCount] = tokenCount
        features.merge(law.optimalFeatures(parameters ?? values, given: features)) { own, _ in own }
        let known: [Feature: Double]
        do throws(LawError) {
            known = try law.features(of: Run(id: "plan", features: features))
        } catch {
            throw .law(error)
        }
        let missing = law.requiredFeatures.filter { known[$0] == nil }
        guard missing.isEmpty else {
            // Steps follow from the tokens by the batch, and are not asked for here.
            throw .missingInput(
                law: lawID,
                fields: missing.map { ($0 == .stepCount ? .batchTokens : $0).rawValue })
        }
        return known
    }

    /// The losses of runs of some sizes.
    ///
    /// - Parameters:
    ///   - sizes: N and D of each.
    ///   - parameters: The law's parameters; nil takes the fitted ones.
    /// - Returns: A loss for each, not finite where the law says nothing.
    /// - Throws: `FittingError` where the law needs a feature that was not given.
    func losses(
        _ sizes: [(parameterCount: Double, tokenCount: Double)], parameters: [Double]? = nil
    ) throws(FittingError) -> [Double] {
        let inputs = try sizes.map { (size) throws(FittingError) in
            LawInput(
                features: try features(
                    parameterCount: size.parameterCount, tokenCount: size.tokenCount,
                    parameters: parameters))
        }
        return Self.losses(of: law, at: inputs, parameters: parameters ?? values)
    }

    func loss(
        parameterCount: Double, tokenCount: Double, parameters: [Double]? = nil
    ) throws(FittingError) -> Double {
        try losses([(parameterCount, tokenCount)], parameters: parameters)[0]
    }

    /// The loss of endless parameters on endless tokens: the least that the law ever gives.
    func floor(parameters: [Double]) throws(FittingError) -> Double {
        let ends = [1e16, 1e30, 1e100, 1e300].map { ($0, $0) }
        return try losses(ends, parameters: parameters).filter(\.isFinite).min() ?? .nan
    }

    /// The tokens that bring a size to a loss, of at most a limit; nil where none do.
    func tokenCount(
        toLoss target: Double, parameterCount: Double, parameters: [Double]? = nil,
        atMost limit: Double = 1e20
    ) throws(FittingError) -> Double? {
        func shortfall(_ place: Double) throws(FittingError) -> Double {
            target
                - (try loss(
                    parameterCount: parameterCount, tokenCount: exp(place), parameters: parameters))
        }
        let most = log(limit)
        let (first, last) = (try shortfall(0), try shortfall(most))
        guard last > 0 else { return nil }
        guard first < 0 else { return 1 }
        let bracket = RootBracket(low: (0, first), high: (most, last))
        return exp(
            try bracket.root(tolerance: 1e-13 * most) { place throws(FittingError) in
                let value = try shortfall(place)
                return abs(value) < 1e-14 ? 0 : value
            })
    }

    /// A law's losses at any inputs.
    static func losses(
        of law: any ScalingLaw, at inputs: [LawInput], parameters: [Double]
    ) -> [Double] {
        var evaluator = law.evaluator(for: inputs)
        var losses = Array(repeating: 0.0, count: evaluator.pointCount)
        parameters.withUnsafeBufferPointer { values in
            losses.withUnsafeMutableBufferPointer {
                evaluator.evaluate(values, losses: $0, jacobian: nil)
            }
        }
        return losses
    }
}

/// The lowest point of a smooth function of the logarithm of a size.
///
/// A grid brackets the lowest point; within the bracket the root of the derivative is found, which a
/// central difference of eighth order over wide steps gives to some thirteen digits: power laws are
/// smooth in logarithms. Minimising the values themselves would end at eight digits.
struct LogMinimum {
    /// The logarithm at the lowest point.
    var place: Double
    /// True where the lowest point lies inside the range, with the function rising on both sides.
    var isInterior: Bool

    private static let gridPoints = 160
    /// Half the width of the eighth-order difference is four of these.
    private static let step = 0.02
    private static let firstWeights = [4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280]
    private static let secondWeights = [8.0 / 5, -1.0 / 5, 8.0 / 315, -1.0 / 560]

    /// Searches a range.
    ///
    /// - Parameters:
    ///   - range: Logarithms.
    ///   - near: Where the lowest point is known to be close by, which spares the grid.
    ///   - values: The function at several places; not finite where there is none.
    init(
        in range: ClosedRange<Double>, near: Double? = nil,
        _ values: ([Double]) throws -> [Double]
    ) rethrows {
        if let near, let found = try Self.root(from: near, in: range, values) {
            (place, isInterior) = (found, true)
            return
        }
        let width = (range.upperBound - range.lowerBound) / Double(Self.gridPoints)
        let grid = (0...Self.gridPoints).map { range.lowerBound + width * Double($0) }
        let heights = try values(grid).map { $0.isFinite ? $0 : .infinity }
        let lowest = heights.indices.min { heights[$0] < heights[$1] } ?? 0
        place = grid[lowest]
        isInterior = lowest > 0 && lowest < Self.gridPoints && heights[lowest].isFinite
        guard isInterior, width > 0 else { return }
        let bracket = grid[lowest - 1]...grid[lowest + 1]
        if let root = try Self.root(from: place, in: bracket, values),
            try values([root])[0] <= heights[lowest] + 1e-12 * abs(heights[lowest])
        {
            place = root
        } else {
            place = try Self.kink(in: bracket, values)
        }
    }

    /// The lowest point of a function that has no slope there, by thirds: a tenth of a millionth off.
    private static func kink(
        in bracket: ClosedRange<Double>, _ values: ([Double]) throws -> [Double]
    ) rethrows -> Double {
        var (low, high) = (bracket.lowerBound, bracket.upperBound)
        while high - low > 1e-7 {
            let third = (high - low) / 3
            let heights = try values([low + third, high - third])
            if heights[0] <= heights[1] { high -= third } else { low += third }
        }
        return 0.5 * (low + high)
    }

    /// Newton's method on the derivative, kept inside a bracket; nil where it finds none.
    private static func root(
        from start: Double, in range: ClosedRange<Double>, _ values: ([Double]) throws -> [Double]
    ) rethrows -> Double? {
        var place = start
        var bracket = RootBracket(low: (range.lowerBound, -1), high: (range.upperBound, 1))
        for _ in 0..<40 {
            let offsets = (-4...4).map { place + step * Double($0) }
            let heights = try values(offsets)
            var (first, second) = (0.0, -205.0 / 72 * heights[4])
            for (index, weight) in firstWeights.enumerated() {
                first += weight * (heights[5 + index] - heights[3 - index])
                second += secondWeights[index] * (heights[5 + index] + heights[3 - index])
            }
            let (slope, curvature) = (first / step, second / (step * step))
            guard slope.isFinite, curvature.isFinite else { return nil }
            bracket.narrow(at: place, value: slope)
            let next =
                curvature > 0
                ? bracket.newton(from: place, value: slope, slope: curvature)
                : bracket.middle
            let change = abs(next - place)
            place = next
            if change <= 1e-12 * max(1, abs(place)) { return curvature > 0 ? place : nil }
        }
        return nil
    }
}
