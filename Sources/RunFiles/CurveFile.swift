package import Laws

/// One logged step as a file or a request has it.
package struct CurvePoint: Equatable, Sendable {
    /// 0-based, at most 10^8.
    package var step: Int
    /// Main loss; nil where only series were logged.
    package var loss: Double?
    package var learningRate: Double?
    package var tokenCount: Double?
    /// Other losses by `<name>` of `loss/<name>`.
    package var series: [String: Double]

    package init(
        step: Int, loss: Double? = nil, learningRate: Double? = nil, tokenCount: Double? = nil,
        series: [String: Double] = [:]
    ) {
        self.step = step
        self.loss = loss
        self.learningRate = learningRate
        self.tokenCount = tokenCount
        self.series = series
    }
}

/// A curve as it was written: points in the file's order, steps possibly more than once.
package struct CurveFile: Equatable, Sendable {
    package let points: [CurvePoint]
    /// What was taken for what.
    package let notes: [ColumnNote]

    package init(points: [CurvePoint], notes: [ColumnNote] = []) {
        self.points = points
        self.notes = notes
    }
}

/// Points put in order: one per step, each loss a curve of its own.
package struct AssembledCurve: Equatable, Sendable {
    /// The main loss; nil if no point has one.
    package let curve: LossCurve?
    package let series: [String: LossCurve]
    /// A sentence for each doubt.
    package let warnings: [String]
}

extension CurveFile {
    /// Sorts the points by step; of several values at one step, the later replaces the earlier.
    package func assembled() -> AssembledCurve {
        var warnings: [String] = []
        let (merged, replacedSteps) = mergedPoints()
        if let first = replacedSteps.first {
            warnings.append(
                "\(replacedSteps.count) values at a step seen before (the first at step \(first)): "
                    + "the later replaced the earlier")
        }
        var names: Set<String> = []
        for point in points where !point.series.isEmpty { names.formUnion(point.series.keys) }
        var series: [String: LossCurve] = [:]
        for name in names { series[name] = Self.curve(merged) { $0.series[name] } }
        return AssembledCurve(
            curve: Self.curve(merged, of: \.loss), series: series, warnings: warnings)
    }

    /// One point per step, ascending, and the steps at which a value was replaced.
    private func mergedPoints() -> (points: [CurvePoint], replacedSteps: [Int]) {
        var merged: [CurvePoint] = []
        var replaced: [Int] = []
        // A stable order: `sorted` promises none, so ties go by place in the file.
        let isSorted = zip(points, points.dropFirst()).allSatisfy { $0.step <= $1.step }
        let ordered =
            isSorted
            ? points
            : points.enumerated().sorted {
                ($0.element.step, $0.offset) < ($1.element.step, $1.offset)
            }
            .map(\.element)
        merged.reserveCapacity(ordered.count)
        for point in ordered {
            guard let last = merged.indices.last, merged[last].step == point.step else {
                merged.append(point)
                continue
            }
            if merged[last].takeOver(point) { replaced.append(point.step) }
        }
        return (merged, replaced)
    }

    /// The curve of one loss, leaving out points without it.
    private static func curve(
        _ points: [CurvePoint], of loss: (CurvePoint) -> Double?
    ) -> LossCurve? {
        var steps: [Int] = []
        var losses: [Double] = []
        var rates: [Double?] = []
        for point in points {
            guard let value = loss(point) else { continue }
            steps.append(point.step)
            losses.append(value)
            rates.append(point.learningRate)
        }
        guard !steps.isEmpty else { return nil }
        let hasRates = rates.contains { $0 != nil }
        return LossCurve(steps: steps, losses: losses, learningRates: hasRates ? rates : nil)
    }
}

extension CurvePoint {
    /// Takes the values that a later point of the same step has; true if one was there already.
    fileprivate mutating func takeOver(_ later: CurvePoint) -> Bool {
        let replacesSeries = later.series.keys.contains { series[$0] != nil }
        let replacesLoss = loss != nil && later.loss != nil
        loss = later.loss ?? loss
        learningRate = later.learningRate ?? learningRate
        tokenCount = later.tokenCount ?? tokenCount
        series.merge(later.series) { $1 }
        return replacesLoss || replacesSeries
    }
}
