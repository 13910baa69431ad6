/// The form of a segment between its two rates: a formula for the rate at each step.
///
/// To add one, copy `SquareRootShape.swift`, write its formula and its `form`, and add one line to
/// `ScheduleCatalog.shapes`; the conformance suite then checks it. Only `form`, `name`,
/// `init(name:)` and `learningRate(at:in:)` must be written.
///
/// - `drop(at:in:)` is worth writing where subtracting two close rates loses digits.
/// - `geometricDrops(from:in:)` is worth writing where drops are a geometric series (real or
///   complex): both areas and the derivative then cost O(log n) for a point instead of O(n).
/// - `isSmooth(after:in:)` is worth writing for any other: sixty-four steps then cost eight.
protocol SegmentShape: Sendable {
    /// Usage, meaning and an example for `isoloss schedules` and the documentation.
    static var form: ScheduleForm { get }

    /// Whether the segment is written with a target, `@b`.
    static var takesTarget: Bool { get }

    /// Recognises the shape by its name in the language; nil for another's name.
    init?(name: String)

    /// The name in the language, parameters included (`poly2`): equal names are equal shapes.
    var name: String { get }

    /// The rate at which a shape without a target ends, from its first rate.
    func end(from rate: Double, firstStep: Int, steps: Int) -> Double

    /// What forbids the shape on this span, or nil.
    func fault(in span: SegmentSpan) -> ScheduleError.Kind?

    /// The learning rate at offset 0 … n; at n the rate at which the segment ends.
    func learningRate(at offset: Int, in span: SegmentSpan) -> Double

    /// The drop onto offset 1 … n: rate at `offset − 1` less rate at `offset`.
    func drop(at offset: Int, in span: SegmentSpan) -> Double

    /// The drops onto `offset + 1`, `offset + 2`, … as a geometric series, where they are one.
    func geometricDrops(from offset: Int, in span: SegmentSpan) -> GeometricDrops?

    /// Whether the 64 steps after an offset can be taken at once; see `SmoothBlock`.
    func isSmooth(after offset: Int, in span: SegmentSpan) -> Bool

    /// Σ of the rates at offsets from ..< to, step by step.
    func rateSum(from start: Int, to end: Int, in span: SegmentSpan) -> Double

    /// Carries the annealing sums from offset `start` to offset `end`, step by step.
    func accumulate(
        _ sums: inout AnnealingSums, from start: Int, to end: Int, in span: SegmentSpan,
        kernel: inout AnnealingKernel)

    /// Writes the rates at offsets 0 ..< count.
    func write(_ count: Int, in span: SegmentSpan, into rates: inout [Double])
}

extension SegmentShape {
    static var takesTarget: Bool { true }

    func end(from rate: Double, firstStep: Int, steps: Int) -> Double { rate }

    func fault(in span: SegmentSpan) -> ScheduleError.Kind? { nil }

    func drop(at offset: Int, in span: SegmentSpan) -> Double {
        learningRate(at: offset - 1, in: span) - learningRate(at: offset, in: span)
    }

    func geometricDrops(from offset: Int, in span: SegmentSpan) -> GeometricDrops? { nil }

    func isSmooth(after offset: Int, in span: SegmentSpan) -> Bool { false }

    func rateSum(from start: Int, to end: Int, in span: SegmentSpan) -> Double {
        var total = CompensatedSum()
        var offset = start
        while offset < end {
            if end - offset >= SmoothBlock.steps, isSmooth(after: offset, in: span) {
                let samples = SmoothBlock.samples { learningRate(at: offset + $0 - 1, in: span) }
                total.add((SmoothBlock.sumWeights * samples).sum())
                offset += SmoothBlock.steps
                continue
            }
            var sum = 0.0
            for step in offset..<min(offset + SmoothBlock.steps, end) {
                sum += learningRate(at: step, in: span)
            }
            total.add(sum)
            offset += SmoothBlock.steps
        }
        return total.value
    }

    func accumulate(
        _ sums: inout AnnealingSums, from start: Int, to end: Int, in span: SegmentSpan,
        kernel: inout AnnealingKernel
    ) {
        var offset = start
        while offset < end {
            if end - offset >= SmoothBlock.steps, isSmooth(after: offset, in: span) {
                let samples = SmoothBlock.samples { drop(at: offset + $0, in: span) }
                kernel.carry(&sums, samples: samples)
                offset += SmoothBlock.steps
                continue
            }
            // Areas of a block are summed apart: adding each small term to the long total would
            // round it to the total's last digit, a million times over.
            var local = sums.withoutAreas
            for step in offset..<min(offset + SmoothBlock.steps, end) {
                local.step(drop: drop(at: step + 1, in: span), decay: kernel.decay)
            }
            sums.append(local)
            offset += SmoothBlock.steps
        }
    }

    func write(_ count: Int, in span: SegmentSpan, into rates: inout [Double]) {
        for offset in 0..<count {
            rates.append(learningRate(at: offset, in: span))
        }
    }
}
