/// One test problem of Moré, Garbow and Hillstrom: residuals with known minima of Σ r².
///
/// Source: "Testing unconstrained optimization software", ACM TOMS 7 (1981),
/// doi:10.1145/355934.355936; numbers as there.
package struct MoreProblem: Sendable {
    package let number: Int
    package let name: String

    /// The standard start.
    package let start: [Double]

    /// Published values of Σ r² at minima, the global one first.
    package let minima: [Double]

    /// The residuals at a point.
    package let residuals: @Sendable ([Dual]) -> [Dual]

    init(
        _ number: Int, _ name: String, start: [Double], minima: [Double],
        residuals: @escaping @Sendable ([Dual]) -> [Dual]
    ) {
        self.number = number
        self.name = name
        self.start = start
        self.minima = minima
        self.residuals = residuals
    }

    /// All problems, in the paper's order.
    package static let all: [MoreProblem] = planar + spatial + larger + anySize
}
