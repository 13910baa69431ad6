import Foundation
import Laws
package import Records
package import Schedules

/// Warnings about a prediction far outside the data that its law was fitted on.
extension LawPredictor {
    /// A prediction this many times beyond the data is worth a warning: a power law that is right
    /// over one decade may well be right over the next, and nobody has seen the one after.
    package static let extrapolationLimit = 10.0

    /// Warnings about a curve.
    ///
    /// - Parameters:
    ///   - schedule: The learning rates.
    ///   - features: What the law needs beside them.
    ///   - lastStep: The last step predicted.
    /// - Returns: A sentence for each quantity that lies far beyond the data; none for a fit that
    ///   does not say what it was fitted on.
    package func warnings(
        for schedule: LearningRateSchedule, features: [Feature: Double], through lastStep: Int
    ) -> [String] {
        var warnings = warnings(for: features)
        guard let range = report.fittedRange else { return warnings }
        if let fitted = range.steps {
            warnings += Self.warning(
                "step", Double(lastStep), Double(fitted.lowerBound)...Double(fitted.upperBound))
        }
        if let fitted = range.learningRates {
            let reached = try? schedule.prefix(steps: min(lastStep + 1, schedule.totalSteps))
            let peak = reached?.peakLearningRate ?? schedule.peakLearningRate
            warnings += Self.warning("peak learning_rate", peak, fitted)
            warnings += peakWarnings(peak, fitted: fitted.upperBound)
        }
        if let fitted = range.steps { warnings += earlyWarnings(lastStep, fitted.upperBound) }
        return warnings
    }

    /// An average of laws that leaves the warm-up's rises out knows no peak but the fitted one.
    private func peakWarnings(_ peak: Double, fitted: Double) -> [String] {
        guard case .average(let mixture) = law.law.fitting, peak > 0 else { return [] }
        let ignoresPeak =
            law.options.values[mixture.peakOption.name] == mixture.peakOption.defaultValue
        let ratio = max(peak / fitted, fitted / peak)
        guard ratio > (ignoresPeak ? Self.samePeak : Self.nearPeak) else { return [] }
        let reason =
            ignoresPeak
            ? "and nothing in this fit knows what another peak does; add a run of another peak"
            : "and a run of that peak would tell more"
        return [
            "peak learning_rate = \(Self.text(peak)) differs from the fitted runs' \(Self.text(fitted)), "
                + reason
        ]
    }

    /// Peaks within these factors are one, or near enough for a fit of several peaks.
    private static let samePeak = 1.1
    private static let nearPeak = 2.0

    /// A young run hardly decides its rest; a finished run beside it does.
    private func earlyWarnings(_ lastStep: Int, _ fitted: Int) -> [String] {
        guard case .average = law.law.fitting, lastStep > Self.earlyRatio * fitted else {
            return []
        }
        return [
            "too early: step \(lastStep) is more than \(Self.earlyRatio) times as far as the fitted runs "
                + "come; add a finished run, or wait for about step \(lastStep / Self.earlyRatio)"
        ]
    }

    private static let earlyRatio = 4

    /// Warnings about a loss of some sizes.
    ///
    /// - Parameter features: The run's sizes.
    /// - Returns: A sentence for each size that lies far beyond the data, and one for a size whose
    ///   parameters had to be interpolated.
    package func warnings(for features: [Feature: Double]) -> [String] {
        let interpolated = sizeWarnings(for: features) + publishedWarnings(for: features)
        guard let range = report.fittedRange else { return interpolated }
        let run = Run(id: "prediction", features: features)
        let features = (try? law.law.features(of: run)) ?? features
        return interpolated
            + Feature.allCases.flatMap { feature -> [String] in
                guard let value = features[feature], let fitted = range.features[feature] else {
                    return []
                }
                return Self.warning(feature.rawValue, value, fitted)
            }
    }

    private func publishedWarnings(for features: [Feature: Double]) -> [String] {
        warningsBeyondStudy(features) + (published?.warnings ?? [])
    }

    /// Warnings about sizes outside of those that a published fit was fitted on, however little.
    package func warningsBeyondStudy(_ features: [Feature: Double]) -> [String] {
        guard let published else { return [] }
        return Feature.allCases.compactMap { feature in
            guard let value = features[feature], let range = published.ranges[feature],
                !range.contains(value)
            else { return nil }
            let comparison =
                value > range.upperBound
                ? "\(Self.text(value / range.upperBound)) times their largest"
                : "\(Self.text(range.lowerBound / value)) times below their smallest"
            return "\(published.name) was fitted on \(published.fittedOn); \(feature.rawValue) = "
                + "\(Self.text(value)) is \(comparison), and nothing fitted says that the law holds "
                + "there"
        }
    }

    private static func warning(
        _ name: String, _ value: Double, _ fitted: ClosedRange<Double>
    ) -> [String] {
        let comparison: String
        if value > extrapolationLimit * fitted.upperBound {
            comparison = "\(text(value / fitted.upperBound)) times the highest"
        } else if value * extrapolationLimit < fitted.lowerBound {
            comparison = "\(text(fitted.lowerBound / value)) times below the lowest"
        } else {
            return []
        }
        return [
            "\(name) = \(text(value)) is \(comparison) that the law was fitted on "
                + "(\(text(fitted.lowerBound)) to \(text(fitted.upperBound))); it is extrapolated "
                + "far beyond its data"
        ]
    }

    /// Three digits or a whole number, as people write them: C writes `1e-04`, and they 1e-4.
    private static func text(_ value: Double) -> String {
        if value >= 100, value < 1e6 { return String(format: "%.0f", value) }
        let parts = String(format: value < 1e6 ? "%.3g" : "%.2e", value).split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return String(parts[0]) }
        return "\(String(format: "%g", Double(parts[0]) ?? 0))e\(exponent)"
    }
}

/// The warning of an answer that was asked for an interval that its fit cannot give.
package enum IntervalWarning {
    /// The sentence.
    package static let missing =
        "the fit carries no covariance and noise, so there is no interval; fit again to get one"

    /// The warning for an interval, if there is reason for one.
    package static func warnings(
        of predictor: LawPredictor, _ interval: LawPredictor.Interval?
    ) -> [String] {
        guard interval != nil, !predictor.hasIntervals else { return [] }
        // No fitting again makes a covariance of what was printed without one.
        let isPublished = predictor.report.warnings.contains(PublishedFit.noInterval)
        return [isPublished ? PublishedFit.noInterval : missing]
    }
}
