import Fitting
import Foundation
import Laws
import Records

/// A planned number with the ends of its interval, which are null in JSON without one.
///
///     {"lower":3.6e10,"upper":1.4e11,"value":7.2e10}
package struct PlannedQuantity: Codable, Sendable, Equatable {
    package var value: Double
    package var lower: Double?
    package var upper: Double?

    package init(_ value: Double, lower: Double? = nil, upper: Double? = nil) {
        self.value = value
        self.lower = lower
        self.upper = upper
    }

    init(_ loss: PlannedLoss) {
        self.init(loss.loss, lower: loss.lower, upper: loss.upper)
    }

    /// The product with an independent quantity: half widths of logarithms add as squares.
    func times(_ other: PlannedQuantity) -> PlannedQuantity {
        let product = value * other.value
        let halves = [self, other].compactMap { quantity in
            quantity.upper.map { log($0 / quantity.value) }
        }
        guard !halves.isEmpty else { return PlannedQuantity(product) }
        let half = halves.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return PlannedQuantity(product, lower: product * exp(-half), upper: product * exp(half))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(value.isFinite ? value : nil, forKey: .value)
        try container.encode(lower.flatMap { $0.isFinite ? $0 : nil }, forKey: .lower)
        try container.encode(upper.flatMap { $0.isFinite ? $0 : nil }, forKey: .upper)
    }
}

/// The uncertainty of planned quantities by the delta method, from the fit's own covariance.
///
/// A planned quantity q is a function of the parameters θ, mostly through an optimum that has no
/// formula. Quantities are positive, so their logs are taken: with g = ∂ log q/∂θ by central
/// differences and Σ the covariance of θ, log q has the variance gᵀΣg, and the interval is
/// q·exp(±t·√(gᵀΣg)) with t the Student quantile at the fit's degrees of freedom.
struct PlanUncertainty {
    /// The fitted values, in the law's own order and units.
    let values: [Double]
    private let specs: [ParameterSpec]
    private let covariance: [[Double]]?
    private let quantile: Double

    /// A difference is taken over this share of a standard error, or of the value where that is less.
    ///
    /// That is far above the rounding of an optimum, and far below where the quantity bends; the error
    /// of a loose parameter may reach far out of the law's range.
    private static let step = 1e-2
    /// Half a width of logarithms that is rounding: a quantity that a limit binds has no interval.
    private static let leastHalf = 1e-9
    /// An interval whose ends lie further apart than this factor says that nothing is known.
    private static let meaninglessRatio = 1e6

    init(_ context: PlanContext) throws(FittingError) {
        let report = context.predictor.report
        values = try context.predictor.parameterValues(for: context.features)
        specs = context.predictor.law.parameters
        guard let interval = context.interval, let matrix = report.covariance,
            let noise = report.noise, matrix.count == values.count
        else {
            (covariance, quantile) = (nil, 0)
            return
        }
        covariance = matrix
        quantile = LawPredictor.Interval.quantile(
            level: interval.level, degreesOfFreedom: noise.degreesOfFreedom)
    }

    /// The quantities at the fitted values with their intervals.
    ///
    /// - Parameter quantities: Positive numbers as a function of the parameters, always as many.
    /// - Returns: One planned quantity for each.
    /// - Throws: `PlanError.refused` (`not-identified`) when a quantity depends on a parameter that
    ///   the data do not determine, and what `quantities` throws at the fitted values.
    func planned(_ quantities: ([Double]) throws -> [Double]) throws -> [PlannedQuantity] {
        let best = try quantities(values)
        guard let covariance else { return best.map { PlannedQuantity($0) } }
        var gradients: [[Double]] = best.map { _ in [] }
        for index in values.indices {
            let variance = covariance[index][index]
            guard variance != 0 else {
                for place in gradients.indices { gradients[place].append(0) }
                continue
            }
            let slopes = try slopes(of: quantities, by: index, variance: variance)
            for place in gradients.indices { gradients[place].append(slopes[place]) }
        }
        return try zip(best, gradients).map { value, gradient in
            let half = quantile * (try variance(gradient, covariance)).squareRoot()
            guard 2 * half < log(Self.meaninglessRatio) else {
                throw PlanError.refused(
                    .notIdentified,
                    "the fit leaves the answer open by a factor of more than a million; fit more "
                        + "runs that differ in size and in tokens")
            }
            guard half > Self.leastHalf else { return PlannedQuantity(value) }
            return PlannedQuantity(value, lower: value * exp(-half), upper: value * exp(half))
        }
    }

    /// gᵀΣg; an infinite variance counts only where the quantity depends on its parameter.
    private func variance(_ gradient: [Double], _ covariance: [[Double]]) throws -> Double {
        var sum = 0.0
        for row in gradient.indices where gradient[row] != 0 {
            guard covariance[row][row].isFinite else {
                // Rounding of an optimum is no dependence.
                guard abs(gradient[row] * max(abs(values[row]), 1e-12)) > 1e-6 else { continue }
                throw PlanError.refused(
                    .notIdentified,
                    "the answer depends on \(specs[row].name), which the fitted data do not "
                        + "determine; add runs that do, or fix it")
            }
            for column in gradient.indices where gradient[column] != 0 {
                let product = covariance[row][column]
                if product.isFinite { sum += gradient[row] * product * gradient[column] }
            }
        }
        return max(0, sum)
    }

    /// ∂ log q/∂θ of each quantity, one-sided where a bound is near.
    private func slopes(
        of quantities: ([Double]) throws -> [Double], by index: Int, variance: Double
    ) throws -> [Double] {
        let (spec, value) = (specs[index], values[index])
        let error = variance.isFinite ? variance.squareRoot() : max(abs(value), 1e-6)
        // The unit of the solver's coordinate in the parameter's own: positive parameters that range
        // over decades are moved by factors.
        let unit = spec.scale.slope(at: value)
        let size = spec.scale == .linear ? abs(value) : 1
        let widest = size > 0 ? Self.step * size : .infinity
        let step = min(max(Self.step * error / unit, 1e-9 * size), widest)
        let place = spec.scale.coordinate(of: value)
        let (high, low) = (spec.value(at: place + step), spec.value(at: place - step))
        func logs(_ moved: Double) throws -> [Double] {
            var parameters = values
            parameters[index] = moved
            return try quantities(parameters).map { log($0) }
        }
        let (above, below) = (try logs(high), try logs(low))
        return zip(above, below).map { ($0 - $1) / (high - low) }
    }
}
