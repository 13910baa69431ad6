import Foundation

/// `cosine:n@b`: half a cosine wave, η_j = b + (a − b)·(1 + cos(πj/n))/2.
///
/// Source: Loshchilov and Hutter 2017, "SGDR", arXiv 1608.03983.
struct CosineShape: PlainShape {
    static let form = ScheduleForm(
        name: "cosine", usage: "cosine:n@b", meaning: "half a cosine wave to b in n steps",
        example: "warmup:100@3e-4,cosine:900@3e-5")

    func learningRate(at offset: Int, in span: SegmentSpan) -> Double {
        // (1 + cos 2x)/2 = cos²x, written as a sine from the nearer end: exact at both ends, and
        // no digit is lost where the wave is flat.
        let left = span.steps - offset
        let wave = sin(angle(span) * Double(min(offset, left)))
        return offset < left
            ? span.from + (span.to - span.from) * wave * wave
            : span.to + (span.from - span.to) * wave * wave
    }

    func drop(at offset: Int, in span: SegmentSpan) -> Double {
        // (cos 2x(k−1) − cos 2xk)/2 = sin x · sin x(2k−1).
        let half = angle(span)
        return (span.from - span.to) * sin(half) * sin(half * Double(2 * offset - 1))
    }

    func geometricDrops(from offset: Int, in span: SegmentSpan) -> GeometricDrops? {
        // sin x(2k−1) = Re(−i·e^{ix(2k−1)}): the ratio is e^{2ix}, and 1 − e^{2ix} is
        // 2 sin²x − i sin 2x without cancellation.
        let half = angle(span)
        let scale = (span.from - span.to) * sin(half)
        let phase = half * Double(2 * offset + 1)
        return GeometricDrops(
            first: ComplexNumber(scale * sin(phase), -scale * cos(phase)),
            ratioComplement: ComplexNumber(2 * sin(half) * sin(half), -sin(2 * half)))
    }

    /// Half the wave's angle for a step, x = π/(2n).
    private func angle(_ span: SegmentSpan) -> Double {
        Double.pi / (2 * Double(span.steps))
    }
}
