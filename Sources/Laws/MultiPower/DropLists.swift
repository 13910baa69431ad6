import Foundation
import Schedules

/// All drops of a schedule that matter at some points on it, as few as will do.
///
/// Along a smooth stretch of the schedule the summand is smooth in k, except near the stretch's
/// ends (√u and (1 − u)^P have singular derivatives there) and near each point t, whose own factor
/// (P(t) − P(k − 1) + E)^−β is singular just beyond it. Blocks whose length is at most the distance
/// to the ends, and at most twice that to the next point, are summed by a Gauss rule on the grid;
/// what is nearer is kept step by step. A gap of n steps costs O(log n) drops.
struct DropLists {
    /// Drops in order along the schedule; listed ones apart by the binade of their rate, so that
    /// neighbours in a list have rates within a factor of 2 whatever the order of the rates.
    private(set) var lists: [DropList] = [DropList(passedPoints: 0)]
    /// For each point, Σ of the drops up to it whose G is not 0 by the rule for η_k = 0.
    private(set) var totals: [Double] = []

    private let areas: ScheduleAreas
    private let steps: [Int]
    private let pointAreas: [Double]
    private var listOfBinade: [Int: Int] = [:]
    private var rules: [Int: GridQuadrature] = [:]
    private var grids: [Int: RatePanel.Grid] = [:]
    /// The drop onto the first of the steps at rate 0 that last until now, else 0.
    private var dropToZero = 0.0
    private var previousRate = 0.0

    /// - Parameters:
    ///   - areas: The schedule and its areas.
    ///   - steps: The points, rising, within 0 … S.
    ///   - pointAreas: S1 at each.
    init(_ areas: ScheduleAreas, at steps: [Int], pointAreas: [Double]) {
        self.areas = areas
        self.steps = steps
        self.pointAreas = pointAreas
        guard let last = steps.last else { return }
        let schedule = areas.schedule
        for stretch in schedule.stretches where stretch.steps.lowerBound <= last {
            let range = stretch.steps.clamped(to: 0..<(last + 1))
            switch stretch.form {
            case .constant: appendConstant(range)
            case .smooth: appendSmooth(range, end: stretch.steps.upperBound)
            case .listed: appendListed(range)
            }
        }
        if last == schedule.totalSteps { appendSteps(last..<(last + 1)) }
    }

    private var nextPoint: Int? { totals.count < steps.count ? steps[totals.count] : nil }

    private mutating func passPoints(before step: Int) {
        while let point = nextPoint, point < step {
            let rate = areas.schedule.learningRate(at: point)
            totals.append(
                areas.schedule.learningRate(at: 0) - rate - (rate == 0 ? dropToZero : 0))
            for index in lists.indices { lists[index].passPoint() }
        }
    }

    // MARK: Step by step

    private mutating func appendConstant(_ range: Range<Int>) {
        appendSteps(range.lowerBound..<(range.lowerBound + 1))
        passPoints(before: range.upperBound)
    }

    private mutating func appendSteps(_ range: Range<Int>) {
        appendSteps(range, areasBefore: areasBefore(Array(range))[...])
    }

    private mutating func appendSteps(_ range: Range<Int>, areasBefore: ArraySlice<Double>) {
        for (step, area) in zip(range, areasBefore) {
            appendStep(
                step, rate: areas.schedule.learningRate(at: step), areaBefore: area, list: 0)
        }
        passPoints(before: range.upperBound)
    }

    private mutating func appendListed(_ range: Range<Int>) {
        let rates = areas.schedule.learningRates(through: range.upperBound - 1)
        for (step, area) in zip(range, areasBefore(Array(range))) {
            appendStep(
                step, rate: rates[step], areaBefore: area, list: list(forBinade: rates[step]))
        }
        passPoints(before: range.upperBound)
    }

    private mutating func appendStep(_ step: Int, rate: Double, areaBefore: Double, list: Int) {
        passPoints(before: step)
        let drop = step == 0 ? 0 : previousRate - rate
        previousRate = rate
        guard drop != 0 else { return }
        dropToZero = rate == 0 ? drop : 0
        guard rate > 0 else { return }
        lists[list].append(size: drop, logRate: log(rate), areaBefore: areaBefore)
    }

    private mutating func list(forBinade rate: Double) -> Int {
        let binade = rate > 0 ? Int(rate.exponent) : 0
        if let known = listOfBinade[binade] { return known }
        lists.append(DropList(passedPoints: totals.count))
        listOfBinade[binade] = lists.count - 1
        return lists.count - 1
    }

    private func areasBefore(_ steps: [Int]) -> [Double] {
        guard steps.first == 0 else { return areas.forwardArea(at: steps.map { $0 - 1 }) }
        return [0] + areas.forwardArea(at: steps.dropFirst().map { $0 - 1 })
    }

    // MARK: Smooth stretches

    private mutating func appendSmooth(_ range: Range<Int>, end: Int) {
        let first = range.lowerBound
        appendSteps(first..<(first + 1))
        let parts = parts(of: (first + 1)..<range.upperBound, within: (first + 1)..<end)
        // All areas in one pass: for some shapes it walks along the schedule step by step.
        let wanted = parts.map { part in
            part.isPanel
                ? grid(part.steps.count).offsets.map { part.steps.lowerBound + $0 }
                : Array(part.steps)
        }
        let before = areasBefore(wanted.flatMap { $0 })
        var start = 0
        for (part, wanted) in zip(parts, wanted) {
            let own = before[start..<(start + wanted.count)]
            start += wanted.count
            guard part.isPanel else {
                appendSteps(part.steps, areasBefore: own)
                continue
            }
            append(
                RatePanel(
                    part.steps, grid: grid(part.steps.count), of: areas.schedule, areasBefore: own))
        }
    }

    private mutating func grid(_ length: Int) -> RatePanel.Grid {
        if let known = grids[length] { return known }
        let grid = RatePanel.Grid(length: length)
        grids[length] = grid
        return grid
    }

    /// Halves a run until each part is short, or fit for a panel: no longer than its distance to
    /// the stretch's ends, and with rates within a factor of 4, so that their powers are tame.
    private func parts(
        of range: Range<Int>, within stretch: Range<Int>
    ) -> [(steps: Range<Int>, isPanel: Bool)] {
        guard range.count >= RatePanel.fewestSteps else { return [(range, false)] }
        let margin = min(
            range.lowerBound - stretch.lowerBound, stretch.upperBound - range.upperBound)
        let first = areas.schedule.learningRate(at: range.lowerBound)
        let last = areas.schedule.learningRate(at: range.upperBound - 1)
        if margin >= range.count, min(first, last) > 0.25 * max(first, last) {
            return [(range, true)]
        }
        let middle = range.lowerBound + range.count / 2
        return parts(of: range.lowerBound..<middle, within: stretch)
            + parts(of: middle..<range.upperBound, within: stretch)
    }

    private mutating func append(_ panel: RatePanel) {
        let range = panel.steps
        passPoints(before: range.lowerBound)
        var start = range.lowerBound
        while let point = nextPoint, start < range.upperBound {
            let end = min(range.upperBound, point + 1)
            appendGap(start..<end, of: panel, towards: pointAreas[totals.count])
            passPoints(before: end)
            start = end
        }
        previousRate = areas.schedule.learningRate(at: range.upperBound - 1)
        dropToZero = 0
    }

    /// Adds steps from the one nearest to the point backwards, in blocks as long as may be.
    private mutating func appendGap(_ gap: Range<Int>, of panel: RatePanel, towards area: Double) {
        // Rates of a smooth stretch rise or fall: the highest of the gap is at one of its ends.
        let highestRate = max(
            panel.values(at: Double(gap.lowerBound)).rate,
            panel.values(at: Double(gap.upperBound - 1)).rate)
        var end = gap.upperBound
        while end > gap.lowerBound {
            let nearest = panel.values(at: Double(end - 1))
            // In steps at the highest rate, so at most the true distance.
            let distance = (area - nearest.areaBefore) / highestRate
            let room = min(2 * distance, Double(end - gap.lowerBound))
            guard room >= Double(GridQuadrature.shortestGrid) else {
                append(nearest, weight: 1)
                end -= 1
                continue
            }
            let left = end - gap.lowerBound
            let count = room >= Double(left) ? left : Self.ruleLength(atMost: Int(room))
            let rule = rule(count)
            for (offset, weight) in zip(rule.offsets, rule.weights) {
                append(panel.values(at: Double(end - count) + offset), weight: weight)
            }
            end -= count
        }
    }

    private mutating func append(_ values: RatePanel.Values, weight: Double) {
        lists[0].append(
            size: values.drop * weight, logRate: log(values.rate), areaBefore: values.areaBefore)
    }

    private mutating func rule(_ count: Int) -> GridQuadrature {
        if let known = rules[count] { return known }
        let rule = GridQuadrature(count: count)
        rules[count] = rule
        return rule
    }

    /// The longest of eight lengths per octave that fits, so that few rules serve all blocks.
    private static func ruleLength(atMost room: Int) -> Int {
        let shift = max(0, Int.bitWidth - 4 - room.leadingZeroBitCount)
        return (room >> shift) << shift
    }
}
