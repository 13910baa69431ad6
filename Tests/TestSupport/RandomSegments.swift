import Foundation

/// Random schedules in the schedule language, with repeats in repeats and jumps anywhere.
package struct RandomSegments {
    private var generator: SeededGenerator

    package init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// A schedule.
    ///
    /// - Parameter steps: About how many steps it has.
    /// - Returns: Its text.
    package mutating func text(steps: Int) -> String {
        var items = ["warmup:\(number(1...40))@\(rate())"]
        for _ in 0..<3 { items.append(list(steps: steps / 3, depth: 0)) }
        return items.joined(separator: ",")
    }

    private mutating func list(steps: Int, depth: Int) -> String {
        guard steps > 3, depth < 3, number(0...5) > depth else { return segment(steps: steps) }
        let times = number(1...max(1, min(steps / 3, 300)))
        let count = number(1...3)
        let inside = (0..<count).map { _ in list(steps: steps / times / count, depth: depth + 1) }
        return "repeat:\(times)(\(inside.joined(separator: ",")))"
    }

    private mutating func segment(steps: Int) -> String {
        let steps = number(1...max(1, steps))
        return switch number(0...9) {
        case 0: "hold:\(steps)"
        case 1: "step@\(rate()),hold:\(steps)"
        case 2: "cosine:\(steps)@\(rate())"
        case 3: "exp:\(steps)@\(rate())"
        case 4: "sqrt:\(steps)@\(rate())"
        case 5: "poly1.5:\(steps)@\(rate())"
        case 6: "rsqrt:\(steps)"
        case 7: "linear:\(steps)@\(rate()),step@\(rate())"
        default: "linear:\(steps)@\(rate())"
        }
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    private mutating func rate() -> Double {
        exp(Double.random(in: -12 ... -7, using: &generator))
    }
}
