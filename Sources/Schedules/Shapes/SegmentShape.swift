/// The form of a segment between its two rates: a formula for the rate at each step.
///
/// To add one, copy `SquareRootShape.swift`, write its formula and its `form`, and add one line to
/// `ScheduleCatalog.shapes`; the conformance suite then checks it. Only `form` and
/// `learningRate(at:in:)` must be written of a `PlainShape`, which has one name.
///
/// Rates must rise or fall throughout, without kinks between the ends: the highest rate of a part is
/// looked for at its ends, and sums over many steps are taken by rules for smooth functions.
///
/// - `drop(at:in:)` is worth writing where subtracting two close rates loses digits.
/// - `geometricDrops(from:in:)` is worth writing where drops are a geometric series (real or
///   complex): both areas and the derivative then cost O(log n) for a point instead of O(n).
/// - `smoothSteps(after:in:)` is worth writing for any other: up to a thousand steps then cost eight.
protocol SegmentShape: Sendable {
    /// Usage, meaning and an example for `isoloss schedules` and the documentation.
    static var form: ScheduleForm { get }

    /// True when the segment is written with a target, `@b`.
    static var takesTarget: Bool { get }

    /// True when the formula needs rates above 0 at both ends.
    static var needsPositiveRates: Bool { get }

    /// The number that follows the word in the name, as the 2 of `poly2`; nil for most shapes.
    static var parameter: ShapeParameter? { get }

    /// Recognises the shape by its name in the language; nil for another's name.
    init?(name: String)

    /// The name in the language, parameters included (`poly2`): equal names are equal shapes.
    var name: String { get }

    /// The rate at which a shape without a target ends, from its first rate.
    func end(from rate: Double, firstStep: Int, steps: Int) -> Double

    /// The learning rate at offset 0 … n; at n the rate at which the segment ends.
    func learningRate(at offset: Int, in span: SegmentSpan) -> Double

    /// The drop onto offset 1 … n: rate at `offset − 1` less rate at `offset`.
    func drop(at offset: Int, in span: SegmentSpan) -> Double

    /// The drops onto `offset + 1`, `offset + 2`, … as a geometric series, where they are one.
    func geometricDrops(from offset: Int, in span: SegmentSpan) -> GeometricDrops?

    /// The steps after an offset that can be taken at once; see `SmoothBlock`.
    func smoothSteps(after offset: Int, in span: SegmentSpan) -> Int

    /// Σ of the rates at offsets from ..< to.
    func rateSum(from start: Int, to end: Int, in span: SegmentSpan) -> Double

    /// Carries the annealing sums from offset `start` to offset `end`.
    func accumulate(
        _ sums: inout AnnealingSums, from start: Int, to end: Int, in span: SegmentSpan,
        kernel: inout AnnealingKernel)

    /// Writes the rates at offsets 0 ..< count.
    func write(_ count: Int, in span: SegmentSpan, into rates: inout [Double])
}

/// A shape without a number in its name, which is that of its form.
protocol PlainShape: SegmentShape {
    init()
}

extension PlainShape {
    var name: String { Self.form.name }

    init?(name: String) {
        guard name == Self.form.name else { return nil }
        self.init()
    }
}

/// The number in a shape's name.
struct ShapeParameter {
    /// The word before it.
    let prefix: String
    /// A value, for examples and tests.
    let example: String
    /// Its name in errors.
    let symbol: String
    /// The values it may have.
    let rule: ScheduleError.Rule
}

extension SegmentShape {
    static var takesTarget: Bool { true }

    static var needsPositiveRates: Bool { false }

    static var parameter: ShapeParameter? { nil }

    func end(from rate: Double, firstStep: Int, steps: Int) -> Double { rate }

    func drop(at offset: Int, in span: SegmentSpan) -> Double {
        learningRate(at: offset - 1, in: span) - learningRate(at: offset, in: span)
    }

    func geometricDrops(from offset: Int, in span: SegmentSpan) -> GeometricDrops? { nil }

    func smoothSteps(after offset: Int, in span: SegmentSpan) -> Int { 0 }

    func rateSum(from start: Int, to end: Int, in span: SegmentSpan) -> Double {
        var total = CompensatedSum()
        var offset = start
        while offset < end {
            if let block = block(from: offset, to: end, in: span) {
                let samples = block.samples { learningRate(at: offset + $0 - 1, in: span) }
                total.add((block.sumWeights * samples).sum())
                offset += block.steps
                continue
            }
            var sum = 0.0
            for step in offset..<min(offset + Self.stepsApart, end) {
                sum += learningRate(at: step, in: span)
            }
            total.add(sum)
            offset += Self.stepsApart
        }
        return total.value
    }

    func accumulate(
        _ sums: inout AnnealingSums, from start: Int, to end: Int, in span: SegmentSpan,
        kernel: inout AnnealingKernel
    ) {
        var offset = start
        while offset < end {
            if let block = block(from: offset, to: end, in: span) {
                let samples = block.samples { drop(at: offset + $0, in: span) }
                kernel.carry(&sums, over: block, samples: samples)
                offset += block.steps
                continue
            }
            // Areas of a block are summed apart: adding each small term to the long total would
            // round it to the total's last digit, a million times over.
            var local = sums.withoutAreas
            for step in offset..<min(offset + Self.stepsApart, end) {
                local.step(drop: drop(at: step + 1, in: span), decay: kernel.decay)
            }
            sums.append(local)
            offset += Self.stepsApart
        }
    }

    private static var stepsApart: Int { 64 }

    private func block(from start: Int, to end: Int, in span: SegmentSpan) -> SmoothBlock? {
        .longest(atMost: min(end - start, smoothSteps(after: start, in: span)))
    }

    func write(_ count: Int, in span: SegmentSpan, into rates: inout [Double]) {
        for offset in 0..<count {
            rates.append(learningRate(at: offset, in: span))
        }
    }
}
