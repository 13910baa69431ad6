/// Drops of learning rate that form a geometric series: drop k (1, 2, …) is Re(first·ratio^(k−1)).
///
/// A straight line has ratio 1, an exponential a real ratio, a cosine a complex one of modulus 1.
struct GeometricDrops: Sendable, Equatable {
    /// The first drop, whose real part is what happens.
    let first: ComplexNumber

    /// 1 − ratio, not the ratio: near 1 only the difference still has digits.
    let ratioComplement: ComplexNumber

    /// No drop at all.
    static let flat = GeometricDrops(first: .zero, ratioComplement: .zero)

    /// Σ of the rates at the first `count` steps of a run that begins at `rate` and falls so.
    ///
    /// Σ_{j<n} η_j = n·a − Σ_{j<n} Σ_{k≤j} d_k. The double sum has terms of one sign, and the
    /// difference keeps at least the share of the mean rate in the first one.
    ///
    /// - Parameters:
    ///   - rate: the first rate, a.
    ///   - count: n.
    ///   - powers: the sums of this ratio's powers for n.
    /// - Returns: Σ_{j<n} η_j.
    func rateSum(from rate: Double, count: Int, powers: PowerSums) -> Double {
        rate * Double(count) - (first * powers.secondDifference).real
    }
}

/// x^n and its divided differences over (q, 1) and (q, 1, 1), by doubling: the sums behind S1.
///
/// x^n[q, 1] = Σ_{k<n} q^k and x^n[q, 1, 1] = Σ_{j<n} Σ_{k<j} q^k. See `DecayedPowerSums` for why
/// doubling keeps every digit.
struct PowerSums {
    /// Σ_{j<n} Σ_{k<j} q^k.
    private(set) var secondDifference = ComplexNumber.zero

    /// Σ_{k<n} q^k.
    private(set) var difference = ComplexNumber.one

    /// q^n.
    var ratio: ComplexNumber { complement.complement }

    private var complement: ComplexNumber

    init(ratioComplement single: ComplexNumber, steps: Int) {
        complement = single
        var count = 1.0
        let width = Int.bitWidth - steps.leadingZeroBitCount
        for bit in stride(from: width - 2, through: 0, by: -1) {
            let sum = complement.complement + 1
            secondDifference = secondDifference * sum + difference * count
            difference = difference * sum
            complement = complement * sum
            count *= 2
            if steps >> bit & 1 == 1 {
                secondDifference = secondDifference + difference
                difference = difference + complement.complement
                complement = complement + complement.complement * single
                count += 1
            }
        }
    }
}

/// The map by which n steps carry the annealing sums: divided differences of x^n over (q, λ, λ, 1).
///
/// With drops q^(k−1), k = 1 … n, from rest, h_k the complete homogeneous polynomial and
/// x^n[x_0 … x_r] = h_{n−r}(x_0 … x_r):
///
///     m_n = h_{n−1}(q, λ),      S2_n = h_{n−1}(q, λ, 1),
///     m'_n = h_{n−2}(q, λ, λ),  S2'_n = h_{n−2}(q, λ, λ, 1),
///
/// and what was there before decays by λ^n, n·λ^(n−1), h_{n−1}(λ, 1) and h_{n−2}(λ, λ, 1).
///
/// The textbook quotients, such as (q^n − λ^n)/(q − λ), cancel where q ≈ λ (an exponential in
/// resonance), where λ ≈ 1, and where n is small. These differences are instead the entries of
/// J^n, J the bidiagonal matrix with the nodes on its diagonal and 1 above, formed by squaring
/// and by single steps. For positive nodes every term is positive, so nothing cancels; for the
/// cosine's node on the unit circle the terms turn by less than π in all. Powers are kept as
/// complements u = 1 − x^n: u → u(2 − u) never amplifies the relative error of u, where squaring
/// x^n itself would double it twenty times for a million steps.
/// Reference: de Boor 2005, "Divided differences", arXiv math/0502036.
struct DecayedPowerSums {
    private var ratioComplement: ComplexNumber
    private var decayComplement: Double

    // Entries of J^n, named by their nodes: r the ratio q, d the decay λ, e the end node 1.
    private var rd = ComplexNumber.one
    private var dd = 1.0
    private var de = 1.0
    private var rdd = ComplexNumber.zero
    private var dde = 0.0
    private var rde = ComplexNumber.zero
    private var rdde = ComplexNumber.zero

    /// Prepares the sums for a number of steps.
    ///
    /// - Parameters:
    ///   - single: 1 − q of the drops.
    ///   - decay: λ, 0 … 1.
    ///   - steps: n, at least 1.
    init(ratioComplement single: ComplexNumber, decay: Double, steps: Int) {
        ratioComplement = single
        decayComplement = 1 - decay
        let width = Int.bitWidth - steps.leadingZeroBitCount
        for bit in stride(from: width - 2, through: 0, by: -1) {
            double()
            if steps >> bit & 1 == 1 {
                addOne(single: single, decay: decay)
            }
        }
    }

    /// J^n to J^2n.
    private mutating func double() {
        let decayed = 1 - decayComplement
        let ratio = ratioComplement.complement
        let ratioToDecay = ratio + decayed
        let ratioToEnd = ratio + 1
        rdde = rdde * ratioToEnd + rd * dde + rdd * de
        rdd = rdd * ratioToDecay + rd * dd
        rde = rde * ratioToEnd + rd * de
        dde = dde * (decayed + 1) + dd * de
        rd = rd * ratioToDecay
        dd *= 2 * decayed
        de *= decayed + 1
        ratioComplement = ratioComplement * ratioToEnd
        decayComplement *= decayed + 1
    }

    /// J^n to J^(n+1).
    private mutating func addOne(single: ComplexNumber, decay: Double) {
        let decayed = 1 - decayComplement
        let ratio = ratioComplement.complement
        rdde = rdde + rdd
        rdd = rdd * decay + rd
        rde = rde + rd
        dde += dd
        rd = rd * decay + ratio
        dd = dd * decay + decayed
        de += decayed
        ratioComplement = ratioComplement + ratio * single
        decayComplement += decayed * (1 - decay)
    }

    /// q^n.
    var ratio: ComplexNumber { ratioComplement.complement }

    /// The effect of n steps whose first drop is the given one.
    func map(first: ComplexNumber, decay: Double) -> AffineMap {
        var map = AffineMap()
        map.decayComplement = decayComplement
        map.decaySlope = dd
        map.gain = decay * de
        map.gainSlope = dd + dde
        map.rest.momentum = (first * rd).real
        map.rest.momentumDerivative = (first * rdd).real
        map.rest.area = (first * (rd + rde)).real
        map.rest.areaDerivative = (first * (rdd + rdde)).real
        return map
    }
}

/// A complex number, with just the arithmetic that geometric sums need.
struct ComplexNumber: Sendable, Equatable {
    var real: Double
    var imaginary: Double

    static let zero = ComplexNumber(0)
    static let one = ComplexNumber(1)

    init(_ real: Double, _ imaginary: Double = 0) {
        self.real = real
        self.imaginary = imaginary
    }

    static func + (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
        ComplexNumber(left.real + right.real, left.imaginary + right.imaginary)
    }

    static func + (left: ComplexNumber, right: Double) -> ComplexNumber {
        ComplexNumber(left.real + right, left.imaginary)
    }

    static func * (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
        ComplexNumber(
            left.real * right.real - left.imaginary * right.imaginary,
            left.real * right.imaginary + left.imaginary * right.real)
    }

    static func * (left: ComplexNumber, right: Double) -> ComplexNumber {
        ComplexNumber(left.real * right, left.imaginary * right)
    }

    /// 1 less the number: the way from a power to its complement and back.
    var complement: ComplexNumber {
        ComplexNumber(1 - real, -imaginary)
    }
}
