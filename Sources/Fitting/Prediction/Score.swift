import Foundation
package import Laws
package import Records

/// The score of a fitted law on runs it was not fitted on: the answer of `isoloss score`.
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
    /// The published fit that the report is, which says itself what it counts and was fitted on.
    package var published: PublishedFit? {
        guard report.warnings.contains(PublishedFit.noInterval) else { return nil }
        return PublishedFit.fits(of: report.law).first {
            $0.parameters == report.parameters.map(\.value)
        }
    }

    /// A published fit predicts nats; a run may say that it measured something else.
    package func checkUnits(of runs: [Run]) throws(FittingError) {
        guard let published, law.about.observes == .loss else { return }
        let field = report.series.map { "loss/\($0)" } ?? "loss"
        for run in runs {
            guard let unit = run.units[field], !unit.lowercased().hasPrefix("nat") else { continue }
            throw .otherUnit(
                run: run.id, unit: unit, published: published.name,
                publishedUnit: published.lossUnit)
        }
    }

    /// Judges the fitted law on runs.
    ///
    /// Points are selected as the fit selected them (warm-up, first step, series), but no high loss
    /// is left out: what a fit may ignore, a forecast must answer for.
    ///
    /// - Parameter runs: The runs to predict.
    /// - Returns: Metrics of each run and their average.
    /// - Throws: `FittingError` when a run lacks what the law needs.
    package func score(_ runs: [Run]) throws(FittingError) -> ScoreReport {
        try checkUnits(of: runs)
        let builder = ObservationBuilder(
            law: law, series: report.series, fromStep: report.fromStep)
        let observations = try builder.observations(of: runs)
        guard observations.pointCount > 0 else {
            throw .noPointsToScore(warmupPointsLeftOut: observations.warmupPointsLeftOut)
        }
        let band = try predictions(at: observations.inputs, interval: nil)
        let predicted = band.losses
        guard predicted.contains(where: \.isFinite) else {
            throw .nothingPredicted(law: law.about.id)
        }
        var entries: [ScoreReport.Entry] = []
        switch law.about.kind {
        case .table:
            let metrics = Metrics(observed: observations.losses, predicted: predicted[...])
            let id = observations.groups.count == 1 ? observations.groups[0].runID : "table"
            entries = [.init(id: id, points: predicted.count, metrics: metrics)]
        case .curve:
            var start = 0
            for group in observations.groups {
                let end = start + group.losses.count
                let part = predicted[start..<end]
                start = end
                guard part.contains(where: \.isFinite) else { continue }
                entries.append(
                    .init(
                        id: group.runID, points: part.count { $0.isFinite },
                        metrics: Metrics(observed: group.losses, predicted: part)))
            }
        }
        return ScoreReport(
            law: law.about.id, runs: entries, average: .average(entries.map(\.metrics)),
            warnings: observations.warnings + band.warnings
                + observations.inputs.flatMap { sizeWarnings(for: $0.features) }
                + warningsBeyondStudy(extremes(of: observations.inputs, by: max))
                + warningsBeyondStudy(extremes(of: observations.inputs, by: min))
                + (published?.warnings ?? []))
    }

    /// The largest, or smallest, of each feature that the runs have outside of a published study.
    private func extremes(
        of inputs: [LawInput], by choice: (Double, Double) -> Double
    ) -> [Feature: Double] {
        inputs.reduce(into: [:]) { sizes, input in
            for (feature, value) in input.features {
                guard published?.ranges[feature]?.contains(value) == false else { continue }
                sizes[feature] = sizes[feature].map { choice($0, value) } ?? value
            }
        }
    }
}

/// The distances of predictions from measurements, in the loss's own unit or as fractions.
package struct Metrics: Sendable, Equatable, Codable {
    /// 1 − Σ(observed − predicted)²/Σ(observed − mean observed)²; nil where nothing varies.
    package var r2: Double?
    package var mae: Double
    package var rmse: Double
    /// Mean of |observed − predicted|/observed.
    package var meanRelativeError: Double
    /// Largest |observed − predicted|/observed.
    package var worstRelativeError: Double

    package init(
        r2: Double?, mae: Double, rmse: Double, meanRelativeError: Double,
        worstRelativeError: Double
    ) {
        self.r2 = r2
        self.mae = mae
        self.rmse = rmse
        self.meanRelativeError = meanRelativeError
        self.worstRelativeError = worstRelativeError
    }

    /// Compares predictions with measurements, point by point.
    package init(observed: [Double], predicted: [Double]) {
        self.init(observed: observed, predicted: predicted[...])
    }

    /// The same, without the points where nothing is predicted.
    init(observed all: [Double], predicted some: ArraySlice<Double>) {
        let pairs = zip(all, some).filter(\.1.isFinite)
        let observed = pairs.map(\.0)
        let predicted = pairs.map(\.1)
        let count = Double(observed.count)
        let mean = observed.reduce(0, +) / count
        var (squares, spread, absolute, relative, worst) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (observed, predicted) in zip(observed, predicted) {
            let error = abs(observed - predicted)
            squares += error * error
            spread += (observed - mean) * (observed - mean)
            absolute += error
            relative += error / observed
            worst = max(worst, error / observed)
        }
        r2 = spread > 0 ? 1 - squares / spread : nil
        mae = absolute / count
        rmse = (squares / count).squareRoot()
        meanRelativeError = relative / count
        worstRelativeError = worst
    }

    /// The unweighted average over runs.
    package static func average(_ all: [Metrics]) -> Metrics {
        let count = Double(all.count)
        let withSpread = all.compactMap(\.r2)
        func mean(_ value: (Metrics) -> Double) -> Double {
            all.reduce(0) { $0 + value($1) } / count
        }
        return Metrics(
            r2: withSpread.isEmpty ? nil : withSpread.reduce(0, +) / Double(withSpread.count),
            mae: mean(\.mae), rmse: mean(\.rmse), meanRelativeError: mean(\.meanRelativeError),
            worstRelativeError: mean(\.worstRelativeError))
    }
}
