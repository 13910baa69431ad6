/// Where the q = P(k − 1) − E of a stretch of drops lie.
struct DropNode {
    var center = 0.0
    /// At least a trifle of E, so that one may divide by it.
    var radius = 0.0

    init() {}

    /// - Parameters:
    ///   - lowest: The least q.
    ///   - highest: The greatest q.
    ///   - scale: The least E.
    init(lowest: Double, highest: Double, scale: Double) {
        center = 0.5 * (lowest + highest)
        radius = max(0.5 * (highest - lowest), 1e-6 * scale)
    }

    /// The least node that holds others, each moved some way.
    init(holding children: [(node: Int, shift: Double)], among nodes: [DropNode]) {
        var (lowest, highest) = (Double.infinity, -Double.infinity)
        for (node, shift) in children {
            lowest = min(lowest, nodes[node].center + shift - nodes[node].radius)
            highest = max(highest, nodes[node].center + shift + nodes[node].radius)
        }
        self.init(lowest: lowest, highest: highest, scale: 0)
    }
}
