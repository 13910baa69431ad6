import Schedules

/// The sum over the rate drops up to one step, D(t), and its derivatives in C, β and γ.
struct RateDropSum: Sendable, Equatable {
    var value: Double
    var byRate: Double
    var byExponent: Double
    var byRateExponent: Double
}

/// D(t) of the multi-power law at some points of a schedule, prepared once and asked for many shapes.
///
///     var sums = RateDropSums(ScheduleAreas(schedule), at: [999, 1999], from: 1)
///     sums.sums(RateDropShape(rate: 0.4, exponent: 0.1, rateExponent: 0.9))
struct RateDropSums {
    /// S1 at each point.
    let pointAreas: [Double]
    private var drops: VisibleDrops

    /// - Parameters:
    ///   - areas: The schedule and its areas.
    ///   - steps: The points, rising, within 0 … S.
    ///   - firstDrop: Changes of rate onto earlier steps are left out; 1 counts all, and
    ///     `schedule.warmupSteps + 1` leaves out the warm-up and the change onto the step after.
    ///   - measure: The size of a drop.
    init(
        _ areas: ScheduleAreas, at steps: [Int], from firstDrop: Int,
        measure: DropMeasure = DropMeasure()
    ) {
        pointAreas = areas.forwardArea(at: steps)
        drops = VisibleDrops(
            areas, at: steps, pointAreas: pointAreas, from: firstDrop, measure: measure)
    }

    /// D(t) and its derivatives at every point.
    mutating func sums(_ shape: RateDropShape) -> [RateDropSum] {
        let series = BinomialSeries(exponent: shape.exponent)
        drops.prepare(shape, series)
        return pointAreas.indices.map { point in
            let lanes = drops.sum(at: point, pointAreas[point], series)
            return RateDropSum(
                value: drops.totals[point] - lanes.x, byRate: shape.exponent * lanes.z / shape.rate,
                byExponent: -lanes.y, byRateExponent: -shape.exponent * lanes.w)
        }
    }
}

/// The rate drops of a schedule that matter at some points on it, as few as will do, and which of
/// them each point has behind it.
struct VisibleDrops {
    /// For each point, Σ of the drops up to it whose G is not 0 by the rule for η_k = 0.
    private(set) var totals: [Double] = []

    /// One for each list of drops in order along the schedule.
    private(set) var trees: [Treecode] = []

    /// The count of drops of each list behind a point, point after point, and where that of each
    /// begins; lists that were begun later are not there.
    private var counts: [Int] = []
    private var firstCounts: [Int] = []

    /// - Parameters: As for `RateDropSums`, with S1 at each point.
    init(
        _ areas: ScheduleAreas, at steps: [Int], pointAreas: [Double], from firstDrop: Int,
        measure: DropMeasure = DropMeasure()
    ) {
        var builder = Builder(
            areas, at: steps, pointAreas: pointAreas, from: firstDrop, measure: measure)
        builder.run()
        totals = builder.totals
        counts = builder.counts
        firstCounts = builder.firstCounts + [builder.counts.count]
        trees = builder.lists.map { Treecode($0) }
    }

    /// Sets the shape of a drop for the sums that follow.
    mutating func prepare(_ shape: RateDropShape, _ series: BinomialSeries) {
        for tree in trees.indices { trees[tree].prepare(shape, series) }
    }

    /// The four sums of `Treecode` over all drops that a point has behind it.
    func sum(at point: Int, _ area: Double, _ series: BinomialSeries) -> SIMD4<Double> {
        var total = SIMD4<Double>.zero
        let range = firstCounts[point]..<firstCounts[point + 1]
        for (tree, place) in range.enumerated() where counts[place] > 0 {
            total += trees[tree].sums(first: counts[place], at: area, series)
        }
        return total
    }
}

extension VisibleDrops {
    /// Goes along the schedule, from point to point.
    private struct Builder {
        private(set) var totals: [Double] = []
        private(set) var counts: [Int] = []
        private(set) var firstCounts: [Int] = []
        /// Drops in order along the schedule; listed ones apart by the binade of their rate, so that
        /// neighbours in a list have rates within a factor of 2 whatever the order of the rates.
        private(set) var lists: [RateDropList]

        private let areas: ScheduleAreas
        private let steps: [Int]
        private let pointAreas: [Double]
        private let firstDrop: Int
        private let measure: DropMeasure
        private var rules = QuadratureRules()
        private var listOfBinade: [Int: Int] = [:]
        /// The last point at a rate of 0, and the rate before it became 0.
        private var lastDead: (step: Int, rate: Double)?

        init(
            _ areas: ScheduleAreas, at steps: [Int], pointAreas: [Double], from firstDrop: Int,
            measure: DropMeasure
        ) {
            self.measure = measure
            lists = [RateDropList(measure)]
            self.areas = areas
            self.steps = steps
            self.pointAreas = pointAreas
            self.firstDrop = firstDrop
        }

        mutating func run() {
            guard let last = steps.last else { return }
            let schedule = areas.schedule
            var rate = schedule.learningRate(at: 0)
            for (index, piece) in schedule.pieces.enumerated() {
                guard piece.span.firstStep <= last else { break }
                let origin = areas.before[index]
                if piece.span.firstStep >= firstDrop {
                    lists[0].append(drop: rate - piece.from, rate: piece.from, areaBefore: origin)
                }
                append(piece, through: last, at: origin)
                rate = piece.lastRate
            }
            guard last == schedule.totalSteps else { return }
            if last >= firstDrop {
                let end = schedule.finalLearningRate
                let area = areas.before[schedule.pieces.count]
                lists[0].append(drop: rate - end, rate: end, areaBefore: area)
            }
            passPoints(before: last + 1)
        }

        // MARK: Points

        private var nextPoint: Int? { totals.count < steps.count ? steps[totals.count] : nil }

        private mutating func passPoints(before step: Int) {
            while let point = nextPoint, point < step { pass(point) }
        }

        /// Notes that the next point has the drops so far behind it.
        private mutating func pass(_ step: Int) {
            let schedule = areas.schedule
            let rate = schedule.learningRate(at: step)
            var total = 0.0
            if step >= firstDrop {
                let first = schedule.learningRate(at: firstDrop - 1)
                total = measure.size(of: first - rate, onto: rate)
            }
            if rate == 0, step >= firstDrop {
                let found = schedule.lastPositiveRate(
                    before: step, from: (lastDead?.step ?? firstDrop - 2) + 1)
                let before = found ?? lastDead?.rate ?? 0
                lastDead = (step, before)
                total -= measure.size(of: before, onto: 0)
            }
            totals.append(total)
            firstCounts.append(counts.count)
            for list in lists { counts.append(list.count) }
        }

        // MARK: Pieces

        private mutating func append(_ piece: SchedulePiece, through last: Int, at origin: Double) {
            let first = piece.span.firstStep
            let end = min(piece.steps, last + 1 - first)
            guard piece.form != .listed else { return appendListed(piece, before: end) }
            let quadrature = SegmentQuadrature(piece, before: end, rules: &rules)
            var start = max(1, firstDrop - first)
            while let point = nextPoint, point < first + end {
                let area = pointAreas[totals.count] - origin
                let stop = max(start, point + 1 - first)
                quadrature.append(
                    start..<stop, towards: area, at: origin, to: &lists[0], rules: &rules)
                passPoints(before: point + 1)
                start = stop
            }
            guard start < end, nextPoint != nil else { return }
            let area = pointAreas[totals.count] - origin
            quadrature.append(start..<end, towards: area, at: origin, to: &lists[0], rules: &rules)
        }

        /// A list is a schedule's first piece.
        private mutating func appendListed(_ piece: SchedulePiece, before end: Int) {
            var before = piece.from
            for (step, area) in piece.areas(before: Array(0..<end)).enumerated() {
                passPoints(before: step)
                let rate = piece.learningRate(at: step)
                if step >= firstDrop {
                    let list = list(forBinade: rate)
                    lists[list].append(drop: before - rate, rate: rate, areaBefore: area)
                }
                before = rate
            }
            passPoints(before: end)
        }

        private mutating func list(forBinade rate: Double) -> Int {
            let binade = rate > 0 ? Int(rate.exponent) : 0
            if let known = listOfBinade[binade] { return known }
            lists.append(RateDropList(measure))
            listOfBinade[binade] = lists.count - 1
            return lists.count - 1
        }
    }
}
