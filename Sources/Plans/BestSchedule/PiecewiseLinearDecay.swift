import Foundation
import Schedules

/// A way down after the warm-up: straight lines between knots, never rising.
///
/// Two knots a step apart are a cliff. Heights are those of the rate above a floor, as shares of the
/// room between the floor and the peak, so that 1 … 0 are all the bounds there are.
struct PiecewiseLinearDecay: Equatable {
    struct Knot: Equatable {
        /// Counted from the end of the warm-up; the last one is where the schedule ends.
        var step: Int
        var height: Double
    }

    var knots: [Knot]

    /// No height above 0 is lower: what a logarithm of heights starts from.
    static let lowestHeight = exp(-40.0)

    /// A decrement that small is none.
    private static let shallowest = 1e-6

    init(_ knots: [Knot]) {
        self.knots = knots
    }

    /// By how much the log of the height falls from each knot to the next, at least 0.
    var decrements: [Double] {
        get {
            zip(knots, knots.dropFirst()).map {
                max(0, log($0.height / max($1.height, Self.lowestHeight)))
            }
        }
        set {
            var fallen = 0.0
            for (index, decrement) in newValue.enumerated() {
                fallen += decrement
                knots[index + 1].height = knots[0].height * exp(-fallen)
            }
        }
    }

    /// Indices of decrements that are more than nothing.
    var falling: [Int] {
        let decrements = decrements
        return decrements.indices.filter { decrements[$0] > Self.shallowest }
    }

    /// The same way down without knots between stretches that keep the rate.
    var trimmed: PiecewiseLinearDecay {
        let ends = Set(falling.flatMap { [$0, $0 + 1] } + [0, knots.count - 1])
        return PiecewiseLinearDecay(ends.sorted().map { knots[$0] })
    }

    /// The height at any step, on the straight lines.
    func height(at step: Int) -> Double {
        guard let next = knots.firstIndex(where: { $0.step >= step }), next > 0 else {
            return knots[0].height
        }
        let (from, to) = (knots[next - 1], knots[next])
        return from.height
            + (to.height - from.height) * Double(step - from.step) / Double(to.step - from.step)
    }

    /// The same way down with knots at some more steps.
    func adding(_ steps: some Sequence<Int>) -> PiecewiseLinearDecay {
        let known = Set(knots.map(\.step))
        let all = Set(steps).subtracting(known).filter {
            $0 > 0 && $0 < knots[knots.count - 1].step
        }
        let more = all.map { Knot(step: $0, height: height(at: $0)) }
        return PiecewiseLinearDecay((knots + more).sorted { $0.step < $1.step })
    }

    /// A share of the way to a schedule that keeps the peak until a step and the floor from it on.
    func mixed(_ share: Double, withCliffAt step: Int) -> PiecewiseLinearDecay {
        var mixture = adding([step - 1, step])
        for index in mixture.knots.indices {
            let target = mixture.knots[index].step < step ? 1.0 : 0
            mixture.knots[index].height += share * (target - mixture.knots[index].height)
        }
        return mixture
    }

    /// Indices of knots onto which the rate falls at a single step.
    var cliffs: [Int] {
        knots.indices.dropFirst().filter {
            knots[$0].step == knots[$0 - 1].step + 1
                && knots[$0].height < 0.999 * knots[$0 - 1].height
        }
    }

    /// Writes the way down behind a warm-up, from the peak on.
    ///
    /// - Parameters:
    ///   - list: Receives the segments.
    ///   - rate: The rate at a height.
    func write(to list: inout SegmentList, rate: (Double) -> Double) {
        let rates = knots.map { rate($0.height) }
        var held = 0
        for index in knots.indices.dropFirst() {
            let length = knots[index].step - knots[index - 1].step
            guard rates[index] != rates[index - 1] else {
                held += length
                continue
            }
            // A cliff falls onto the step of its second knot.
            list.hold(length == 1 ? held + 1 : held)
            held = 0
            if length == 1 {
                list.jump(to: rates[index])
            } else {
                list.line(length, to: rates[index])
            }
        }
        list.hold(held)
    }
}
