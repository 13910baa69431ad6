import Foundation
import Schedules

/// The gradients' part of the convex bound at a horizon T, T2 + T3, as a sum over the steps.
///
///     T2 + T3 = ½·[ η_T·G_T² + Σ_{t<T} η_t²·G_t²/(Σ_{u=t+1…T} η_u) ]
///
/// In the double sum of T3 every η_t²·G_t² stands with Σ_{k≤t} η_k/(Σ_{>k} η · Σ_{≥k} η), whose terms
/// are 1/Σ_{>k} − 1/Σ_{≥k}: all but the ends cancel, and what is left of them with T2 is the one
/// quotient. No difference of sums is taken near T, where it would lose its digits.
///
/// The last steps are summed one by one. Farther away the quotient hardly changes over a block a 64th
/// as long as its distance to T, and is integrated: Σ η·Δ/(S_T − S) is the mean rate times the log of
/// the distances' ratio, within about 10⁻⁴ of the sum. So a horizon takes hundreds of operations,
/// however many its steps are.
struct GradientSum {
    /// Some steps next to each other: their weight in the sum, and the mean of log(t + 1) over them.
    struct Node: Equatable {
        var weight: Double
        var logTime: Double
    }

    /// Steps before T that are summed one by one.
    private static let window = 512
    /// A block's length, as a share of its distance to T.
    private static let share = 64
    /// The longest stretch of a node in log(t + 1), over which a power of time is nearly straight.
    private static let stretch = 1.0 / 16
    /// Blocks end where pieces do, in schedules of no more pieces than these.
    private static let mostPieces = 256

    private let areas: ScheduleAreas
    private let joints: [Int]

    init(_ areas: ScheduleAreas) {
        self.areas = areas
        let pieces = areas.schedule.pieces
        joints = pieces.count <= Self.mostPieces ? pieces.map(\.span.firstStep) : []
    }

    /// The nodes of a horizon, from its end.
    ///
    /// - Parameter step: The last step that counts; steps of a rate of 0 at the end are left out.
    /// - Returns: No nodes where no rate is above 0.
    func nodes(at step: Int) -> [Node] {
        let horizon = lastLearning(at: step)
        var suffix = areas.schedule.learningRate(at: horizon)
        guard suffix > 0 else { return [] }
        var nodes = [Node(weight: 0.5 * suffix, logTime: log(Double(horizon + 1)))]
        var start = nodes[0].logTime
        var edge = horizon
        while edge > max(0, horizon - Self.window) {
            edge -= 1
            let rate = areas.schedule.learningRate(at: edge)
            let time = log(Double(edge + 1))
            let weight = 0.5 * rate * rate / suffix
            suffix += rate
            guard weight > 0 else { continue }
            if start - time > Self.stretch {
                nodes.append(Node(weight: weight, logTime: time))
                start = time
                continue
            }
            let node = nodes[nodes.count - 1]
            let sum = node.weight + weight
            nodes[nodes.count - 1] = Node(
                weight: sum, logTime: node.logTime + (time - node.logTime) * (weight / sum))
        }
        if edge > 0 { addBlocks(to: &nodes, before: edge, horizon: horizon, suffix: suffix) }
        return nodes
    }

    /// The blocks of all steps before an edge.
    private func addBlocks(
        to nodes: inout [Node], before edge: Int, horizon: Int, suffix: Double
    ) {
        let blocks = blocks(before: edge, horizon: horizon)
        let schedule = areas.schedule
        // Both ends rise from the last block to the first.
        let lows = areas.forwardArea(at: blocks.reversed().map(\.lowerBound))
        let tops = areas.forwardArea(at: blocks.reversed().map { $0.upperBound - 1 })
        let total = areas.forwardArea(at: [horizon])[0]
        // Differences of long sums are rounded; no step before the edge is nearer than this.
        let nearest = suffix - schedule.learningRate(at: edge)
        for (index, block) in blocks.enumerated() {
            let (low, top) = (lows[blocks.count - 1 - index], tops[blocks.count - 1 - index])
            let lowRate = schedule.learningRate(at: block.lowerBound)
            var weight = 0.5 * lowRate * lowRate / max(nearest, total - low)
            if block.count > 1 {
                // From the middle of the first step to that of the last, and half a step at each end.
                let topRate = schedule.learningRate(at: block.upperBound - 1)
                let near = max(nearest, total - top - 0.5 * topRate)
                let far = max(near, total - low + 0.5 * lowRate)
                weight = 0.5 * (top - low + lowRate) / Double(block.count) * log(far / near)
            }
            guard weight > 0 else { continue }
            nodes.append(
                Node(
                    weight: weight,
                    logTime: 0.5
                        * (log(Double(block.lowerBound + 1)) + log(Double(block.upperBound)))))
        }
    }

    /// Blocks from an edge down to step 0: single steps before the edge of a piece, where the rate may
    /// fall suddenly, and longer ones away from it and from the horizon.
    private func blocks(before edge: Int, horizon: Int) -> [Range<Int>] {
        var blocks: [Range<Int>] = []
        var next = joints.lastIndex { $0 < edge } ?? -1
        var (high, joint) = (edge, horizon)
        while high > 0 {
            let length = min((horizon - high) / Self.share, high / 16, (joint - high) / 16)
            var low = max(0, high - max(1, length))
            while next >= 0, joints[next] >= high { next -= 1 }
            if next >= 0, joints[next] > low { low = joints[next] }
            blocks.append(low..<high)
            high = low
            if next >= 0, joints[next] == high { joint = high }
        }
        return blocks
    }

    /// The last step, up to one, that has a rate above 0; pieces without any are passed whole.
    private func lastLearning(at step: Int) -> Int {
        let schedule = areas.schedule
        guard !(schedule.learningRate(at: step) > 0) else { return step }
        var last = min(step, schedule.totalSteps - 1)
        var index = schedule.pieces.index(at: last)
        while index >= 0 {
            let piece = schedule.pieces[index]
            if areas.before[index + 1] > areas.before[index] {
                while last >= piece.span.firstStep {
                    if schedule.learningRate(at: last) > 0 { return last }
                    last -= 1
                }
            }
            last = piece.span.firstStep - 1
            index -= 1
        }
        return step
    }
}
