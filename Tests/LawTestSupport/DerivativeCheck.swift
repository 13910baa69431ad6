import Foundation
package import Laws
import Records

/// A law's Jacobian beside differences that know their own error.
///
///     let check = DerivativeCheck(law: law, inputs: inputs, parameters: parameters)
///     for finding in check.findings() { Issue.record("\(finding)") }
///
/// A parameter is judged in the solver's coordinate, at every point. Where differences settle, the
/// Jacobian must agree; where they do not (at the join of two branches, say, whose second
/// derivatives differ), nothing can be said, and at most a fifth of the points may be so.
package struct DerivativeCheck {
    /// A parameter for which law and differences do not agree, with the side at fault.
    package struct Finding: CustomStringConvertible, Equatable {
        package enum Fault: Equatable {
            /// Differences settled, and the law's derivative is not theirs.
            case law
            /// Differences did not settle: the law may be right.
            case differences
        }

        package let parameter: String
        package let fault: Fault

        /// The worst point, with the law's derivative, the differences' and their error there.
        package let point: Int
        package let derivative: Double
        package let estimate: Double
        package let error: Double

        /// Points for which this holds, of all.
        package let count: Int
        package let pointCount: Int

        package var description: String {
            let place = "\(parameter), point \(point): the law's derivative is \(derivative), "
            let share = "\(count) of \(pointCount) points"
            switch fault {
            case .law:
                return place + "differences settle at \(estimate) ± \(error): the law's is off by "
                    + "\(abs(derivative - estimate)) (\(share))"
            case .differences:
                return place + "differences say \(estimate), but are only sure to ± \(error): they "
                    + "cannot judge this parameter (\(share)); sample it where the loss is smoother "
                    + "(`typical` of its ParameterSpec)"
            }
        }
    }

    private let law: ConfiguredLaw
    private let inputs: [LawInput]
    private let parameters: [Double]

    /// The agreement asked for, as a share of a parameter's largest derivative.
    private static let tolerance = 1e-8

    package init(law: ConfiguredLaw, inputs: [LawInput], parameters: [Double]) {
        self.law = law
        self.inputs = inputs
        self.parameters = parameters
    }

    /// Parameters that fail, at most one finding for each.
    package func findings() -> [Finding] {
        let center = LawEvaluation(law: law, inputs: inputs, parameters: parameters)
        return law.parameters.indices.compactMap { finding($0, center) }
    }

    private func finding(_ index: Int, _ center: LawEvaluation) -> Finding? {
        let spec = law.parameters[index]
        let slope = spec.scale.slope(at: parameters[index])
        let derivatives = center.column(index).map { $0 * slope }
        let tolerance = Self.tolerance * derivatives.reduce(1e-6) { max($0, abs($1)) }
        let coordinate = spec.scale.coordinate(of: parameters[index])
        let differences = RiddersDifferences(goal: 0.1 * tolerance) { width in
            var moved = parameters
            moved[index] = spec.scale.value(at: coordinate + width)
            return LawEvaluation(law: law, inputs: inputs, parameters: moved).losses
        }
        let points = derivatives.indices
        func off(_ point: Int) -> Double {
            abs(derivatives[point] - differences.estimates[point])
        }
        func make(_ fault: Finding.Fault, _ failing: [Int], worst: Int) -> Finding {
            Finding(
                parameter: spec.name, fault: fault, point: worst, derivative: derivatives[worst],
                estimate: differences.estimates[worst], error: differences.errors[worst],
                count: failing.count, pointCount: points.count)
        }
        let wrong = points.filter {
            differences.errors[$0] <= tolerance && !(off($0) <= 2 * tolerance)
        }
        if let worst = wrong.max(by: { off($0) < off($1) }) {
            return make(.law, wrong, worst: worst)
        }
        let unsure = points.filter { !(differences.errors[$0] <= tolerance) }
        if 5 * unsure.count > points.count,
            let worst = unsure.max(by: { differences.errors[$0] < differences.errors[$1] })
        {
            return make(.differences, unsure, worst: worst)
        }
        return nil
    }
}

/// Derivatives of many functions of one number at 0, by central differences extrapolated to no width.
///
/// Widths fall by halves from 0.1; the extrapolation that agrees best with its neighbours is taken
/// for each function, and the disagreement is its error. A fixed width cannot do for all: a double
/// exponential bends a hundred times as fast as a power.
///
/// Source: Ridders 1982, doi:10.1016/S0141-1195(82)80057-0.
struct RiddersDifferences {
    private(set) var estimates: [Double]
    private(set) var errors: [Double]

    private static let levels = 15

    /// - Parameters:
    ///   - goal: The error that is good enough for every function.
    ///   - values: The functions' values at a place.
    init(goal: Double, _ values: (Double) -> [Double]) {
        var width = 0.1
        var last: [[Double]] = []
        estimates = []
        errors = []
        for level in 0..<Self.levels {
            let (above, below) = (values(width), values(-width))
            var row = [zip(above, below).map { ($0 - $1) / (2 * width) }]
            if level == 0 {
                estimates = row[0]
                errors = row[0].map { _ in .infinity }
            }
            var factor = 1.0
            for order in 0..<last.count {
                factor *= 4
                let (coarse, fine) = (last[order], row[order])
                let better = zip(coarse, fine).map { ($1 * factor - $0) / (factor - 1) }
                for point in better.indices {
                    let error = max(
                        abs(better[point] - fine[point]), abs(better[point] - coarse[point]))
                    if error <= errors[point] {
                        (estimates[point], errors[point]) = (better[point], error)
                    }
                }
                row.append(better)
            }
            if errors.allSatisfy({ $0 <= goal }) { break }
            last = row
            width *= 0.5
        }
    }
}
