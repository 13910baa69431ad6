import Foundation

/// `polyP:n@b`: a power of what is left, η_j = b + (a − b)·(1 − j/n)^P with P from 0.001 to 1000.
struct PolynomialShape: SegmentShape {
    static let form = ScheduleForm(
        name: "polyP", usage: "polyP:n@b",
        meaning: "the P-th power of the fraction left (poly2, poly0.5), to b in n steps",
        example: "warmup:100@3e-4,poly2:900@0")

    static let parameter: ShapeParameter? = ShapeParameter(
        prefix: "poly", example: "1.5", symbol: "P", rule: .power)

    let power: Double

    var name: String { "poly\(NumberText.text(power))" }

    init?(name: String) {
        guard name.hasPrefix("poly"), let power = NumberText.value(name.dropFirst(4)),
            ScheduleLimits.powers.contains(power)
        else { return nil }
        self.power = power
    }

    init(power: Double) {
        self.power = power
    }

    func learningRate(at offset: Int, in span: SegmentSpan) -> Double {
        guard offset > 0 else { return span.from }
        let left = Double(span.steps - offset) / Double(span.steps)
        return span.to + (span.from - span.to) * raised(left)
    }

    func drop(at offset: Int, in span: SegmentSpan) -> Double {
        // x^P − (x − 1/n)^P = x^P·(1 − (1 − t)^P), where t = 1/(steps left).
        let left = Double(span.steps - offset + 1)
        let scale = (span.from - span.to) * raised(left / Double(span.steps))
        guard power != 2 else { return scale * (2 * left - 1) / (left * left) }
        guard left > 1_000 * max(power, 1) else {
            return -scale * (left > 1 ? expm1(power * log1p(-1 / left)) : -1)
        }
        // Far from the end seven terms of the binomial series are exact to the last digit:
        // the next is below (P·t)^7 ≤ 1e-21 of the first.
        let part = 1 / left
        var series = 0.0
        for order in stride(from: 7.0, through: 1, by: -1) {
            series = (power - order + 1) / order * part * (1 - series)
        }
        return scale * series
    }

    func smoothSteps(after offset: Int, in span: SegmentSpan) -> Int {
        // What is left after the block must be the distance: left − n ≥ 64·n·max(P, 1).
        let left = Double(span.steps - offset)
        return Int(left / (Double(SmoothBlock.distance) * max(power, 1) + 1))
    }

    /// The power of a fraction; below 1e-40, which no loss feels, it is 0, so that no rate is so
    /// small that a law's powers of it leave the doubles.
    private func raised(_ base: Double) -> Double {
        let value = power == 2 ? base * base : pow(base, power)
        return value < 1e-40 ? 0 : value
    }
}
