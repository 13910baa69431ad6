package import Laws
package import Schedules

/// A fitted law ready to predict: one loss, or a curve under a schedule, with an interval.
package struct LawPredictor: Sendable {
    /// How sure a prediction is to be, and of what.
    package struct Interval: Sendable, Equatable {
        /// What lies inside the interval.
        package enum Target: String, Codable, Sendable {
            /// The law's own loss: the parameters' uncertainty alone.
            case mean
            /// A loss that a run would log: the noise of a point as well.
            case observation
        }

        package var level: Double
        package var target: Target

        package init(level: Double = 0.9, target: Target = .observation) {
            self.level = level
            self.target = target
        }
    }

    /// Predictions with lower and upper ends, nil without an interval.
    package struct Band: Sendable, Equatable {
        /// Not finite where the law says nothing.
        package var losses: [Double]
        package var lower: [Double]?
        package var upper: [Double]?
    }

    package let report: FitReport
    package let law: ConfiguredLaw
    private let parameters: SizedParameters
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
        parameters = try SizedParameters(report: report, law: law, values: values)
    }

    /// Whether the fit carries what an interval is made from.
    package var hasIntervals: Bool { report.covariance != nil && report.noise != nil }

    /// The loss along a schedule.
    ///
    /// - Parameters:
    ///   - schedule: The learning rates.
    ///   - features: What the law needs beside them, such as a size.
    ///   - steps: Where to predict, rising, at most the schedule's length.
    ///   - interval: The interval wanted, if any.
    /// - Returns: One prediction per step.
    /// - Throws: `FittingError` when the law is not one of schedules or a feature is missing.
    package func curve(
        schedule: LearningRateSchedule, features: [Feature: Double], steps: [Int],
        interval: Interval?
    ) throws(FittingError) -> Band {
        guard law.about.kind == .curve else {
            throw .wrongKind(
                law: law.about.id, asked: "a curve under a schedule", able: laws(of: .curve))
        }
        let input = LawInput(
            features: try resolved(features), areas: ScheduleAreas(schedule), steps: steps)
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
        guard law.about.kind == .table else {
            throw .wrongKind(
                law: law.about.id, asked: "a loss without a schedule", able: laws(of: .table))
        }
        return try predictions(
            at: [LawInput(features: resolved(features))], interval: interval)
    }

    private func laws(of kind: LawDescription.Kind) -> [String] {
        catalog.laws.filter { $0.about.kind == kind }.map { $0.about.id }
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
    package func predictions(at inputs: [LawInput], interval: Interval?) throws(FittingError)
        -> Band
    {
        if let interval, !(interval.level > 0 && interval.level < 1) {
            throw .badLevel(interval.level)
        }
        // Inputs of one size in a row are evaluated at once, which spares a law's preparations.
        var parts: [(fitted: SizedParameters.Fitted, inputs: [LawInput])] = []
        for input in inputs {
            let fitted = try parameters.fitted(for: input)
            if parts.last?.fitted == fitted {
                parts[parts.count - 1].inputs.append(input)
            } else {
                parts.append((fitted, [input]))
            }
        }
        let bands = parts.map { band(at: $0.inputs, $0.fitted, interval: interval) }
        return Band(
            losses: bands.flatMap(\.losses), lower: Self.joined(bands.map(\.lower)),
            upper: Self.joined(bands.map(\.upper)))
    }

    /// The ends of all parts, or none where a part has none.
    private static func joined(_ ends: [[Double]?]) -> [Double]? {
        let known = ends.compactMap { $0 }
        return known.count == ends.count ? known.flatMap { $0 } : nil
    }

    /// What to tell about predictions for a run's size, where that was not fitted.
    func sizeWarnings(for features: [Feature: Double]) -> [String] {
        parameters.warnings(for: features)
    }

    /// What predictions with these features are made with.
    func fitted(
        for features: [Feature: Double]
    ) throws(FittingError) -> SizedParameters.Fitted {
        try parameters.fitted(for: LawInput(features: features))
    }

    private func band(
        at inputs: [LawInput], _ fitted: SizedParameters.Fitted, interval: Interval?
    ) -> Band {
        var evaluator = law.law.evaluator(for: inputs)
        let count = evaluator.pointCount
        var band = Band(losses: Array(repeating: 0, count: count))
        let wantsInterval = interval != nil && fitted.covariance != nil && fitted.noise != nil
        var jacobian = Array(
            repeating: 0.0, count: wantsInterval ? count * fitted.values.count : 0)
        fitted.values.withUnsafeBufferPointer { values in
            band.losses.withUnsafeMutableBufferPointer { losses in
                jacobian.withUnsafeMutableBufferPointer { jacobian in
                    evaluator.evaluate(
                        values, losses: losses, jacobian: wantsInterval ? jacobian : nil)
                }
            }
        }
        if wantsInterval, let interval {
            addInterval(interval, fitted, jacobian: jacobian, to: &band)
        }
        return band
    }
}
