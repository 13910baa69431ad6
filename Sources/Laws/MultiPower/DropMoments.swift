import Foundation

/// Stretches of drops seen from afar, through their moments.
///
/// With v = P(t) − q, a drop's term is f = Q·v^−β. About a centre c, with R = P(t) − c and
/// q = c + r·z, |z| ≤ 1, v^−β = R^−β·(1 − z·r/R)^−β is a power series in r/R, and the coefficients
/// of the stretch's sum are bₘ·Σ Q·zᵐ.
struct DropMoments {
    /// Where the drops of each stretch lie, from where the stretch's list begins.
    private(set) var nodes: [DropNode] = []
    /// For each node and power m: Σ of zᵐ times Q, Q·log η, Q·E and Q·E·log η.
    private var moments: [SIMD4<Double>] = []
    /// For each node and power m: the coefficients of the four sums of `DropTree`.
    private var expansions: [SIMD4<Double>] = []

    /// Makes room for some more nodes.
    mutating func add(nodes count: Int) -> Range<Int> {
        let first = nodes.count
        nodes.append(contentsOf: repeatElement(DropNode(), count: count))
        moments.append(contentsOf: repeatElement(.zero, count: count * DropSeries.terms))
        return first..<nodes.count
    }

    /// Takes the moments of a leaf from its drops.
    mutating func gather(
        _ node: Int, _ range: Range<Int>, of list: DropList, _ kernel: DropKernel
    ) {
        let place = kernel.node(over: range, of: list)
        nodes[node] = place
        let inverse = 1 / place.radius
        let start = node * DropSeries.terms
        withUnsafeTemporaryAllocation(of: Charges.self, capacity: range.count) { charges in
            for (slot, index) in zip(charges.indices, range) {
                let (size, rate) = (kernel.sizes[index], kernel.logRates[index])
                let scaled = size * kernel.scales[index]
                let q = list.areasBefore[index] - kernel.scales[index]
                charges[slot] = Charges(
                    size: size, rate: size * rate, scaled: scaled, scaledRate: scaled * rate,
                    position: (q - place.center) * inverse)
            }
            moments.withUnsafeMutableBufferPointer { moments in
                for term in 0..<DropSeries.terms {
                    var sum = Charges.zero
                    for slot in charges.indices { sum.takePower(from: &charges[slot]) }
                    moments[start + term] = SIMD4(
                        sum.size.sum(), sum.rate.sum(), sum.scaled.sum(), sum.scaledRate.sum())
                }
            }
        }
    }

    /// What four drops add to the moments of the next power.
    private struct Charges {
        var size, rate, scaled, scaledRate, position: SIMD4<Double>

        static let zero = Charges(
            size: .zero, rate: .zero, scaled: .zero, scaledRate: .zero, position: .zero)

        @inline(__always)
        mutating func takePower(from drops: inout Charges) {
            size += drops.size
            rate += drops.rate
            scaled += drops.scaled
            scaledRate += drops.scaledRate
            drops.size *= drops.position
            drops.rate *= drops.position
            drops.scaled *= drops.position
            drops.scaledRate *= drops.position
        }
    }

    /// Makes a node from its children, each moved some way, with moments from theirs.
    ///
    /// A child's z is a·z' + s about the parent's centre: Horner's scheme over the child's moments,
    /// which raises the power by one in each round.
    mutating func merge(_ children: [(node: Int, shift: Double)], into node: Int) {
        let terms = DropSeries.terms
        let parent = DropNode(holding: children, among: nodes)
        nodes[node] = parent
        moments.withUnsafeMutableBufferPointer { moments in
            let target = node * terms
            for term in 0..<terms { moments[target + term] = .zero }
            withUnsafeTemporaryAllocation(of: SIMD4<Double>.self, capacity: terms) { row in
                for (child, move) in children {
                    let ratio = nodes[child].radius / parent.radius
                    let shift = (nodes[child].center + move - parent.center) / parent.radius
                    for term in 0..<terms { row[term] = moments[child * terms + term] }
                    for term in 0..<terms {
                        moments[target + term] += row[0]
                        for inner in 0..<(terms - term - 1) {
                            row[inner] = row[inner] * shift + row[inner + 1] * ratio
                        }
                    }
                }
            }
        }
    }

    /// Multiplies the series' coefficients into the moments of every node.
    ///
    /// With κ = r/R: f has bₘ·M(Q), its derivative in β also ∂bₘ/∂β·M(Q), and Q·E·v^−β−1 adds
    /// the coefficient of β + 1 one power up, because 1/R = κ/r.
    mutating func expand(_ shape: DropShape, _ series: DropSeries) {
        let terms = DropSeries.terms
        let (logC, gamma) = (log(shape.rate), shape.rateExponent)
        if expansions.count < moments.count {
            expansions = Array(repeating: .zero, count: moments.count)
        }
        expansions.withUnsafeMutableBufferPointer { expansions in
            for node in nodes.indices {
                let inverse = 1 / nodes[node].radius
                var before = SIMD4<Double>.zero
                for term in 0..<terms {
                    let moment = moments[node * terms + term]
                    let b = series.coefficients[term]
                    let next = term > 0 ? series.nextCoefficients[term - 1] * inverse : 0
                    let logScaled = moment.y * gamma - moment.x * logC
                    expansions[node * terms + term] = SIMD4(
                        b * moment.x, b * logScaled + series.slopes[term] * moment.x,
                        b * moment.x - next * before.z, b * moment.y - next * before.w)
                    before = moment
                }
            }
        }
    }

    /// The four sums of `DropTree` over a node's drops, where the series reaches the point.
    ///
    /// - Parameters:
    ///   - node: The node's number.
    ///   - area: The forward area at the point, from where the node's list begins.
    ///   - series: That of the last expansion.
    /// - Returns: Σ f and its companions; nil where the point is too near.
    func sum(_ node: Int, at area: Double, _ series: DropSeries) -> SIMD4<Double>? {
        let place = nodes[node]
        let distance = area - place.center
        guard place.radius <= series.reach * distance else { return nil }
        let logDistance = log(distance)
        let ratio = place.radius / distance
        let square = ratio * ratio
        var even = SIMD4<Double>.zero
        var odd = SIMD4<Double>.zero
        expansions.withUnsafeBufferPointer { expansions in
            let start = node * DropSeries.terms
            for term in stride(from: DropSeries.terms - 2, through: 0, by: -2) {
                even = even * square + expansions[start + term]
                odd = odd * square + expansions[start + term + 1]
            }
        }
        var sums = even + odd * ratio
        sums.y -= logDistance * sums.x
        return sums * exp(-series.exponent * logDistance)
    }
}
