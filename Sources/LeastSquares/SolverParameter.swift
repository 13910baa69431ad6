/// One parameter as the solver sees it: its start, and its bounds.
package struct SolverParameter: Equatable, Sendable {
    /// The start of the search; moved to the nearer bound when it lies outside.
    package var initialValue: Double

    /// The least value allowed; −∞ for none.
    package var lower: Double

    /// The greatest value allowed; +∞ for none.
    package var upper: Double

    /// True for a parameter that keeps its initial value.
    package var isFixed: Bool

    /// Describes one parameter; bounds out of order are a programmer's error.
    ///
    /// - Parameters:
    ///   - initialValue: The start of the search.
    ///   - lower: The least value allowed.
    ///   - upper: The greatest value allowed.
    ///   - isFixed: True to keep the initial value.
    package init(
        _ initialValue: Double, lower: Double = -.infinity, upper: Double = .infinity,
        isFixed: Bool = false
    ) {
        precondition(lower <= upper, "lower = \(lower) must be <= upper = \(upper)")
        self.initialValue = initialValue
        self.lower = lower
        self.upper = upper
        self.isFixed = isFixed
    }

    /// The initial value, moved inside the bounds.
    var start: Double { isFixed ? initialValue : clamp(initialValue) }

    /// The nearest allowed value; NaN stays NaN, so that it is noticed.
    func clamp(_ value: Double) -> Double {
        if value < lower { return lower }
        return value > upper ? upper : value
    }
}
