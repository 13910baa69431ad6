package import Laws

/// How well a fitted law predicts runs it was not fitted on: the answer of `isoloss score`.
package struct ScoreReport: Sendable, Equatable, Codable {
    /// The metrics of one run; a table is one pooled entry.
    package struct Entry: Sendable, Equatable, Codable {
        package var id: String
        package var points: Int
        package var metrics: Metrics
    }

    package var law: String
    package var runs: [Entry]
    /// Unweighted over the entries.
    package var average: Metrics
    package var warnings: [String]
}

extension LawPredictor {
    /// Judges the fitted law on runs.
    ///
    /// Points are selected as the fit selected them (warm-up, first step, series), but no high loss
    /// is left out: what a fit may ignore, a forecast must answer for.
    ///
    /// - Parameter runs: The runs to predict.
    /// - Returns: Metrics of each run and their average.
    /// - Throws: `FittingError` when a run lacks what the law needs.
    package func score(_ runs: [Run]) throws(FittingError) -> ScoreReport {
        let builder = ObservationBuilder(
            law: law, series: report.series, fromStep: report.fromStep)
        let observations = try builder.observations(of: runs)
        guard observations.pointCount > 0 else {
            throw .noPointsToScore(warmupPointsLeftOut: observations.warmupPointsLeftOut)
        }
        let predicted = try predictions(at: observations.inputs, interval: nil).losses
        var entries: [ScoreReport.Entry] = []
        switch law.about.kind {
        case .table:
            let metrics = Metrics(observed: observations.losses, predicted: predicted)
            let id = observations.groups.count == 1 ? observations.groups[0].runID : "table"
            entries = [.init(id: id, points: predicted.count, metrics: metrics)]
        case .curve:
            var start = 0
            for group in observations.groups {
                let end = start + group.losses.count
                let metrics = Metrics(
                    observed: group.losses, predicted: Array(predicted[start..<end]))
                entries.append(
                    .init(id: group.runID, points: group.losses.count, metrics: metrics))
                start = end
            }
        }
        return ScoreReport(
            law: law.about.id, runs: entries, average: .average(entries.map(\.metrics)),
            warnings: observations.warnings
                + observations.inputs.flatMap { sizeWarnings(for: $0.features) })
    }
}
