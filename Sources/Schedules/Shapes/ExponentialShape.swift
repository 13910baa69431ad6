import Foundation

/// `exp:n@b`: a geometric line, η_j = a^(1−j/n)·b^(j/n) with a, b > 0.
struct ExponentialShape: PlainShape {
    static let form = ScheduleForm(
        name: "exp", usage: "exp:n@b",
        meaning: "the same factor at each step, to b in n steps; both rates above 0",
        example: "warmup:100@3e-4,exp:900@3e-5")
    static let needsPositiveRates = true

    func learningRate(at offset: Int, in span: SegmentSpan) -> Double {
        guard offset < span.steps else { return span.to }
        return span.from * exp(logRatio(span) * Double(offset))
    }

    func drop(at offset: Int, in span: SegmentSpan) -> Double {
        -learningRate(at: offset - 1, in: span) * expm1(logRatio(span))
    }

    func geometricDrops(from offset: Int, in span: SegmentSpan) -> GeometricDrops? {
        let complement = -expm1(logRatio(span))
        return GeometricDrops(
            first: ComplexNumber(learningRate(at: offset, in: span) * complement),
            ratioComplement: ComplexNumber(complement))
    }

    /// The logarithm of the factor of one step, log(b/a)/n.
    private func logRatio(_ span: SegmentSpan) -> Double {
        // For close rates log(b/a) would lose the digits that b − a still has.
        let relative = (span.to - span.from) / span.from
        let whole = relative.magnitude < 0.5 ? log1p(relative) : log(span.to) - log(span.from)
        return whole / Double(span.steps)
    }
}
