import Laws

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

extension CurveFile {
    /// The finite losses of points in order of their steps, as curves.
    func finiteCurves() -> (main: LossCurve?, series: [String: LossCurve]) {
        var names: Set<String> = []
        for point in points where !point.series.isEmpty { names.formUnion(point.series.keys) }
        var series: [String: LossCurve] = [:]
        for name in names { series[name] = curve { $0.series[name] } }
        return (curve(of: \.loss), series)
    }

    /// The curve of one loss, leaving out points without it.
    private func curve(of loss: (CurvePoint) -> Double?) -> LossCurve? {
        var steps: [Int] = []
        var losses: [Double] = []
        var rates: [Double?] = []
        for point in points {
            guard let value = loss(point), value.isFinite else { continue }
            steps.append(point.step)
            losses.append(value)
            rates.append(point.learningRate)
        }
        guard !steps.isEmpty else { return nil }
        let hasRates = rates.contains { $0 != nil }
        return LossCurve(steps: steps, losses: losses, learningRates: hasRates ? rates : nil)
    }
}
