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
