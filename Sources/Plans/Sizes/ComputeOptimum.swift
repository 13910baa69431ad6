import Fitting
import Foundation
import Laws
import LeastSquares

/// The size that a compute budget is best spent on, under a law and a cost.
struct ComputeOptimum {
    let surface: LossSurface
    let cost: ComputeCost
    /// N and D allowed, as logarithms of N and a limit of D.
    var sizes: ClosedRange<Double> = 1...1e18
    var mostTokens = Double.infinity

    struct Outcome {
        var parameterCount: Double
        var tokenCount: Double
        var loss: Double
        /// The option whose limit the optimum lies on; nil for a true minimum.
        var limit: String?
        var isClosedForm = false
    }

    /// Searches.
    ///
    /// - Parameters:
    ///   - flops: The budget.
    ///   - parameters: The law's parameters; nil takes the fitted ones.
    ///   - near: A size close to the best, which spares the search from afar.
    /// - Returns: The best size.
    /// - Throws: `PlanError.refused` (`no-interior-minimum`) where the loss falls all the way to a
    ///   model of one parameter, or to one token.
    func best(flops: Double, parameters: [Double]? = nil, near: Double? = nil) throws -> Outcome {
        let values = parameters ?? surface.values
        if cost.attention == nil, sizes == 1...1e18, mostTokens == .infinity,
            let size = surface.law.optimalParameterCount(
                values, product: flops / cost.coefficient, held: surface.held)
        {
            var outcome = try self.outcome(size, flops: flops, values)
            guard outcome.parameterCount >= 1, outcome.tokenCount >= 1 else {
                throw PlanError.refused(
                    .noInteriorMinimum,
                    "\(PlanText.number(flops)) FLOP are best spent on less than one parameter or token"
                )
            }
            outcome.isClosedForm = true
            return outcome
        }
        return try searched(flops: flops, values, near: near)
    }

    /// The same without a closed form.
    func searched(flops: Double, _ values: [Double], near: Double? = nil) throws -> Outcome {
        // A limit of tokens is a smallest size: fewer parameters would leave compute unspent.
        let (least, most) = (
            max(sizes.lowerBound, smallest(flops)), min(sizes.upperBound, largest(flops))
        )
        guard least <= most else { throw contradiction(flops, least: least) }
        let range = log(least)...log(most)
        let found = try LogMinimum(in: range, near: near.map { log($0) }) { places in
            try surface.losses(
                places.map {
                    let size = exp($0)
                    return (size, cost.tokenCount(flops: flops, parameterCount: size))
                }, parameters: values)
        }
        var outcome = try self.outcome(exp(found.place), flops: flops, values)
        if !found.isInterior {
            let isLow = found.place < 0.5 * (range.lowerBound + range.upperBound)
            if isLow, sizes.lowerBound < smallest(flops), mostTokens < .infinity {
                outcome.limit = "maximum_token_count"
            } else if !isLow, sizes.upperBound < 1e18, sizes.upperBound <= largest(flops) {
                outcome.limit = "maximum_parameter_count"
            } else {
                throw Self.noMinimum(surface.lawID)
            }
        }
        return outcome
    }

    /// The compute whose best loss is a given one.
    ///
    /// - Parameters:
    ///   - loss: The loss to reach.
    ///   - flops: A budget whose best loss is at or below it.
    ///   - near: The best size of that budget.
    /// - Returns: The least compute.
    /// - Throws: What `best` throws.
    func leastFlops(toLoss loss: Double, from flops: Double, near: Double) throws -> Double {
        func end(_ place: Double) throws -> RootBracket.End {
            (place, loss - (try best(flops: exp(place), near: near).loss))
        }
        var bracket = RootBracket(low: try end(log(flops) - 0.5), high: try end(log(flops)))
        while bracket.low.value > 0 {
            let low = bracket.low.place - 2 * bracket.width
            guard low > 0 else { return 1 }
            bracket = RootBracket(low: try end(low), high: bracket.low)
        }
        return exp(try bracket.root(tolerance: 1e-9) { try end($0).value })
    }

    private func outcome(
        _ size: Double, flops: Double, _ values: [Double]
    ) throws(FittingError) -> Outcome {
        let tokens = cost.tokenCount(flops: flops, parameterCount: size)
        return Outcome(
            parameterCount: size, tokenCount: tokens,
            loss: try surface.loss(
                parameterCount: size, tokenCount: tokens, parameters: values))
    }

    private func smallest(_ flops: Double) -> Double {
        guard mostTokens < .infinity else { return 1 }
        return cost.parameterCount(perToken: flops / mostTokens)
    }

    /// The size at which one token is left.
    private func largest(_ flops: Double) -> Double { cost.parameterCount(perToken: flops) }

    /// Fewer tokens take a larger model to spend the compute on than is allowed.
    private func contradiction(_ flops: Double, least: Double) -> PlanError {
        guard mostTokens < .infinity else { return Self.noMinimum(surface.lawID) }
        return .invalid(
            option: "maximum_token_count", value: PlanText.number(mostTokens),
            rule:
                "leaves no size: so few tokens take \(PlanText.number(least, digits: 3)) parameters "
                + "to spend \(PlanText.number(flops)) FLOP on, and "
                + "\(PlanText.number(sizes.upperBound, digits: 3)) are allowed")
    }

    private static func noMinimum(_ law: String) -> PlanError {
        .refused(
            .noInteriorMinimum,
            "under this fit of \(law) the loss at this compute falls all the way to an end of the "
                + "sizes: an exponent is zero or a term is missing, and no size is best")
    }
}
