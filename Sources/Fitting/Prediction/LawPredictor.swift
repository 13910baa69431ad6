import Foundation
package import Laws
package import Records
package import Schedules

/// A fitted law ready to predict: one loss, or a curve under a schedule, with an interval.
///
///     let predictor = try LawPredictor(report: report)
///     let schedule = try LearningRateSchedule(parsing: "warmup:300@3e-3,cosine:3700@3e-4")
///     let band = try predictor.curve(
///         schedule: schedule, features: [:], steps: [1_000, 3_999], interval: .init())
package struct LawPredictor: Sendable {
    /// The probability of an interval, and the quantity that it is of.
    package struct Interval: Sendable, Equatable {
        /// The quantity that lies inside the interval.
        package enum Target: String, Codable, Sendable {
            /// The law's own loss: the parameters' uncertainty alone.
            case mean
            /// A loss that a run would log: the noise of a point as well.
            case observation
        }

        package var level: Double
        package var target: Target

        package init(level: Double = Self.standardLevel, target: Target = .observation) {
            self.level = level
            self.target = target
        }

        /// The level taken when an interval is asked for without one.
        package static let standardLevel = 0.9

        /// Half the width of an interval of a level in standard errors: Student's t.
        package static func quantile(level: Double, degreesOfFreedom: Double) -> Double {
            Quantiles.studentT(0.5 + 0.5 * level, degreesOfFreedom: degreesOfFreedom)
        }
    }

    /// Predictions with lower and upper ends, nil without an interval.
    package struct Band: Sendable, Equatable {
        /// Not finite where the law says nothing.
        package var losses: [Double]
        /// Not finite where the data do not tell.
        package var lower: [Double]?
        package var upper: [Double]?
        /// Sentences about points without a loss or an interval.
        package var warnings: [String] = []

        /// Sets both ends by their distance from the loss, or from its logarithm.
        mutating func setEnds(_ halves: [Double], isLog: Bool) {
            lower = zip(losses, halves).map { isLog ? $0 * exp(-$1) : $0 - $1 }
            upper = zip(losses, halves).map { isLog ? $0 * exp($1) : $0 + $1 }
        }
    }

    /// A loss somewhere along a schedule.
    package struct PredictedPoint: Sendable {
        package var schedule: LearningRateSchedule
        package var step: Int

        package init(schedule: LearningRateSchedule, step: Int) {
            self.schedule = schedule
            self.step = step
        }

        /// The loss after the last step.
        package init(endOf schedule: LearningRateSchedule) {
            self.init(schedule: schedule, step: schedule.totalSteps - 1)
        }
    }

    package let report: FitReport
    package let law: ConfiguredLaw
    private let parameters: ParametersAtSize
    private let catalog: LawCatalog

    /// Checks that a fit names a known law and a value for each of its parameters.
    ///
    /// - Parameters:
    ///   - report: A fit, or just law and parameters.
    ///   - catalog: The laws that are known.
    /// - Throws: `FittingError.law` or `FittingError.unusableReport`.
    package init(report: FitReport, catalog: LawCatalog = .standard) throws(FittingError) {
        self.report = report
        self.catalog = catalog
        let law: ConfiguredLaw
        do throws(LawError) {
            law = try catalog.law(report.law, options: report.options)
            for parameter in report.parameters { _ = try law.index(ofParameter: parameter.name) }
        } catch {
            throw .law(error)
        }
        self.law = law
        var values: [Double] = []
        for spec in law.parameters {
            guard let parameter = report.parameters.first(where: { $0.name == spec.name }) else {
                throw .law(.missingParameter(law: law.about.id, parameter: spec.name))
            }
            guard spec.bounds.contains(parameter.value) else {
                throw .law(
                    .parameterOutOfBounds(
                        law: law.about.id, parameter: spec.name, value: parameter.value,
                        spec.bounds))
            }
            values.append(parameter.value)
        }
        parameters = try ParametersAtSize(report: report, law: law, values: values)
    }

    /// True when the fit carries what an interval is made from.
    package var hasIntervals: Bool { report.covariance != nil && report.noise != nil }

    // MARK: Losses

    /// The loss along a schedule.
    ///
    /// - Parameters:
    ///   - schedule: The learning rates.
    ///   - features: What the law needs beside them, such as a size.
    ///   - steps: Where to predict, rising, at most the schedule's length.
    ///   - interval: The interval wanted, if any.
    ///   - log: What the run has logged of this schedule so far. A forecast then starts where the log
    ///     is, not where the law is; a plain law predicts by its formula whatever a run has done.
    /// - Returns: One prediction per step.
    /// - Throws: `FittingError` when the law is not one of schedules or a feature is missing.
    package func curve(
        schedule: LearningRateSchedule, features: [Feature: Double], steps: [Int],
        interval: Interval?, after log: LossCurve? = nil
    ) throws(FittingError) -> Band {
        try checkKind(.curve, asked: "a curve under a schedule")
        try checkLevel(of: interval)
        let input = LawInput(
            features: try resolved(features), areas: ScheduleAreas(schedule), steps: steps)
        if let log, let band = try band(at: input, after: log, interval: interval) {
            return checked(band)
        }
        return try predictions(at: [input], interval: interval)
    }

    /// The loss of one finished run.
    ///
    /// - Parameters:
    ///   - features: The run's sizes.
    ///   - interval: The interval wanted, if any.
    /// - Returns: One prediction.
    /// - Throws: `FittingError` when the law needs a schedule or a feature is missing.
    package func loss(features: [Feature: Double], interval: Interval?) throws(FittingError) -> Band
    {
        try checkKind(.table, asked: "a loss without a schedule")
        return try predictions(
            at: [LawInput(features: resolved(features))], interval: interval)
    }

    private func checkKind(_ kind: LawDescription.Kind, asked: String) throws(FittingError) {
        guard law.about.kind != kind else { return }
        throw .wrongKind(
            law: law.about.id, asked: asked,
            able: catalog.laws.filter { $0.about.kind == kind }.map { $0.about.id })
    }

    /// The features with those that the law derives, checked.
    private func resolved(_ given: [Feature: Double]) throws(FittingError) -> [Feature: Double] {
        let features: [Feature: Double]
        do throws(LawError) {
            features = try law.law.features(of: Run(id: "prediction", features: given))
        } catch {
            throw .law(error)
        }
        let missing = law.law.requiredFeatures.filter { features[$0] == nil }
        let unusable = (law.law.requiredFeatures + law.law.optionalFeatures).filter { feature in
            guard let value = features[feature] else { return false }
            return !(value.isFinite && value > 0)
        }
        guard missing.isEmpty, unusable.isEmpty else {
            throw .missingInput(
                law: law.about.id, fields: (missing + unusable).map(\.rawValue))
        }
        return features
    }

    /// Predictions at any inputs of the law's kind.
    ///
    /// - Parameters:
    ///   - inputs: Where to predict.
    ///   - interval: The interval wanted, if any.
    /// - Returns: One prediction per point, in the order of the inputs.
    /// - Throws: `FittingError` for a level or a size that the fit cannot answer for.
    package func predictions(
        at inputs: [LawInput], interval: Interval?
    ) throws(FittingError) -> Band {
        try checkLevel(of: interval)
        // Inputs of one size in a row are evaluated at once, which spares a law's preparations.
        var parts: [(fitted: ParametersAtSize.Fitted, inputs: [LawInput])] = []
        for input in inputs {
            let fitted = try parameters.fitted(for: input)
            if parts.last?.fitted == fitted {
                parts[parts.count - 1].inputs.append(input)
            } else {
                parts.append((fitted, [input]))
            }
        }
        let bands = parts.map { band(at: $0.inputs, $0.fitted, interval: interval) }
        return checked(
            Band(
                losses: bands.flatMap(\.losses), lower: Self.joined(bands.map(\.lower)),
                upper: Self.joined(bands.map(\.upper))))
    }

    private func checkLevel(of interval: Interval?) throws(FittingError) {
        guard let interval, !(interval.level > 0 && interval.level < 1) else { return }
        throw .badLevel(interval.level)
    }

    /// The highest ratio of an interval's end to the loss that still tells anything.
    private static let widestRatio = 1e6

    /// Predictions that may be answered: losses above 0, and lower ≤ loss ≤ upper, or neither.
    ///
    /// A law evaluated far from its data may give a negative loss, and an undetermined parameter an
    /// interval from 0 to infinity; both are turned into no answer, with a sentence. Points where the
    /// law itself says nothing, as before any learning, stay without a sentence.
    private func checked(_ given: Band) -> Band {
        var band = given
        let isLoss = law.about.observes == .loss
        var (impossible, unbounded) = (0, 0)
        for point in band.losses.indices {
            let loss = band.losses[point]
            let isPossible = loss.isFinite && (loss > 0 || !isLoss)
            if loss.isFinite, !isPossible {
                impossible += 1
                band.losses[point] = .nan
            }
            guard let lower = band.lower?[point], let upper = band.upper?[point] else { continue }
            let isTold =
                isPossible && lower <= loss && loss <= upper
                && upper - loss <= Self.widestRatio * max(abs(loss), 1e-3)
            if isPossible, !isTold { unbounded += 1 }
            band.lower?[point] = isTold ? (isLoss ? max(0, lower) : lower) : .nan
            band.upper?[point] = isTold ? upper : .nan
        }
        let count = band.losses.count
        if impossible > 0 {
            band.warnings.append(
                "at \(impossible) of \(count) points the law gives no loss above 0: they lie too "
                    + "far from its data")
        }
        if let metric = law.law as? LossToMetricLaw, let values = try? parameterValues(for: [:]),
            let shares = metric.shares(values),
            let stranger = band.losses.first(where: { $0.isFinite && !shares.contains($0) })
        {
            band.warnings.append(
                "the metric \(String(format: "%.3g", stranger)) lies outside of 0 to "
                    + "\(String(format: "%g", shares.upperBound)), which no share does: the law is "
                    + "asked beyond what it can tell")
        }
        if unbounded > 0 {
            band.warnings.append(
                "at \(unbounded) of \(count) points the data do not bound the loss, so there is no "
                    + "interval; add runs that vary what the law reads there")
        }
        return band
    }

    /// The ends of all parts, or none where a part has none.
    private static func joined(_ ends: [[Double]?]) -> [Double]? {
        let known = ends.compactMap { $0 }
        return known.count == ends.count ? known.flatMap { $0 } : nil
    }

    private func band(
        at inputs: [LawInput], _ fitted: ParametersAtSize.Fitted, interval: Interval?
    ) -> Band {
        var evaluator = law.law.evaluator(for: inputs)
        guard let interval, fitted.covariance != nil, fitted.noise != nil else {
            return Band(losses: evaluator.losses(at: fitted.values))
        }
        let (losses, jacobian) = evaluator.lossesAndJacobian(at: fitted.values)
        var band = Band(losses: losses)
        addInterval(interval, fitted, jacobian: jacobian, to: &band)
        return band
    }

    // MARK: Intervals

    /// Adds lower and upper ends to predictions.
    ///
    /// - Parameters:
    ///   - interval: How sure, and of what.
    ///   - fitted: What the predictions were made with.
    ///   - jacobian: ∂loss/∂parameter in the law's own units, column-major.
    ///   - band: The predictions.
    private func addInterval(
        _ interval: Interval, _ fitted: ParametersAtSize.Fitted, jacobian: [Double],
        to band: inout Band
    ) {
        guard
            let variances = variances(
                of: interval.target, fitted, losses: band.losses, jacobian: jacobian),
            let noise = fitted.noise
        else { return }
        let quantile = Interval.quantile(
            level: interval.level, degreesOfFreedom: noise.degreesOfFreedom)
        let isLog = report.objective.residual == .log
        band.setEnds(variances.map { quantile * $0.squareRoot() }, isLog: isLog)
    }

    /// The variance of each prediction, in the objective's residual: relative for log residuals, so
    /// that the ends of an interval stay positive.
    ///
    /// The delta method: with g the gradient and Σ the parameters' covariance, the law's own loss
    /// has gᵀΣg. A point of a run has the noise of points as well, and on a curve the discrepancy of
    /// whole curves from the law (`ModelDiscrepancy`), which contains what the parameters'
    /// uncertainty explains.
    ///
    /// - Returns: One per prediction; nil for a fit without covariance or noise.
    private func variances(
        of target: Interval.Target, _ fitted: ParametersAtSize.Fitted, losses: [Double],
        jacobian: [Double]
    ) -> [Double]? {
        guard let covariance = fitted.covariance, let noise = fitted.noise else { return nil }
        let isLog = report.objective.residual == .log
        return losses.enumerated().map { point, loss in
            let scale = isLog ? 1 / loss : 1
            let gradient = covariance.indices.map { scale * jacobian[$0 * losses.count + point] }
            let mean = max(0, QuadraticForm.value(covariance, gradient))
            guard target == .observation else { return mean }
            guard let pointScale = noise.pointScale, let discrepancy = noise.curveCovariance else {
                return mean + noise.scale * noise.scale
            }
            return pointScale * pointScale
                + max(mean, QuadraticForm.value(discrepancy, gradient))
        }
    }

    // MARK: Gradients

    /// The gradients of losses in the parameters, in the objective's residual.
    ///
    /// - Parameters:
    ///   - schedule: The learning rates, for a law of curves.
    ///   - features: What the law needs beside them.
    ///   - steps: The steps of a curve.
    /// - Returns: A gradient per step, or one; not finite where the law says nothing.
    /// - Throws: `FittingError` for a size that the fit does not know, or a missing feature.
    package func gradients(
        along schedule: LearningRateSchedule? = nil, features: [Feature: Double], steps: [Int] = []
    ) throws(FittingError) -> [[Double]] {
        let known = try resolved(features)
        let input =
            schedule.map { LawInput(features: known, areas: ScheduleAreas($0), steps: steps) }
            ?? LawInput(features: known)
        var evaluator = law.law.evaluator(for: [input])
        let (losses, jacobian) = evaluator.lossesAndJacobian(
            at: try parameters.fitted(for: input).values)
        return residualGradients(losses, jacobian)
    }

    /// ∂residual/∂parameter at each loss.
    private func residualGradients(_ losses: [Double], _ jacobian: [Double]) -> [[Double]] {
        let isLog = report.objective.residual == .log
        return losses.indices.map { point in
            law.parameters.indices.map {
                jacobian[$0 * losses.count + point] / (isLog ? losses[point] : 1)
            }
        }
    }

    // MARK: A run's own log

    /// Points of a log that say where it lies as well as all of them.
    package static let logPoints = 100
    private static let fewestLogPoints = 5

    /// The band of a run that has a log, by an average of laws (`RunDiscrepancy`).
    ///
    /// - Returns: Nil where the law is a plain one, its fit has no discrepancy, or the log is too short.
    private func band(
        at input: LawInput, after logged: LossCurve, interval: Interval?
    ) throws(FittingError) -> Band? {
        let fitted = try parameters.fitted(for: input)
        guard case .average(let mixture) = law.law.fitting, let areas = input.areas,
            let covariance = fitted.covariance, let noise = fitted.noise,
            let pointScale = noise.pointScale, let discrepancy = noise.curveCovariance,
            covariance.allSatisfy({ $0.allSatisfy(\.isFinite) })
        else { return nil }
        let first = max(areas.schedule.warmupSteps, law.law.firstStep(on: areas))
        let thinned = logged.thinned(to: Self.logPoints)
        let points = zip(thinned.steps, thinned.losses).filter {
            $0.0 >= first && $0.0 < areas.schedule.totalSteps
        }
        guard points.count >= Self.fewestLogPoints else { return nil }
        let own = LawInput(features: input.features, areas: areas, steps: points.map(\.0))
        let past = places(at: own, fitted.values)
        let asked = places(at: input, fitted.values)
        let isLog = report.objective.residual == .log
        let residuals = zip(points, past.losses).map { point, loss in
            isLog ? log(point.1 / loss) : point.1 - loss
        }
        guard residuals.allSatisfy(\.isFinite), let end = asked.places.gradients.last else {
            return nil
        }
        let isWider = QuadraticForm.value(covariance, end) > QuadraticForm.value(discrepancy, end)
        let process = RunDiscrepancy(
            isWider ? covariance : discrepancy, shareIndex: mixture.weightIndex,
            pointScale: pointScale)
        guard
            let found = process.distances(
                after: past.places, residuals: Self.clipped(residuals, pointScale: pointScale),
                at: asked.places)
        else { return nil }
        var band = Band(
            losses: zip(asked.losses, found.means).map { isLog ? $0 * exp($1) : $0 + $1 })
        guard let interval else { return band }
        let ofPoint = interval.target == .observation ? pointScale * pointScale : 0
        let quantile = Interval.quantile(
            level: interval.level, degreesOfFreedom: noise.degreesOfFreedom)
        let halves = found.variances.map { quantile * ($0 + ofPoint).squareRoot() }
        band.setEnds(halves, isLog: isLog)
        return band
    }

    /// The law at some places of a run, and what a `RunDiscrepancy` reads there.
    private func places(
        at input: LawInput, _ values: [Double]
    ) -> (losses: [Double], places: RunDiscrepancy.Places) {
        var evaluator = law.law.evaluator(for: [input])
        let (losses, jacobian) = evaluator.lossesAndJacobian(at: values)
        let isLog = report.objective.residual == .log
        let areas = input.areas?.forwardArea(at: input.steps) ?? []
        return (
            losses,
            .init(
                gradients: residualGradients(losses, jacobian), logAreas: areas.map { log($0) },
                units: isLog ? losses.map { _ in 1 } : losses)
        )
    }

    /// Residuals about their median, the few that lie far out brought in: one wrong point of a log does
    /// not move its forecast.
    private static func clipped(_ residuals: [Double], pointScale: Double) -> [Double] {
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        let middle = median(residuals)
        let limit = 5 * max(1.4826 * median(residuals.map { abs($0 - middle) }), pointScale)
        return residuals.map { min(max($0, middle - limit), middle + limit) }
    }

    // MARK: Differences

    /// The difference between one predicted loss and another, pair by pair.
    ///
    /// The interval is the delta method's for the difference itself: with g and h the gradients of
    /// the two, its variance is (g − h)ᵀΣ(g − h), so that errors which both share cancel. Of an
    /// observation, it is of two futures of one run, whose curve lies off the law as
    /// `ModelDiscrepancy` has it: Δ in place of Σ where that is more. The noise of single points is
    /// no part of either.
    ///
    /// - Parameters:
    ///   - points: The losses.
    ///   - baselines: What each is compared with.
    ///   - features: What the law needs beside schedules.
    ///   - interval: The interval wanted, if any.
    /// - Returns: Differences in the loss's own unit.
    /// - Throws: `FittingError` when the law is not one of schedules or a feature is missing.
    package func differences(
        of points: [PredictedPoint], from baselines: [PredictedPoint],
        features: [Feature: Double], interval: Interval?
    ) throws(FittingError) -> Band {
        precondition(points.count == baselines.count, "a baseline for each")
        try checkKind(.curve, asked: "a curve under a schedule")
        let both = points + baselines
        let known = try resolved(features)
        let fitted = try parameters.fitted(for: LawInput(features: features))
        var evaluator = law.law.evaluator(
            for: both.map {
                LawInput(features: known, areas: ScheduleAreas($0.schedule), steps: [$0.step])
            })
        let (losses, jacobian) = evaluator.lossesAndJacobian(at: fitted.values)
        let count = points.count
        var band = Band(losses: (0..<count).map { losses[$0] - losses[count + $0] })
        guard let interval, let covariance = fitted.covariance, let noise = fitted.noise else {
            return band
        }
        let quantile = Interval.quantile(
            level: interval.level, degreesOfFreedom: noise.degreesOfFreedom)
        let discrepancy = interval.target == .observation ? noise.curveCovariance : nil
        let halves = (0..<count).map { pair in
            let gradient = law.parameters.indices.map { column in
                jacobian[column * both.count + pair] - jacobian[column * both.count + count + pair]
            }
            let ofRun = discrepancy.map { QuadraticForm.value($0, gradient) } ?? 0
            return quantile
                * max(0, ofRun, QuadraticForm.value(covariance, gradient)).squareRoot()
        }
        // A difference that the data do not bound has no ends.
        band.lower = zip(band.losses, halves).map { $1.isFinite ? $0 - $1 : .nan }
        band.upper = zip(band.losses, halves).map { $1.isFinite ? $0 + $1 : .nan }
        return band
    }

    // MARK: Sizes

    /// The fitted values in the law's own order, those of the run's model size where the fit has
    /// several.
    ///
    /// - Parameter features: What the law needs beside a schedule.
    /// - Returns: A value per parameter.
    /// - Throws: `FittingError` for a size that the fit does not know.
    package func parameterValues(
        for features: [Feature: Double]
    ) throws(FittingError) -> [Double] {
        try parameters.fitted(for: LawInput(features: features)).values
    }

    /// Warnings about predictions for a run's size, where that was not fitted.
    func sizeWarnings(for features: [Feature: Double]) -> [String] {
        parameters.warnings(for: features)
    }
}
