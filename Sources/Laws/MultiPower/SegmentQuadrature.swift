import Records
import Schedules

/// The rate drops within a piece of a schedule, but for the one onto its first step, as few weighted
/// ones as will do.
///
/// Along a smooth piece the summand is smooth in k, except near the piece's ends (√u and (1 − u)^P
/// have singular derivatives there), where the rate is next to 0, and near each point t, whose own
/// factor (P(t) − P(k − 1) + E)^−β is singular just beyond it. Blocks whose length is at most half the
/// distance to the former, and at most twice that to the point, are summed by a Gauss rule on the
/// grid; what is nearer is kept step by step. A gap of n steps costs O(log n) drops.
struct SegmentQuadrature {
    /// Steps in a row, counted from the piece's first; areas are from there, too.
    private enum Run {
        case panel(ChebyshevPanel)
        case steps(Range<Int>, ArraySlice<ChebyshevPanel.Values>)
    }

    private var runs: [Run] = []

    /// - Parameters:
    ///   - piece: The piece.
    ///   - end: Steps of it that matter, counted from its first.
    ///   - rules: Grids and rules made so far.
    init(_ piece: SchedulePiece, before end: Int, rules: inout QuadratureRules) {
        guard piece.form != .constant, end > 1 else { return }
        let parts = Halving(piece).parts(of: 1..<end)
        let places = piece.form == .straight ? ChebyshevPanel.placesOnLine : ChebyshevPanel.places
        // All areas in one pass: for some shapes it walks along the piece step by step.
        var wanted: [Int] = []
        for part in parts {
            if part.isPanel {
                for offset in rules.grid(part.steps.count, places).offsets {
                    wanted.append(part.steps.lowerBound + offset)
                }
            } else {
                wanted += part.steps
            }
        }
        let values = Self.values(at: wanted, of: piece)
        var start = 0
        for part in parts {
            guard part.isPanel else {
                let count = part.steps.count
                runs.append(.steps(part.steps, values[start..<(start + count)]))
                start += count
                continue
            }
            let grid = rules.grid(part.steps.count, places)
            let count = grid.offsets.count
            runs.append(
                .panel(ChebyshevPanel(part.steps, grid, Array(values[start..<(start + count)]))))
            start += count
        }
    }

    private static func values(at steps: [Int], of piece: SchedulePiece) -> [ChebyshevPanel.Values]
    {
        let areas = piece.areas(before: steps)
        return steps.indices.map { index in
            let rate = piece.learningRate(at: steps[index])
            let drop = piece.learningRate(at: steps[index] - 1) - rate
            return ChebyshevPanel.Values(rate: rate, drop: drop, areaBefore: areas[index])
        }
    }

    /// Adds the drops onto some steps to a list, for points no nearer than one.
    ///
    /// - Parameters:
    ///   - steps: Counted from the piece's first.
    ///   - area: The point's forward area, from the piece's first step.
    ///   - origin: Where the piece begins in the list's areas.
    ///   - list: The list.
    ///   - rules: Grids and rules made so far.
    func append(
        _ steps: Range<Int>, towards area: Double, at origin: Double, to list: inout RateDropList,
        rules: inout QuadratureRules
    ) {
        for run in runs {
            switch run {
            case .panel(let panel):
                guard panel.steps.overlaps(steps) else { continue }
                let gap = panel.steps.clamped(to: steps)
                Self.append(gap, of: panel, towards: area, at: origin, to: &list, &rules)
            case .steps(let range, let values):
                for step in range.clamped(to: steps) {
                    list.append(
                        values[values.startIndex + step - range.lowerBound], weight: 1, at: origin)
                }
            }
        }
    }

    /// Adds steps from the one nearest to the point backwards, in blocks as long as may be.
    private static func append(
        _ gap: Range<Int>, of panel: ChebyshevPanel, towards area: Double, at origin: Double,
        to list: inout RateDropList, _ rules: inout QuadratureRules
    ) {
        var end = gap.upperBound
        var nearest = panel.values(at: Double(end - 1))
        // Rates of a smooth stretch rise or fall: the highest of the gap is at one of its ends.
        let first = panel.values(at: Double(gap.lowerBound)).rate
        let (lowestRate, highestRate) = (min(first, nearest.rate), max(first, nearest.rate))
        while end > gap.lowerBound {
            // Small rates are lost in the area of large ones before them; the steps in between say
            // how far away the point is at least. Else a run of them would be taken one by one.
            let passed = Double(gap.upperBound - end + 1) * lowestRate
            // In steps at the highest rate, so at most the true distance.
            let room = 2 * max(area - nearest.areaBefore, passed) / highestRate
            let count = QuadratureRules.length(atMost: room, of: end - gap.lowerBound)
            if count < GridQuadrature.shortestGrid {
                list.append(nearest, weight: 1, at: origin)
                end -= 1
            } else {
                let rule = rules.rule(count)
                for (offset, weight) in zip(rule.offsets, rule.weights) {
                    let values = panel.values(at: Double(end - count) + offset)
                    list.append(values, weight: weight, at: origin)
                }
                end -= count
            }
            if end > gap.lowerBound { nearest = panel.values(at: Double(end - 1)) }
        }
    }
}

/// Halves runs of a piece until each is short, or fit for a panel.
///
/// A panel is at most half as long as its distance to where the rate is singular or 0, or else, on a
/// piece that is smooth beyond its ends, has rates within a factor of 4/3: powers of the rate are then
/// tame enough for the errors of thousands of pieces to add up. A wave is never taken whole.
private struct Halving {
    private let piece: SchedulePiece
    private let isSmoothBeyond: Bool
    /// Shorter runs are taken step by step.
    private let fewestSteps: Int
    private let mostSteps: Int

    init(_ piece: SchedulePiece) {
        self.piece = piece
        isSmoothBeyond = piece.form == .straight || piece.form == .analytic
        fewestSteps =
            switch piece.form {
            case .straight: GridQuadrature.shortestGrid
            case .analytic, .smooth: ChebyshevPanel.fewestSteps
            case .constant, .listed: .max
            }
        mostSteps = piece.form == .straight ? .max : piece.span.steps / 2
    }

    func parts(of range: Range<Int>) -> [(steps: Range<Int>, isPanel: Bool)] {
        guard range.count >= fewestSteps else { return [(range, false)] }
        if isFit(range) { return [(range, true)] }
        let middle = range.lowerBound + range.count / 2
        return parts(of: range.lowerBound..<middle) + parts(of: middle..<range.upperBound)
    }

    private func isFit(_ range: Range<Int>) -> Bool {
        guard range.count <= mostSteps else { return false }
        let first = piece.learningRate(at: range.lowerBound)
        let last = piece.learningRate(at: range.upperBound - 1)
        let share = min(first, last) / max(first, last)
        let margin = min(range.lowerBound - 1, piece.steps - range.upperBound)
        return isSmoothBeyond && share > 0.75 || margin >= 2 * range.count && share > 0.25
    }
}

extension RateDropList {
    fileprivate mutating func append(
        _ values: ChebyshevPanel.Values, weight: Double, at origin: Double
    ) {
        append(
            drop: values.drop, weight: weight, rate: values.rate,
            areaBefore: origin + values.areaBefore)
    }
}

/// The grids of panels and the rules of blocks that a schedule needs, each made once.
struct QuadratureRules {
    private var rules: [Int: GridQuadrature] = [:]
    private var grids: [Int: ChebyshevPanel.Grid] = [:]

    mutating func grid(_ length: Int, _ places: Int) -> ChebyshevPanel.Grid {
        let key = 256 * length + places
        if let known = grids[key] { return known }
        let grid = ChebyshevPanel.Grid(length: length, places: places)
        grids[key] = grid
        return grid
    }

    mutating func rule(_ count: Int) -> GridQuadrature {
        if let known = rules[count] { return known }
        let rule = GridQuadrature(count: count)
        rules[count] = rule
        return rule
    }

    /// The longest of eight lengths per octave that fits, or all that is left, so that few rules
    /// serve all blocks; 1 where the room is no number.
    static func length(atMost room: Double, of left: Int) -> Int {
        guard room < Double(left) else { return room.isNaN ? 1 : left }
        // Between 1 and `left`, so that the conversion cannot trap.
        let room = room >= 1 ? Int(room) : 1
        let shift = max(0, Int.bitWidth - 4 - room.leadingZeroBitCount)
        return (room >> shift) << shift
    }
}
