/// Where the q = P(k − 1) − E of a stretch of drops lie.
struct DropNode {
    var center: Double
    /// At least a trifle of E, so that one may divide by it.
    var radius: Double

    /// - Parameters:
    ///   - lowest: The least q.
    ///   - highest: The greatest q.
    ///   - scale: The least E.
    init(lowest: Double, highest: Double, scale: Double) {
        center = 0.5 * (lowest + highest)
        radius = max(0.5 * (highest - lowest), 1e-6 * scale)
    }

    /// The least node that holds others.
    init(holding nodes: ArraySlice<DropNode>) {
        self.init(
            lowest: nodes.reduce(.infinity) { min($0, $1.center - $1.radius) },
            highest: nodes.reduce(-.infinity) { max($0, $1.center + $1.radius) }, scale: 0)
    }
}
