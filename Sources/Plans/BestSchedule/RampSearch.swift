import Foundation
import Laws
import Records

/// The best smooth way down: rates at some steps after the warm-up, straight lines between.
///
/// Where a law has no use for jumps, its optimum falls a little on each of many steps, and a few
/// points on it are as good. Their rates are optimised together, from the staircase that a
/// `StairSearch` ended at.
struct RampSearch {
    let problem: StairProblem

    /// Points on the way down: half of them evenly, half ever closer towards the end, where rates
    /// change most for their size.
    private static let pointCount = 32

    struct Outcome {
        var descent: Descent
        var loss: Double
        var gap: Double
        var iterations: Int
        var evaluations: Int
        var starts: Int
        var agreeing: Int
    }

    /// Optimises the rates at steps from the first jump of a staircase on, once from its rates and
    /// once from an even fall.
    func best(from stairs: Stairs) -> Outcome {
        let steps = steps(from: stairs.jumps.first ?? 1)
        let heights = problem.heights(stairs)
        let start = steps.map { step in heights[stairs.jumps.count { $0 <= step }] }
        let falls = zip(start.dropFirst(), start).map { next, height in
            min(max(log(height / next), 0), StairProblem.deepestFall)
        }
        let even = falls.map { _ in 3 / Double(falls.count) }
        let ramps = Ramps(problem: problem, steps: steps)
        let ends = [falls, even].map { start in
            BoundedMinimizer(slopeTolerance: 1e-9).minimum(
                from: start, upper: StairProblem.deepestFall
            ) { falls, slopes in
                ramps.loss(falls, slopes: &slopes)
            }
        }
        let found = ends[0].value <= ends[1].value ? ends[0] : ends[1]
        let rates = problem.heights(Stairs(jumps: [], falls: found.point)).map {
            problem.floor + $0
        }
        let points = zip(steps, rates).map { Descent.Point(step: $0, rate: $1) }
        let plateaus = ramps.plateaus(rates)
        return Outcome(
            descent: Descent(points: points, isStairs: false), loss: found.value,
            gap: problem.optimality(of: plateaus, starts: ramps.starts).gap,
            iterations: ends[0].iterations + ends[1].iterations,
            evaluations: ends[0].evaluations + ends[1].evaluations + 1, starts: ends.count,
            agreeing: ends.count { $0.value <= found.value + StairSearch.agreement })
    }

    private func steps(from first: Int) -> [Int] {
        let free = problem.freeSteps
        let start = max(0, first - max(1, (free - first) / Self.pointCount))
        let half = Double(Self.pointCount / 2)
        let even = (0...Self.pointCount / 2).map {
            start + Int(Double(free - start) * Double($0) / half)
        }
        let closing = (0..<Self.pointCount / 2).map {
            free - Int(pow(Double(free - start), 1 - Double($0) / half))
        }
        // Two neighbours where the staircase begins to fall leave room for one jump.
        return Set([0, first - 1, first] + even + closing).sorted()
    }
}

/// Straight lines between rates at fixed steps, as plateaus of single steps.
private struct Ramps {
    let problem: StairProblem
    /// From 0 to where the schedule ends.
    let steps: [Int]
    /// Where plateaus begin.
    let starts: [Int]
    /// Which line each plateau lies on, and how far along.
    private let places: [(line: Int, fraction: Double)]

    init(problem: StairProblem, steps: [Int]) {
        self.problem = problem
        self.steps = steps
        let stride = problem.stride
        var starts: [Int] = []
        var places: [(line: Int, fraction: Double)] = []
        for line in 0..<(steps.count - 1) {
            let length = Double(steps[line + 1] - steps[line])
            for start in Swift.stride(from: steps[line], to: steps[line + 1], by: stride) {
                let count = min(stride, steps[line + 1] - start)
                starts.append(start)
                // The mean rate of its steps.
                let offset = Double(start - steps[line]) + Double(count - 1) / 2
                places.append((line, offset / length))
            }
        }
        self.starts = starts
        self.places = places
    }

    func plateaus(_ rates: [Double]) -> RatePlateaus {
        var plateaus = problem.warmup
        plateaus.rates.reserveCapacity(plateaus.rates.count + starts.count)
        for (index, place) in places.enumerated() {
            let (from, to) = (rates[place.line], rates[place.line + 1])
            plateaus.rates.append(from + (to - from) * place.fraction)
            let end = index + 1 < starts.count ? starts[index + 1] : problem.freeSteps
            plateaus.counts.append(end - starts[index])
        }
        return plateaus
    }

    /// The loss, and its slope by each fall between two points.
    func loss(_ falls: [Double], slopes: inout [Double]) -> Double {
        let heights = problem.heights(Stairs(jumps: [], falls: falls))
        let plateaus = plateaus(heights.map { problem.floor + $0 })
        var byRate = Array(repeating: 0.0, count: plateaus.rates.count)
        let loss = byRate.withUnsafeMutableBufferPointer {
            problem.law.finalLoss(
                of: plateaus, parameters: problem.parameters, features: problem.features,
                slopes: $0)
        }
        var byPoint = Array(repeating: 0.0, count: steps.count)
        let first = problem.warmup.counts.count
        for (index, place) in places.enumerated() {
            byPoint[place.line] += byRate[first + index] * (1 - place.fraction)
            byPoint[place.line + 1] += byRate[first + index] * place.fraction
        }
        var sum = 0.0
        for index in falls.indices.reversed() {
            sum += byPoint[index + 1] * heights[index + 1]
            slopes[index] = -sum
        }
        return loss.isNaN ? .infinity : loss
    }
}
