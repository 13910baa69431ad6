/// The running sums behind S2 at one step, with their derivatives by the decay λ.
///
/// m_i = λ·m_{i−1} + (η_{i−1} − η_i) and S2(s) = S2(s−1) + m_s (arXiv 2408.11029); deriving both
/// by λ gives m'_i = λ·m'_{i−1} + m_{i−1} and S2'(s) = S2'(s−1) + m'_s.
struct AnnealingSums: Sendable, Equatable {
    /// The decayed sum of drops (m).
    var momentum = 0.0
    /// ∂m/∂λ.
    var momentumDerivative = 0.0
    /// S2.
    var area = 0.0
    /// ∂S2/∂λ.
    var areaDerivative = 0.0

    init() {}

    /// One more step with the given drop of rate.
    mutating func step(drop: Double, decay: Double) {
        momentumDerivative = decay * momentumDerivative + momentum
        momentum = decay * momentum + drop
        area += momentum
        areaDerivative += momentumDerivative
    }

    /// A further drop at the step last made: a jump between two segments.
    mutating func jump(by drop: Double) {
        momentum += drop
        area += drop
    }

    /// The areas from the momentum, given the sum of all drops since rest, which is exact.
    ///
    /// Summing the recurrence of m over the steps gives (1 − λ)·S2 = Σd − λ·m. A running sum over many
    /// pieces drifts where this does not; it has the digits once the drops that do not cancel in Σd
    /// are older than 1/(1 − λ) steps.
    mutating func settleAreas(totalDrop: Double, decay: Double) {
        let complement = 1 - decay
        area = (totalDrop - decay * momentum) / complement
        areaDerivative = (area - momentum - decay * momentumDerivative) / complement
    }

    /// The momentum from the areas, by the same equation.
    ///
    /// One that hardly decays keeps every rounding, and S2 sums it over all further steps.
    mutating func settleMomentum(totalDrop: Double, decay: Double) {
        let complement = 1 - decay
        momentum = (totalDrop - complement * area) / decay
        momentumDerivative = (area - momentum - complement * areaDerivative) / decay
    }

    var withoutAreas: AnnealingSums {
        var copy = self
        copy.area = 0
        copy.areaDerivative = 0
        return copy
    }

    /// Takes over the momentum of a later block and adds its areas.
    mutating func append(_ later: AnnealingSums) {
        momentum = later.momentum
        momentumDerivative = later.momentumDerivative
        area += later.area
        areaDerivative += later.areaDerivative
    }
}
