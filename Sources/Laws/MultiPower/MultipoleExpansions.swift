import Foundation

/// The far fields of stretches of drops, the nodes of a `Treecode`, through their moments.
///
/// With v = P(t) − q, a drop's term is f = Q·v^−β. About a centre c, with R = P(t) − c and
/// q = c + r·z, |z| ≤ 1, v^−β = R^−β·(1 − z·r/R)^−β is a power series in r/R, and the coefficients
/// of the stretch's sum are bₘ·Σ Q·zᵐ.
struct MultipoleExpansions {
    private var nodes: [TreecodeNode]
    /// For each node and power m: Σ of zᵐ times Q, Q·log η, Q·E and Q·E·log η.
    private var moments: [SIMD4<Double>]
    /// For each node and power m: the coefficients of the four sums of `Treecode`.
    private var expansions: [SIMD4<Double>]

    init(nodes count: Int) {
        nodes = Array(repeating: TreecodeNode(), count: count)
        moments = Array(repeating: .zero, count: count * BinomialSeries.terms)
        expansions = moments
    }

    /// Takes the moments of a leaf from its drops.
    mutating func gather(
        _ node: Int, _ range: Range<Int>, of list: RateDropList, _ kernel: RateDropKernel
    ) {
        let place = kernel.node(over: range, of: list)
        nodes[node] = place
        let inverse = 1 / place.radius
        let start = node * BinomialSeries.terms
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
                for term in 0..<BinomialSeries.terms {
                    var sum = Charges.zero
                    for slot in charges.indices { sum.takePower(from: &charges[slot]) }
                    moments[start + term] = SIMD4(
                        sum.size.sum(), sum.rate.sum(), sum.scaled.sum(), sum.scaledRate.sum())
                }
            }
        }
    }

    /// The amounts that four drops add to the moments of the next power.
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

    /// Makes a node from its children, with moments from theirs.
    ///
    /// A child's z is a·z' + s about the parent's centre: Horner's scheme over the child's moments,
    /// which raises the power by one in each round.
    mutating func merge(_ children: Range<Int>, into node: Int) {
        let terms = BinomialSeries.terms
        let parent = TreecodeNode(holding: nodes[children])
        nodes[node] = parent
        moments.withUnsafeMutableBufferPointer { moments in
            let target = node * terms
            for term in 0..<terms { moments[target + term] = .zero }
            withUnsafeTemporaryAllocation(of: SIMD4<Double>.self, capacity: terms) { row in
                for child in children {
                    let ratio = nodes[child].radius / parent.radius
                    let shift = (nodes[child].center - parent.center) / parent.radius
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
    mutating func expand(_ shape: RateDropShape, _ series: BinomialSeries) {
        let terms = BinomialSeries.terms
        let (logC, gamma) = (log(shape.rate), shape.rateExponent)
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

    /// The four sums of `Treecode` over a node's drops, where the series reaches the point.
    ///
    /// - Parameters:
    ///   - node: The node's number.
    ///   - area: The forward area at the point.
    ///   - series: That of the last expansion.
    /// - Returns: Σ f and its companions; nil where the point is too near, or where the powers of
    ///   very small distances leave the doubles.
    func sum(_ node: Int, at area: Double, _ series: BinomialSeries) -> SIMD4<Double>? {
        let place = nodes[node]
        let distance = area - place.center
        guard place.radius <= series.reach * distance else { return nil }
        let logDistance = log(distance)
        let ratio = place.radius / distance
        let square = ratio * ratio
        var even = SIMD4<Double>.zero
        var odd = SIMD4<Double>.zero
        expansions.withUnsafeBufferPointer { expansions in
            let start = node * BinomialSeries.terms
            for term in stride(from: BinomialSeries.terms - 2, through: 0, by: -2) {
                even = even * square + expansions[start + term]
                odd = odd * square + expansions[start + term + 1]
            }
        }
        var sums = even + odd * ratio
        sums.y -= logDistance * sums.x
        sums *= exp(-series.exponent * logDistance)
        return sums.sum().isFinite ? sums : nil
    }
}

/// The interval in which the q = P(k − 1) − E of a stretch of drops lie.
struct TreecodeNode {
    var center = 0.0
    /// Bounded below by a small fraction of E to avoid division by zero.
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

    /// The least node that holds others.
    init(holding children: ArraySlice<TreecodeNode>) {
        var (lowest, highest) = (Double.infinity, -Double.infinity)
        for child in children {
            lowest = min(lowest, child.center - child.radius)
            highest = max(highest, child.center + child.radius)
        }
        self.init(lowest: lowest, highest: highest, scale: 0)
    }
}

/// The coefficients of (1 − x)^−β and of its derivatives, for one evaluation.
///
/// (1 − x)^−β = Σ bₘ·xᵐ with bₘ = β(β + 1)…(β + m − 1)/m!, all above 0 for β > 0.
struct BinomialSeries: Sendable {
    static let terms = 18

    let exponent: Double
    /// bₘ.
    private(set) var coefficients = [1.0]
    /// ∂bₘ/∂β.
    private(set) var slopes = [0.0]
    /// The bₘ of β + 1.
    private(set) var nextCoefficients = [1.0]
    /// The greatest x at which the terms left out are below about 1e-11.
    private(set) var reach = 0.0

    init(exponent: Double) {
        self.exponent = exponent
        for term in 0..<Self.terms {
            let order = Double(term)
            let coefficient = coefficients[term]
            coefficients.append(coefficient * (exponent + order) / (order + 1))
            slopes.append((slopes[term] * (exponent + order) + coefficient) / (order + 1))
            nextCoefficients.append(
                nextCoefficients[term] * (exponent + 1 + order) / (order + 1))
        }
        // They are a geometric series at worst, little more than its first member b_p·x^p.
        reach = min(0.5, exp(log(1e-11 / coefficients[Self.terms]) / Double(Self.terms)))
    }
}
