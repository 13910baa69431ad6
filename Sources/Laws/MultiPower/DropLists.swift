import Schedules

/// All drops of a schedule that matter at some points on it, as few as will do.
struct DropLists {
    var forest = DropForest()
    /// For each point, Σ of the drops up to it whose G is not 0 by the rule for η_k = 0.
    private(set) var totals: [Double] = []

    /// What each point alone sees, one after another, and where that of each begins.
    private var sights: [DropForest.Sight] = []
    private var firstSights: [Int] = []

    private let areas: ScheduleAreas
    private let steps: [Int]
    private let pointAreas: [Double]
    /// The first step whose change of rate counts.
    private let firstDrop: Int
    private var rules = DropRules()

    /// Drops in order along the schedule; listed ones apart by the binade of their rate, so that
    /// neighbours in a list have rates within a factor of 2 whatever the order of the rates.
    private var lists: [DropList] = []
    /// The number of each list's tree.
    private var trees: [Int] = []
    private var listOfBinade: [Int: Int] = [:]
    /// The near drops of points within cycles, and the number of their tree.
    private var nearDrops = DropList()
    private let nearTree: Int
    /// Cycles that lie before some points, and for each point how many of them do.
    private var passed: [DropForest.Sight] = []
    private var passedCounts: [Int] = []
    /// The last point at a rate of 0, and the rate before it became 0.
    private var lastDead: (step: Int, rate: Double)?

    /// - Parameters:
    ///   - areas: The schedule and its areas.
    ///   - steps: The points, rising, within 0 … S.
    ///   - pointAreas: S1 at each.
    ///   - firstDrop: Changes of rate onto earlier steps are left out; 1 counts all, and
    ///     `schedule.warmupSteps + 1` leaves out the warm-up and the change onto the step after.
    init(_ areas: ScheduleAreas, at steps: [Int], pointAreas: [Double], from firstDrop: Int) {
        self.areas = areas
        self.steps = steps
        self.pointAreas = pointAreas
        self.firstDrop = firstDrop
        nearTree = forest.addTree()
        addList()
        guard let last = steps.last else { return }
        let schedule = areas.schedule
        var rate = schedule.learningRate(at: 0)
        for (index, part) in schedule.parts.enumerated() where part.firstStep <= last {
            let origin = areas.sums.before[index]
            switch part {
            case .piece(let piece):
                if part.firstStep >= firstDrop {
                    lists[0].append(size: rate - piece.from, rate: piece.from, areaBefore: origin)
                }
                append(piece, through: last, at: origin)
            case .cycles(let source):
                // Its cycles bring the change onto their first step with them, the first cycle too.
                let before = part.firstStep >= firstDrop ? rate : part.from
                lists[0].append(size: before - source.lastRate, rate: part.from, areaBefore: origin)
                append(source, areas.sums.inside[index], at: origin)
            }
            rate = part.lastRate
        }
        if last == schedule.totalSteps {
            let end = schedule.finalLearningRate
            if last >= firstDrop {
                lists[0].append(size: rate - end, rate: end, areaBefore: areas.sums.total)
            }
            passPoints(before: last + 1)
        }
        for (list, tree) in zip(lists, trees) {
            forest.plant(list, fewestLeaves: 2, asTree: tree)
        }
        forest.plant(nearDrops, fewestLeaves: .max, asTree: nearTree)
    }

    /// The four sums of `DropTree` over all drops that a point has behind it.
    func sum(at point: Int, _ series: DropSeries) -> SIMD4<Double> {
        let end = point + 1 < steps.count ? firstSights[point + 1] : sights.count
        let area = pointAreas[point]
        return forest.sum(sights[firstSights[point]..<end], at: area, series)
            + forest.sum(passed[..<passedCounts[point]], at: area, series)
    }

    private mutating func addList() {
        lists.append(DropList())
        trees.append(forest.addTree())
    }

    // MARK: Points

    private var nextPoint: Int? { totals.count < steps.count ? steps[totals.count] : nil }

    private mutating func passPoints(before step: Int) {
        while let point = nextPoint, point < step { pass(point) }
    }

    /// Notes that the next point sees the drops so far.
    private mutating func pass(_ step: Int) {
        let schedule = areas.schedule
        let rate = schedule.learningRate(at: step)
        var total = step < firstDrop ? 0 : schedule.learningRate(at: firstDrop - 1) - rate
        if rate == 0, step >= firstDrop {
            let found = schedule.lastPositiveRate(
                before: step, from: (lastDead?.step ?? firstDrop - 2) + 1)
            let before = found ?? lastDead?.rate ?? 0
            lastDead = (step, before)
            total -= before
        }
        totals.append(total)
        firstSights.append(sights.count)
        passedCounts.append(passed.count)
        for (list, tree) in zip(lists, trees) where list.count > 0 {
            sights.append(.init(drops: .first(list.count, ofTree: tree), origin: 0))
        }
    }

    // MARK: Pieces

    private mutating func append(_ piece: SchedulePiece, through last: Int, at origin: Double) {
        let first = piece.span.firstStep
        let end = min(piece.steps, last + 1 - first)
        guard piece.form != .listed else { return appendListed(piece, before: end) }
        let drops = PieceDrops(piece, before: end, rules: &rules)
        var start = max(1, firstDrop - first)
        while let point = nextPoint, point < first + end {
            let area = pointAreas[totals.count] - origin
            let stop = max(start, point + 1 - first)
            drops.append(start..<stop, towards: area, at: origin, to: &lists[0], rules: &rules)
            passPoints(before: point + 1)
            start = stop
        }
        guard start < end, nextPoint != nil else { return }
        let area = pointAreas[totals.count] - origin
        drops.append(start..<end, towards: area, at: origin, to: &lists[0], rules: &rules)
    }

    /// A list is a schedule's first part.
    private mutating func appendListed(_ piece: SchedulePiece, before end: Int) {
        var before = piece.from
        for (step, area) in piece.areas(before: Array(0..<end)).enumerated() {
            passPoints(before: step)
            let rate = piece.learningRate(at: step)
            if step >= firstDrop {
                let list = list(forBinade: rate)
                lists[list].append(size: before - rate, rate: rate, areaBefore: area)
            }
            before = rate
        }
        passPoints(before: end)
    }

    private mutating func list(forBinade rate: Double) -> Int {
        let binade = rate > 0 ? Int(rate.exponent) : 0
        if let known = listOfBinade[binade] { return known }
        addList()
        listOfBinade[binade] = lists.count - 1
        return lists.count - 1
    }

    // MARK: Cycles

    private mutating func append(_ source: ScheduleCycles, _ sums: PartSums, at origin: Double) {
        let cycles = cycles(source, sums)
        while let point = nextPoint, point < source.firstStep + source.times * source.steps {
            let area = pointAreas[totals.count]
            pass(point)
            look(into: cycles, from: point, area: area, origin: origin)
        }
        passed.append(.init(drops: .whole(source.times, ofCycles: cycles), origin: origin))
    }

    /// Keeps the drops of one cycle.
    ///
    /// - Returns: The number of the cycles.
    private mutating func cycles(_ source: ScheduleCycles, _ sums: PartSums) -> Int {
        var cycle = DropCycles.Cycle()
        var rate = source.lastRate
        for (index, part) in source.parts.enumerated() {
            let origin = sums.before[index]
            switch part {
            case .piece(let piece):
                cycle.drops.append(size: rate - piece.from, rate: piece.from, areaBefore: origin)
                cycle.entered.append(cycle.drops.count)
                let drops = PieceDrops(piece, before: piece.steps, rules: &rules)
                drops.append(
                    1..<piece.steps, towards: sums.before[index + 1] - origin, at: origin,
                    to: &cycle.drops, rules: &rules)
                cycle.contents.append(.piece(drops))
            case .cycles(let inner):
                cycle.drops.append(size: rate - inner.lastRate, rate: part.from, areaBefore: origin)
                cycle.entered.append(cycle.drops.count)
                cycle.contents.append(.cycles(cycles(inner, sums.inside[index])))
            }
            rate = part.lastRate
        }
        let tree = forest.addTree()
        forest.plant(cycle.drops, fewestLeaves: 1, asTree: tree)
        let cycles = DropCycles(source, sums, cycle, tree: tree, in: &forest)
        forest.cycles.append(cycles)
        return forest.cycles.count - 1
    }

    /// Adds what a point within cycles sees of them.
    private mutating func look(into number: Int, from step: Int, area: Double, origin: Double) {
        let cycles = forest.cycles[number]
        let completed = cycles.source.completed(before: step)
        if completed > 0 {
            sights.append(.init(drops: .whole(completed, ofCycles: number), origin: origin))
        }
        let step = step - completed * cycles.source.steps
        let origin = origin + Double(completed) * cycles.areas.total
        let index = cycles.source.parts.index(at: step)
        sights.append(
            .init(drops: .first(cycles.cycle.entered[index], ofTree: cycles.tree), origin: origin))
        for (content, before) in zip(cycles.cycle.contents[..<index], cycles.areas.before) {
            guard case .cycles(let inner) = content else { continue }
            let times = forest.cycles[inner].source.times
            sights.append(.init(drops: .whole(times, ofCycles: inner), origin: origin + before))
        }
        let before = cycles.areas.before[index]
        switch cycles.cycle.contents[index] {
        case .piece(let drops):
            nearDrops.beginFour()
            let first = nearDrops.count
            let offset = step - cycles.source.parts[index].firstStep
            drops.append(
                1..<(offset + 1), towards: area - origin - before, at: before, to: &nearDrops,
                rules: &rules)
            guard nearDrops.count > first else { return }
            let range = first..<nearDrops.count
            sights.append(.init(drops: .near(range, ofTree: nearTree), origin: origin))
        case .cycles(let inner):
            look(into: inner, from: step, area: area, origin: origin + before)
        }
    }
}
