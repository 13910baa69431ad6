/// `rsqrt:n`: the inverse square root, η_j = a·√(w/(w + j)), w the steps before it (at least 1).
///
/// Source: Vaswani et al. 2017, "Attention Is All You Need", arXiv 1706.03762.
struct InverseSquareRootShape: PlainShape {
    static let form = ScheduleForm(
        name: "rsqrt", usage: "rsqrt:n",
        meaning: "falls as one over the square root of the step, for n steps",
        example: "warmup:100@3e-4,rsqrt:900")
    static let takesTarget = false

    func end(from rate: Double, firstStep: Int, steps: Int) -> Double {
        let before = Double(max(firstStep, 1))
        return rate * (before / (before + Double(steps))).squareRoot()
    }

    func learningRate(at offset: Int, in span: SegmentSpan) -> Double {
        end(from: span.from, firstStep: span.firstStep, steps: offset)
    }

    func drop(at offset: Int, in span: SegmentSpan) -> Double {
        // 1/√(x−1) − 1/√x = 1/(√(x−1)·√x·(√(x−1) + √x)), which does not cancel.
        let before = Double(max(span.firstStep, 1))
        let root = (before + Double(offset)).squareRoot()
        let previous = (before + Double(offset - 1)).squareRoot()
        return span.from * before.squareRoot() / (root * previous * (root + previous))
    }

    func smoothSteps(after offset: Int, in span: SegmentSpan) -> Int {
        (span.firstStep + offset) / SmoothBlock.distance
    }
}
