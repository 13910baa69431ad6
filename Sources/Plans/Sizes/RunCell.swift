import Fitting
import Foundation
import LeastSquares
import Records
import Schedules

/// A setting of a training, of which a grid of runs tells the best.
enum Hyperparameter: String, CaseIterable {
    case learningRate = "learning_rate"
    case batchTokens = "batch_tokens"

    var words: String { self == .learningRate ? "learning rate" : "batch" }
    /// The place where a run says it.
    var place: String {
        self == .learningRate
            ? "a schedule, logged rates, or the tag learning_rate" : "batch_tokens, tokens per step"
    }
}

/// A finished run with the peak of its learning rate and its batch, where they are known.
struct TunedRun {
    let run: SizedRun
    let values: [Hyperparameter: Double]

    /// The tags of a run that say its peak rate, where it has no schedule.
    static let rateTags = ["peak_learning_rate", "learning_rate", "max_lr", "lr"]

    /// Nil for a run without size, tokens, loss, or without both settings.
    init?(_ run: Run) {
        guard let sized = SizedRun(run),
            [sized.parameterCount, sized.tokenCount, sized.loss].allSatisfy({
                $0 > 0 && $0.isFinite
            })
        else { return nil }
        self.run = sized
        let tagged = Self.rateTags.compactMap { run.tags[$0].flatMap { Double($0) } }.first
        let rate =
            run.schedule?.peakLearningRate ?? tagged
            ?? run.points.compactMap(\.learningRate).max()
        values = [.learningRate: rate, .batchTokens: run.features[.batchTokens]]
            .compactMapValues { $0.flatMap { $0 > 0 && $0.isFinite ? $0 : nil } }
        if values.isEmpty { return nil }
    }
}

/// Runs of one size on as many tokens, and the lowest point of their losses over rate and batch.
///
/// About the run with the lowest loss the loss is a parabola in the logarithms of both,
///
///     L = a + b·x + c·x² + d·y + e·y² + f·x·y
///
/// by least squares through the runs that lie at most two values off in each; one of the two alone
/// where the other has fewer than three values, of which then the best is kept.
struct RunCell {
    private(set) var runs: [TunedRun]

    /// Sizes and tokens that differ by less than this factor are one: steps are whole numbers.
    private static let nearness = log(1.1)
    /// Values on each side of the lowest that the parabola goes through.
    private static let reach = 2
    private static let fewestValues = 3

    /// The lowest point: logarithms with their variances, and the loss there.
    struct Optimum {
        var logarithms: [Hyperparameter: (value: Double, variance: Double?)] = [:]
        var degreesOfFreedom: Double
        var loss: Double
    }

    static func cells(of runs: [TunedRun]) -> [RunCell] {
        var cells: [RunCell] = []
        let sorted = runs.sorted {
            ($0.run.parameterCount, $0.run.tokenCount) < ($1.run.parameterCount, $1.run.tokenCount)
        }
        for run in sorted {
            func isNear(_ other: SizedRun) -> Bool {
                abs(log(other.parameterCount / run.run.parameterCount)) < nearness
                    && abs(log(other.tokenCount / run.run.tokenCount)) < nearness
            }
            if let index = cells.firstIndex(where: { isNear($0.runs[0].run) }) {
                cells[index].runs.append(run)
            } else {
                cells.append(RunCell(runs: [run]))
            }
        }
        return cells
    }

    var parameterCount: Double { mean(\.parameterCount) }
    var tokenCount: Double { mean(\.tokenCount) }

    private func mean(_ count: (SizedRun) -> Double) -> Double {
        exp(runs.reduce(0) { $0 + log(count($1.run)) } / Double(runs.count))
    }

    private var words: String {
        "\(SizeText.count(parameterCount)) parameters on \(SizeText.count(tokenCount)) tokens"
    }

    /// Finds the lowest point.
    ///
    /// - Returns: The lowest point, inside of the runs.
    /// - Throws: `PlanError.refused`: `no-interior-minimum` where it lies on the edge of the grid, else
    ///   `not-identified`.
    func optimum() throws(PlanError) -> Optimum {
        guard let lowest = runs.min(by: { $0.run.loss < $1.run.loss }) else {
            preconditionFailure("a cell has a run")
        }
        var kept = runs
        func values(_ axis: Hyperparameter) -> [Double] {
            Set(kept.compactMap { $0.values[axis] }).sorted()
        }
        for axis in Hyperparameter.allCases where values(axis).count < Self.fewestValues {
            kept.removeAll { $0.values[axis] != lowest.values[axis] }
        }
        let axes = Hyperparameter.allCases.filter { values($0).count >= Self.fewestValues }
        kept.removeAll { run in axes.contains { run.values[$0] == nil } }
        var window = kept
        var edges: [Hyperparameter: ClosedRange<Double>] = [:]
        for axis in axes {
            let tried = values(axis)
            guard let place = tried.firstIndex(where: { $0 == lowest.values[axis] }),
                place > 0, place < tried.count - 1
            else {
                throw edge(axis, lowest.values[axis] == tried.first, "the lowest loss")
            }
            edges[axis] = tried[0]...tried[tried.count - 1]
            let near =
                tried[max(0, place - Self.reach)...min(tried.count - 1, place + Self.reach)]
            window.removeAll { !near.contains($0.values[axis] ?? 0) }
        }
        func logs(_ axis: Hyperparameter) -> [Double] {
            window.map { log(($0.values[axis] ?? 1) / (lowest.values[axis] ?? 1)) }
        }
        let x = axes.map(logs)
        let losses = window.map(\.run.loss)
        var columns = [losses.map { _ in 1.0 }] + x + x.map { $0.map { $0 * $0 } }
        if x.count == 2 { columns.append(zip(x[0], x[1]).map { $0 * $1 }) }
        // Two sweeps that cross in one run say nothing of the product.
        let fit =
            LinearFit(columns, losses)
            ?? (x.count == 2 ? LinearFit(columns.dropLast(), losses) : nil)
        guard let fit, !axes.isEmpty else {
            throw .refused(
                .notIdentified,
                "\(words) have fewer than three rates and three batches to draw a parabola through")
        }
        return try lowestPoint(of: fit, axes, lowest, edges)
    }

    private func lowestPoint(
        of fit: LinearFit, _ axes: [Hyperparameter], _ lowest: TunedRun,
        _ edges: [Hyperparameter: ClosedRange<Double>]
    ) throws(PlanError) -> Optimum {
        let (count, c) = (axes.count, fit.coefficients)
        let cross = c.count > 1 + 2 * count ? c[1 + 2 * count] : 0
        var curvature = DenseMatrix(
            columns: axes.indices.map { row in
                axes.indices.map { $0 == row ? 2 * c[1 + count + row] : cross }
            })
        guard curvature.factorCholesky(smallPivots: .refused(below: 0)) else {
            throw .refused(
                .noInteriorMinimum,
                "\(words): the parabola about the lowest loss bends downwards")
        }
        let place = curvature.solution(of: c[1...count].map { -$0 })
        var optimum = Optimum(
            degreesOfFreedom: fit.degreesOfFreedom,
            loss: c[0] + 0.5 * zip(c[1...count], place).reduce(0) { $0 + $1.0 * $1.1 })
        // H·x + b = 0 moves with a coefficient k by −H⁻¹·∂(H·x + b)/∂k.
        let slopes = c.indices.map { index in
            var pull = [Double](repeating: 0, count: count)
            switch index {
            case 0: break
            case ...count: pull[index - 1] = -1
            case ...(2 * count): pull[index - 1 - count] = -2 * place[index - 1 - count]
            default: pull = place.reversed().map { -$0 }
            }
            return curvature.solution(of: pull)
        }
        for (index, axis) in axes.enumerated() {
            let value = log(lowest.values[axis] ?? 1) + place[index]
            guard let range = edges[axis], exp(value) > range.lowerBound,
                exp(value) < range.upperBound
            else {
                throw edge(axis, place[index] < 0, "the lowest point of the parabola")
            }
            optimum.logarithms[axis] = (value, fit.variance(of: slopes.map { $0[index] }))
        }
        return optimum
    }

    private func edge(
        _ axis: Hyperparameter, _ isLow: Bool, _ subject: String
    ) -> PlanError {
        .refused(
            .noInteriorMinimum,
            "\(words): \(subject) is at the edge of the grid, at the "
                + "\(isLow ? "lowest" : "highest") \(axis.words) or beyond")
    }
}
