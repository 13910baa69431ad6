import Foundation
import Laws
import Records

/// A non-increasing schedule after the warm-up, as the steps at which it falls and by how much.
struct Stairs: Equatable {
    /// Rising, from 1: the rate falls onto these steps after the warm-up.
    var jumps: [Int]
    /// By how much the log of the rate's height above the floor falls at each, at least 0.
    var falls: [Double]
}

/// The predicted final loss over all non-increasing schedules between a floor and a peak.
///
/// Any such schedule is a staircase; a smooth one has a jump on every step. Heights are
/// floor + (peak − floor)·e^(−Σ falls), so that bounds of the falls are all the constraints.
struct StairProblem {
    let law: any RateSensitiveLaw
    let parameters: [Double]
    let features: [Feature: Double]
    private(set) var warmup: RatePlateaus
    /// Steps after the warm-up.
    let freeSteps: Int
    let peak: Double
    let floor: Double

    /// No fall is deeper: e^−40 of the height above the floor is left.
    static let deepestFall = 40.0
    /// Longer warm-ups are written as so many plateaus; what a warm-up adds to the final loss
    /// hardly depends on how finely it is cut.
    static let fineWarmup = 4_096
    /// Enough to find the optimum from afar, and much faster.
    static let coarseWarmup = 128
    /// Steps at which a jump is considered; in longer schedules it may fall on every k-th only.
    private static let candidates = 50_000

    init(
        law: any RateSensitiveLaw, parameters: [Double], features: [Feature: Double],
        totalSteps: Int, warmupSteps: Int, peak: Double, floor: Double
    ) {
        self.law = law
        self.parameters = parameters
        self.features = features
        self.peak = peak
        self.floor = floor
        freeSteps = totalSteps - warmupSteps
        warmup = Self.warmup(steps: warmupSteps, peak: peak, plateaus: Self.fineWarmup)
    }

    private static func warmup(steps: Int, peak: Double, plateaus: Int) -> RatePlateaus {
        let stride = max(1, (steps + plateaus - 1) / plateaus)
        let starts = Array(Swift.stride(from: 0, to: steps, by: stride))
        let counts = starts.map { min(stride, steps - $0) }
        let rates = zip(starts, counts).map { start, count in
            peak * (Double(start) + Double(count - 1) / 2) / Double(steps)
        }
        return RatePlateaus(rates: rates, counts: counts, warmupCount: counts.count)
    }

    /// The same with the warm-up in few plateaus.
    var coarse: StairProblem {
        var problem = self
        problem.warmup = Self.warmup(
            steps: warmup.counts.reduce(0, +), peak: peak, plateaus: Self.coarseWarmup)
        return problem
    }

    /// Steps between two candidates for a jump.
    var stride: Int { max(1, freeSteps / Self.candidates) }

    /// The heights of the rate above the floor, from before the first jump on.
    func heights(_ stairs: Stairs) -> [Double] {
        var fallen = 0.0
        return [peak - floor]
            + stairs.falls.map { fall in
                fallen += fall
                return (peak - floor) * exp(-fallen)
            }
    }

    /// The loss of a staircase, and its slope by each fall.
    func loss(_ stairs: Stairs, slopes: inout [Double]) -> Double {
        let heights = heights(stairs)
        var plateaus = warmup
        let edges = [0] + stairs.jumps + [freeSteps]
        for index in heights.indices {
            plateaus.rates.append(floor + heights[index])
            plateaus.counts.append(edges[index + 1] - edges[index])
        }
        var byRate = Array(repeating: 0.0, count: plateaus.rates.count)
        let loss = byRate.withUnsafeMutableBufferPointer {
            law.finalLoss(of: plateaus, parameters: parameters, features: features, slopes: $0)
        }
        var sum = 0.0
        for index in stairs.falls.indices.reversed() {
            sum += byRate[warmup.counts.count + index + 1] * heights[index + 1]
            slopes[index] = -sum
        }
        return loss.isNaN ? .infinity : loss
    }

    func loss(_ stairs: Stairs) -> Double {
        var slopes = stairs.falls
        return loss(stairs, slopes: &slopes)
    }

    /// How far a staircase is from first-order optimal among all non-increasing schedules.
    func optimality(of stairs: Stairs) -> ScheduleOptimality {
        let heights = heights(stairs)
        var plateaus = warmup
        var starts: [Int] = []
        let edges = [0] + stairs.jumps + [freeSteps]
        for index in heights.indices {
            for start in Swift.stride(from: edges[index], to: edges[index + 1], by: stride) {
                starts.append(start)
                plateaus.rates.append(floor + heights[index])
                plateaus.counts.append(min(stride, edges[index + 1] - start))
            }
        }
        return optimality(of: plateaus, starts: starts)
    }

    /// The same for any plateaus after the warm-up, which begin on these steps after it.
    func optimality(of plateaus: RatePlateaus, starts: [Int]) -> ScheduleOptimality {
        var slopes = Array(repeating: 0.0, count: plateaus.rates.count)
        _ = slopes.withUnsafeMutableBufferPointer {
            law.finalLoss(of: plateaus, parameters: parameters, features: features, slopes: $0)
        }
        // What a fall by one unit onto a step does to the loss: all later rates are lower by it.
        var byFall = 0.0
        var steepest = 0.0
        var bestJump = freeSteps - 1
        var spent = 0.0
        let first = warmup.counts.count
        for index in starts.indices.dropFirst().reversed() {
            byFall -= slopes[first + index]
            spent += byFall * (plateaus.rates[first + index - 1] - plateaus.rates[first + index])
            if byFall < steepest { (steepest, bestJump) = (byFall, starts[index]) }
        }
        return ScheduleOptimality(gap: spent - steepest * (peak - floor), bestJump: bestJump)
    }
}

/// How far a schedule is from first-order optimal among all that never rise after the warm-up.
struct ScheduleOptimality {
    /// The most that any move towards another schedule lowers the loss by to first order, in nats
    /// (the Frank–Wolfe gap).
    ///
    /// 0 at every local optimum; where the loss is convex in the rates, as LR annealing's is, no
    /// schedule is lower by more.
    var gap: Double
    /// Where a further fall pays most.
    var bestJump: Int
}
