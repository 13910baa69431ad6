import Foundation

/// A run of steps along which the learning rate is a smooth function, known between steps as well.
///
/// Rate, drop and area are interpolated through steps that lie close to Chebyshev points, by the
/// barycentric formula (Berrut and Trefethen 2004, doi:10.1137/S0036144502417715). Up to 20 nodes,
/// and no more than 2√n: beyond that the whole numbers leave too few places near the ends, and the
/// interpolation loses its stability.
struct ChebyshevPanel {
    /// A run of fewer steps of a curve is taken step by step.
    static let fewestSteps = 40

    /// The most places at which a panel is known.
    static let places = 20

    /// The same on a straight line, where the area is a parabola.
    static let placesOnLine = 3

    /// The values at a place between steps: η, η_{k−1} − η_k, and Σ_{τ<k} η_τ.
    struct Values {
        var rate: Double
        var drop: Double
        var areaBefore: Double
    }

    /// The range of steps over which a panel of some length is known.
    struct Grid {
        /// As close to Chebyshev points as whole numbers can be.
        let offsets: [Int]
        /// The barycentric weights of those places.
        let weights: [Double]

        /// - Parameters:
        ///   - length: Steps of the panel.
        ///   - places: How many places there are at most.
        init(length: Int, places: Int = ChebyshevPanel.places) {
            let last = Double(length - 1)
            let count = min(places, Int(2 * Double(length).squareRoot()))
            let offsets = (0..<count).map { index in
                let angle = Double.pi * Double(index) / Double(count - 1)
                return Int((0.5 * last * (1 - cos(angle))).rounded())
            }
            // In quarters of the length, so that the products stay near 1.
            let scale = 4 / last
            weights = offsets.indices.map { index in
                let product = offsets.indices.reduce(1.0) { product, other in
                    let distance = Double(offsets[index] - offsets[other])
                    return other == index ? product : product * (scale * distance)
                }
                return 1 / product
            }
            self.offsets = offsets
        }
    }

    /// Steps whose drops the panel describes.
    let steps: Range<Int>
    private let weights: [Double]
    private let nodes: [Double]
    private let values: [Values]

    /// - Parameters:
    ///   - steps: Within one smooth piece, the first not its first.
    ///   - grid: The grid of that length.
    ///   - values: Those at the steps of the grid.
    init(_ steps: Range<Int>, _ grid: Grid, _ values: [Values]) {
        self.steps = steps
        self.values = values
        weights = grid.weights
        nodes = grid.offsets.map { Double(steps.lowerBound + $0) }
    }

    /// The values at a place, a whole step or between two.
    func values(at place: Double) -> Values {
        var (rate, drop, area, sum) = (0.0, 0.0, 0.0, 0.0)
        for index in nodes.indices {
            let distance = place - nodes[index]
            guard distance != 0 else { return values[index] }
            let weight = weights[index] / distance
            sum += weight
            rate += weight * values[index].rate
            drop += weight * values[index].drop
            area += weight * values[index].areaBefore
        }
        return Values(rate: rate / sum, drop: drop / sum, areaBefore: area / sum)
    }
}
