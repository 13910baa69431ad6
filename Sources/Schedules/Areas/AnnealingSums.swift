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
    /// Summing the recurrence of m over the steps gives (1 − λ)·S2 = Σd − λ·m, and its derivative
    /// (1 − λ)·S2' = S2 − m − λ·m'. A running sum over many pieces drifts where these do not; each
    /// has its digits where its right side does not cancel, and is left alone elsewhere.
    mutating func settleAreas(totalDrop: Double, decay: Double) {
        func isSound(_ difference: Double, _ first: Double, _ second: Double) -> Bool {
            difference.magnitude > 0.5 * max(first.magnitude, second.magnitude)
        }
        let complement = 1 - decay
        let decayed = totalDrop - decay * momentum
        guard isSound(decayed, totalDrop, momentum) else { return }
        area = decayed / complement
        let slope = area - momentum - decay * momentumDerivative
        guard isSound(slope, area, momentumDerivative) else { return }
        areaDerivative = slope / complement
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

/// The effect of some steps in a row on the annealing sums, whatever those were before: an affine map.
///
/// A momentum m decays to Λ·m with Λ = λ^n and adds E·m to S2 on the way, E = Σ_{j=1..n} λ^j; the
/// drops of the steps add what they would from rest. Λ is held as 1 − Λ, which has digits where Λ is
/// close to 1.
struct AffineMap: Sendable {
    /// 1 − Λ.
    var decayComplement = 0.0
    /// ∂Λ/∂λ.
    var decaySlope = 0.0
    /// E.
    var gain = 0.0
    /// ∂E/∂λ.
    var gainSlope = 0.0
    /// The sums from rest.
    var rest = AnnealingSums()

    /// The sums after the steps.
    @inline(__always)
    func after(_ start: AnnealingSums) -> AnnealingSums {
        // m − u·m, not (1 − u)·m: the rounding of 1 − u would be the same in each of many blocks,
        // and add up where the decay is slow.
        var end = AnnealingSums()
        end.momentum = start.momentum + (rest.momentum - decayComplement * start.momentum)
        end.momentumDerivative =
            start.momentumDerivative
            + (decaySlope * start.momentum + rest.momentumDerivative
                - decayComplement * start.momentumDerivative)
        end.area = start.area + (gain * start.momentum + rest.area)
        end.areaDerivative =
            start.areaDerivative
            + (gain * start.momentumDerivative + gainSlope * start.momentum + rest.areaDerivative)
        return end
    }
}
