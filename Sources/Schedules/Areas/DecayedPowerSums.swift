/// How n steps carry the annealing sums: divided differences of x^n over (q, λ, λ, 1).
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

    /// What n steps do whose first drop is the given one.
    func passage(first: ComplexNumber, decay: Double) -> AnnealingPassage {
        var passage = AnnealingPassage()
        passage.decayComplement = decayComplement
        passage.decaySlope = dd
        passage.gain = decay * de
        passage.gainSlope = dd + dde
        passage.rest.momentum = (first * rd).real
        passage.rest.momentumDerivative = (first * rdd).real
        passage.rest.area = (first * (rd + rde)).real
        passage.rest.areaDerivative = (first * (rdd + rdde)).real
        return passage
    }
}
