/// `sqrt:n@b`: the "1 − sqrt" cooldown, η_j = a + (b − a)·√(j/n).
///
/// Source: Hägele et al. 2024, "Scaling Laws and Compute-Optimal Training Beyond Fixed Training
/// Durations", arXiv 2405.18392.
struct SquareRootShape: PlainShape {
    static let form = ScheduleForm(
        name: "sqrt", usage: "sqrt:n@b",
        meaning: "the 1 − sqrt cooldown: steep first, then flatter, to b in n steps",
        example: "warmup:100@3e-4,hold:700,sqrt:200@0")

    func learningRate(at offset: Int, in span: SegmentSpan) -> Double {
        guard offset < span.steps else { return span.to }
        let fraction = Double(offset) / Double(span.steps)
        return span.from + (span.to - span.from) * fraction.squareRoot()
    }

    func drop(at offset: Int, in span: SegmentSpan) -> Double {
        // √k − √(k−1) = 1/(√k + √(k−1)), which does not cancel.
        let roots = Double(offset).squareRoot() + Double(offset - 1).squareRoot()
        return (span.from - span.to) / (Double(span.steps).squareRoot() * roots)
    }

    func smoothSteps(after offset: Int, in span: SegmentSpan) -> Int {
        offset / SmoothBlock.distance
    }
}
