import Foundation

/// The Gauss rule of a sum over 0, 1, …, n − 1: a few weighted places that stand for all of them.
///
/// Σ_{j<n} f(j) = Σᵢ wᵢ·f(xᵢ) exactly for polynomials f of degree 2p − 1, p the number of places;
/// the xᵢ lie between whole numbers and the wᵢ are positive. For f analytic inside the ellipse
/// around the grid with foci at its ends and semi-axes (ρ ± 1/ρ)/2 in half-lengths, the error falls
/// as ρ^−2p.
///
/// The xᵢ are the zeros of the Gram (discrete Chebyshev) polynomial of degree p. Source: Gautschi
/// 2004, "Orthogonal Polynomials: Computation and Approximation", section 1.5.
struct GridQuadrature: Sendable {
    static let places = 6
    /// A shorter grid is summed as it is.
    static let shortestGrid = 9

    /// xᵢ, rising, within 0 … n − 1.
    let offsets: [Double]
    let weights: [Double]

    /// - Parameter count: n, at least `shortestGrid`.
    init(count: Int) {
        let size = Double(count)
        let gram = GramPolynomials(size: size)
        var offsets: [Double] = []
        var weights: [Double] = []
        for index in 0..<Self.places {
            // Legendre's zeros, which Gram's approach as the grid grows.
            let angle = Double.pi * (Double(index) + 0.75) / (Double(Self.places) + 0.5)
            var zero = -0.5 * size * cos(angle)
            for _ in 0..<50 {
                let value = gram.evaluate(at: zero)
                // Dividing the zeros found so far out keeps Newton from finding them again.
                let found = offsets.reduce(0) { $0 + 1 / (zero - $1) }
                let step = value.last / (value.slope - found * value.last)
                zero -= step
                if step.magnitude <= 1e-15 * size { break }
            }
            let value = gram.evaluate(at: zero)
            offsets.append(zero)
            weights.append(gram.norm / (value.slope * value.previous))
        }
        self.offsets = offsets.map { $0 + 0.5 * (size - 1) }
        self.weights = weights
    }
}

/// The monic polynomials that are orthogonal over a grid of n points, about its middle.
private struct GramPolynomials {
    /// bₖ of π_{k+1} = x·πₖ − bₖ·π_{k−1}.
    private let coefficients: [Double]
    /// Σ over the grid of π_{p−1}².
    let norm: Double

    init(size: Double) {
        coefficients = (0..<GridQuadrature.places).map { order in
            let square = Double(order * order)
            return square * (size * size - square) / (4 * (4 * square - 1))
        }
        norm = coefficients.dropFirst().reduce(size, *)
    }

    /// π_p, π_{p−1} and the slope of π_p at a place.
    func evaluate(at place: Double) -> (last: Double, previous: Double, slope: Double) {
        var (last, previous) = (1.0, 0.0)
        var (slope, previousSlope) = (0.0, 0.0)
        for coefficient in coefficients {
            (slope, previousSlope) = (
                last + place * slope - coefficient * previousSlope, slope
            )
            (last, previous) = (place * last - coefficient * previous, last)
        }
        return (last, previous, slope)
    }
}
