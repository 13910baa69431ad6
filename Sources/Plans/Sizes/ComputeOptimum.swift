import Fitting
import Foundation
import Laws

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
            let size = surface.law.optimalParameterCount(values, product: flops / cost.coefficient)
        {
            var outcome = try self.outcome(size, flops: flops, values)
            outcome.isClosedForm = true
            return outcome
        }
        return try searched(flops: flops, values, near: near)
    }

    /// The same without a closed form.
    func searched(flops: Double, _ values: [Double], near: Double? = nil) throws -> Outcome {
        // A limit of tokens is a smallest size: fewer parameters would leave compute unspent.
        let range =
            log(
                max(sizes.lowerBound, smallest(flops)))...log(
                min(sizes.upperBound, largest(flops)))
        guard range.lowerBound <= range.upperBound else { throw Self.noMinimum(surface.lawID) }
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
        var (low, high) = (log(flops) - 0.5, log(flops))
        func best(_ logFlops: Double) throws -> Double {
            try self.best(flops: exp(logFlops), near: near).loss
        }
        while try best(low) < loss {
            (low, high) = (low - (high - low) * 2, low)
            guard low > 0 else { return 1 }
        }
        for _ in 0..<24 {
            let middle = 0.5 * (low + high)
            if try best(middle) < loss { high = middle } else { low = middle }
        }
        return exp(0.5 * (low + high))
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
        return size(perToken: flops / mostTokens)
    }

    /// The size at which one token is left.
    private func largest(_ flops: Double) -> Double { size(perToken: flops) }

    /// The size whose token costs so much, by bisection: the cost rises with the size.
    private func size(perToken flops: Double) -> Double {
        var (low, high) = (0.0, log(max(flops, 2)))
        for _ in 0..<200 where high - low > 1e-14 * max(1, high) {
            let middle = 0.5 * (low + high)
            if cost.perToken(parameterCount: exp(middle)) < flops {
                low = middle
            } else {
                high = middle
            }
        }
        return exp(0.5 * (low + high))
    }

    private static func noMinimum(_ law: String) -> PlanError {
        .refused(
            .noInteriorMinimum,
            "under this fit of \(law) the loss at this compute falls all the way to an end of the "
                + "sizes: an exponent is zero or a term is missing, and no size is best")
    }
}
