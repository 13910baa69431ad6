import Foundation
package import Records
import Schedules

/// The loss along a run by the convex bound of its schedule, which carries the peak rate.
///
///     L(s) = C + D²/(2·S1(s)) + ½·[ η_s·g_s² + Σ_{t<s} η_t²·g_t²/(S1(s) − S1(t)) ],   g_t = G·(t + 1)^−a
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | C | `irreducible_loss` | nats per token | ≥ 0 |
/// | D² | `distance_coefficient` | nats · rate·steps | ≥ 0 |
/// | G² | `gradient_coefficient` | nats per rate | ≥ 0 |
/// | a | `gradient_exponent` | – | 0 … 1 |
///
/// The bound is of the last iterate of stochastic gradient descent: the first term falls as the rates
/// add up, the second rises with them and falls when they cool down. A schedule times γ is
/// C + A/γ + B·γ at its end, so that a fit to runs of several peaks says the best one.
/// `ConvexBound` is the bound of a schedule alone, and the plan `peak-rate` what follows from it.
///
///     isoloss fit --law convex-bound sample-runs
///
/// Source: Schaipp et al. 2025, arXiv 2501.18965. Their fit has L = C + M·Ω with
/// g_t = G1·e^(A1·t) + G2·t^A2 + B; D, M and G there are known up to a factor, so that M is 1 here, and
/// of the three terms of g the power is kept, in which the law stays linear in D² and G².
///
/// The theorem is of convex functions that are not smooth: shapes agree with real runs, constants do
/// not. Right after a sudden fall of the rate the bound is high for as many steps as the fall is deep.
package struct ConvexBoundLaw: ScalingLaw {
    package static let about = LawDescription(
        id: "convex-bound", title: "Convex bound: a loss curve that carries the peak rate",
        kind: .curve,
        formula: "L(s) = C + D²/(2·S1) + ½·Σ η_t²·g_t²/(S1 − S1(t)), g_t = G·(t + 1)^−a",
        reference: "Schaipp et al. 2025, arXiv:2501.18965", options: [.pointsFrom],
        limits: "Shapes of schedules and peak rates of one model and batch size; not right after a "
            + "sudden fall of the rate.")

    package let parameters = [
        ParameterSpec(
            "irreducible_loss", symbol: "C", meaning: "loss left after endless training",
            bounds: 0...100, start: .projected),
        ParameterSpec(
            "distance_coefficient", symbol: "D²", meaning: "squared distance to the optimum",
            bounds: 0...1e9, start: .projected),
        ParameterSpec(
            "gradient_coefficient", symbol: "G²", meaning: "squared size of the first gradients",
            bounds: 0...1e9, start: .projected),
        ParameterSpec(
            "gradient_exponent", symbol: "a", meaning: "how fast gradients shrink with the steps",
            bounds: 0...1, start: .searched(0.02...0.5)),
    ]
    package let requiredFeatures: [Feature] = []

    package init(options: LawOptions) {}

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        Evaluator(curves: inputs.map(Curve.init))
    }

    /// One run's horizons.
    ///
    /// The sums over its steps are taken at so many of them, and are straight lines between.
    private struct Curve {
        private static let mostHorizons = 1_024

        /// S1 at every point.
        let forwardAreas: [Double]
        /// The nodes of all horizons that are summed, one after the other.
        private(set) var weights: [Double] = []
        private(set) var logTimes: [Double] = []
        /// The first node of each horizon, and the end of the last.
        private(set) var starts = [0]
        /// The horizon at or before each point, and the share of the next in it.
        private(set) var places: [(horizon: Int, share: Double)] = []

        init(_ input: LawInput) {
            guard let areas = input.areas else {
                preconditionFailure("a curve law is evaluated on curves")
            }
            let steps = input.steps
            forwardAreas = areas.forwardArea(at: steps)
            let stride = max(1, (steps.count + Self.mostHorizons - 1) / Self.mostHorizons)
            let sum = GradientSum(areas)
            for index in steps.indices {
                let isLast = index == steps.count - 1
                if index % stride == 0 || isLast {
                    for node in sum.nodes(at: steps[index]) {
                        weights.append(node.weight)
                        logTimes.append(node.logTime)
                    }
                    starts.append(weights.count)
                }
                let before = index / stride * stride
                let after = min(before + stride, steps.count - 1)
                let share =
                    index == before
                    ? 0
                    : Double(steps[index] - steps[before]) / Double(steps[after] - steps[before])
                places.append((index / stride, share))
            }
        }
    }

    /// With S1 = 0 (before any learning) the loss comes out infinite: the law says nothing there.
    private struct Evaluator: LawEvaluator {
        let curves: [Curve]
        let pointCount: Int

        init(curves: [Curve]) {
            self.curves = curves
            pointCount = curves.reduce(0) { $0 + $1.places.count }
        }

        func evaluate(
            _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
            jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            var point = 0
            for curve in curves {
                let sums = Self.sums(curve, exponent: 2 * parameters[3])
                for (index, place) in curve.places.enumerated() {
                    let area = curve.forwardAreas[index]
                    guard area > 0 else {
                        // Before any learning; coefficients of 0 would make it no number.
                        losses[point] = .infinity
                        for column in 0..<4 { jacobian?[column * pointCount + point] = 0 }
                        point += 1
                        continue
                    }
                    var (value, slope) = sums[place.horizon]
                    if place.share > 0 {
                        let next = sums[place.horizon + 1]
                        value += place.share * (next.value - value)
                        slope += place.share * (next.slope - slope)
                    }
                    let distance = 0.5 / area
                    losses[point] =
                        parameters[0] + parameters[1] * distance + parameters[2] * value
                    if let jacobian {
                        jacobian[point] = 1
                        jacobian[pointCount + point] = distance
                        jacobian[2 * pointCount + point] = value
                        jacobian[3 * pointCount + point] = 2 * parameters[2] * slope
                    }
                    point += 1
                }
            }
        }

        /// Σ weight·(t + 1)^−e of every horizon, and the derivative by e.
        private static func sums(
            _ curve: Curve, exponent: Double
        ) -> [(value: Double, slope: Double)] {
            let powers = [Double](unsafeUninitializedCapacity: curve.logTimes.count) {
                room, count in
                curve.logTimes.withUnsafeBufferPointer { logs in
                    VectorMath.negativePowers(ofLogs: logs, exponent: exponent, into: room)
                }
                count = curve.logTimes.count
            }
            return zip(curve.starts, curve.starts.dropFirst()).map { start, end in
                var (value, slope) = (0.0, 0.0)
                for node in start..<end {
                    let term = curve.weights[node] * powers[node]
                    value += term
                    slope -= term * curve.logTimes[node]
                }
                return (value, slope)
            }
        }
    }

    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] {
        [
            DerivedQuantity(
                "rate_scale",
                meaning:
                    "D/G: with gradients of one size, the best peak of a schedule in units of its "
                    + "shape's", value: (parameters[1] / parameters[2]).squareRoot())
        ]
    }
}
