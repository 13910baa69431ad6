/// The damping μ of Levenberg–Marquardt, which turns a step from Gauss–Newton's to the gradient's.
///
/// μ multiplies the squared column scales, so it has no unit: 1 doubles the diagonal of the normal
/// matrix. A pure value: outcomes of trial steps go in, the next μ comes out.
///
/// Source: Nielsen, "Damping parameter in Marquardt's method", IMM-REP-1999-05 (DTU), for the
/// growth that doubles with each rejection in a row and the smooth reduction in between.
package struct Damping: Equatable, Sendable {
    /// Above this μ a step is shorter than the parameters' last digits.
    static let largest = 1e32

    /// Below this μ damping no longer changes a step.
    static let smallest = 1e-20

    /// The current μ.
    package private(set) var value: Double

    private var growth = 2.0

    /// Starts at the given μ.
    package init(_ value: Double) {
        self.value = max(value, Self.smallest)
    }

    /// True once rejections have raised μ beyond use.
    package var isExhausted: Bool { value > Self.largest }

    /// Lowers μ after a step that lowered the cost.
    ///
    /// - Parameter gain: Actual over predicted reduction of the cost; 1 for a perfect model.
    package mutating func accept(gain: Double) {
        // A cubic through gain ½ ↦ factor 1: a poor step raises μ a little, a good one cuts it.
        let excess = 2 * min(gain, 1) - 1
        value *= max(0.05, 1 - excess * excess * excess)
        value = max(value, Self.smallest)
        growth = 2
    }

    /// Raises μ after a step that was refused or did not lower the cost, faster with each rejection
    /// in a row.
    ///
    /// - Parameter excess: Length of the step over that of one to be trusted, if known and finite. Its
    ///   length falls about as 1/√μ while μ passes the directions one by one, so that μ grows by the
    ///   square; for that reason no further than to 1, where it has passed them all.
    package mutating func reject(excess: Double = 1) {
        let jump = excess.isFinite ? excess * excess : 1
        value = max(value * growth, min(value * jump, 1))
        growth *= 2
    }
}
