package import Records
package import Schedules

/// The points of one run at which a law is evaluated.
///
/// For a law of learning-rate schedules: the run's areas and the steps on its curve. For a law of
/// sizes: the run's features alone, and one point.
package struct LawInput: Sendable {
    package var features: [Feature: Double]
    package var areas: ScheduleAreas?
    /// Steps on the schedule, rising; empty for a table row.
    package var steps: [Int]

    /// The number of predictions that this input asks for.
    package var pointCount: Int { areas == nil ? 1 : steps.count }

    /// A row of a table.
    package init(features: [Feature: Double]) {
        self.features = features
        areas = nil
        steps = []
    }

    /// Points on a curve.
    package init(features: [Feature: Double], areas: ScheduleAreas, steps: [Int]) {
        self.features = features
        self.areas = areas
        self.steps = steps
    }

    /// A feature that the law declared in `requiredFeatures`, so that the caller has checked it.
    package func required(_ feature: Feature) -> Double {
        guard let value = features[feature] else {
            preconditionFailure("\(feature.rawValue) is checked before a law is evaluated")
        }
        return value
    }
}
