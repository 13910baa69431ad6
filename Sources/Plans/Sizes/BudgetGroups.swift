import Fitting
import Foundation
import Laws
import Records

/// A finished run as the isoFLOP approaches see it.
struct SizedRun: Equatable {
    var id: String
    var parameterCount: Double
    var tokenCount: Double
    var flops: Double
    var loss: Double

    /// Nil for a run without size, tokens or loss; compute is 6·N·D where the run does not say it.
    init?(_ run: Run) {
        let size = run.features[.parameterCount] ?? run.features[.averageParameterCount]
        guard let size, let tokens = run.features[.tokenCount],
            let loss = run.loss ?? run.curve?.losses.last
        else { return nil }
        id = run.id
        parameterCount = size
        tokenCount = tokens
        flops = run.features[.trainingFLOPs] ?? 6 * size * tokens
        self.loss = loss
    }
}

/// Runs of nearly one compute, and the parabola through them.
struct BudgetGroup {
    var runs: [SizedRun]

    /// Budgets whose neighbours lie closer than this factor are one.
    private static let nearness = 1.2
    /// Sizes that a parabola needs.
    private static let fewestSizes = 4

    /// The geometric mean of the runs' compute.
    var flops: Double { exp(runs.reduce(0) { $0 + log($1.flops) } / Double(runs.count)) }

    /// Parts runs by compute, budgets with too few sizes left out.
    static func groups(of runs: [SizedRun]) -> [BudgetGroup] {
        var groups: [BudgetGroup] = []
        for run in runs.sorted(by: { $0.flops < $1.flops }) {
            if let last = groups.last, let first = last.runs.first,
                run.flops <= nearness * first.flops
            {
                groups[groups.count - 1].runs.append(run)
            } else {
                groups.append(BudgetGroup(runs: [run]))
            }
        }
        return groups.filter { Set($0.runs.map(\.parameterCount)).count >= fewestSizes }
    }

    /// The size at the lowest point of the parabola of losses over log N, by least squares; nil where
    /// it bends downwards or its lowest point lies outside of the sizes.
    ///
    /// - Parameter losses: A loss for each run; nil takes the measured ones.
    /// - Returns: The size.
    func parabolaMinimum(losses: [Double]? = nil) -> Double? {
        let places = runs.map { log($0.parameterCount) }
        let values = losses ?? runs.map(\.loss)
        // About the mean, for the sums of powers to be well-conditioned.
        let centre = places.reduce(0, +) / Double(places.count)
        let x = places.map { $0 - centre }
        func moment(_ power: Int) -> Double { x.reduce(0) { $0 + pow($1, Double(power)) } }
        let (count, m2, m3, m4) = (Double(x.count), moment(2), moment(3), moment(4))
        let (y0, y1, y2) = zip(x, values).reduce((0.0, 0.0, 0.0)) { sums, point in
            let (x, y) = point
            return (sums.0 + y, sums.1 + x * y, sums.2 + x * x * y)
        }
        // Normal equations of y = a + b·x + c·x², with Σx = 0.
        let determinant = m4 - m2 * m2 / count - m3 * m3 / m2
        guard m2 > 0, determinant > 0 else { return nil }
        let c = (y2 - m2 * y0 / count - m3 * y1 / m2) / determinant
        let b = (y1 - c * m3) / m2
        guard c > 0 else { return nil }
        let vertex = centre - b / (2 * c)
        guard let low = places.min(), let high = places.max(), vertex >= low, vertex <= high
        else { return nil }
        return exp(vertex)
    }
}

/// log y = a + e·log x by least squares, with the standard error of e.
struct PowerLawLine {
    let exponent: Double
    private let standardError: Double?
    private let intercept: Double
    private let degreesOfFreedom: Double

    /// Nil for fewer than two places.
    init?(_ points: [(x: Double, y: Double)]) {
        let (x, y) = (points.map { log($0.x) }, points.map { log($0.y) })
        let count = Double(points.count)
        let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
        let square = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        guard points.count > 1, square > 0 else { return nil }
        let exponent = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / square
        let intercept = meanY - exponent * meanX
        let rest = zip(x, y).reduce(0) { sum, point in
            let residual = point.1 - intercept - exponent * point.0
            return sum + residual * residual
        }
        self.exponent = exponent
        self.intercept = intercept
        degreesOfFreedom = count - 2
        standardError = points.count > 2 ? (rest / (count - 2) / square).squareRoot() : nil
    }

    /// Half the width of the exponent's interval; nil where two points leave nothing to judge by.
    func halfWidth(level: Double) -> Double? {
        standardError.map {
            $0 * LawPredictor.Interval.quantile(level: level, degreesOfFreedom: degreesOfFreedom)
        }
    }

    func value(at x: Double) -> Double { exp(intercept + exponent * log(x)) }
}
