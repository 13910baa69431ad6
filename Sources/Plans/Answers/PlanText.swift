import Foundation
import Plots
import Schedules

/// Numbers and schedules inside a plan's sentences.
enum PlanText {
    /// A number with so many significant digits, `1e-4` rather than `1e-04`.
    static func number(_ value: Double, digits: Int = 4) -> String {
        NumberFormat.significant(value, digits: digits)
    }

    /// A number rounded to so many significant digits.
    static func rounded(_ value: Double, digits: Int) -> Double {
        guard value.isFinite, value != 0 else { return value }
        return Double(String(format: "%.\(digits - 1)e", value)) ?? value
    }

    /// A schedule in the language; one that continues a list has no words there.
    static func language(_ schedule: LearningRateSchedule) -> String {
        schedule.segmentText ?? ""
    }
}

/// Sentences about sizes.
enum SizeText {
    /// `72.2 billion`.
    static func count(_ value: Double) -> String {
        // Rounded first: a hair below a billion is no thousand million.
        let value = PlanText.rounded(value, digits: 3)
        let units = [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")]
        for (unit, word) in units where value >= unit && value < 1e16 {
            return "\(PlanText.number(value / unit, digits: 3)) \(word)"
        }
        // Thousands in full: nobody says 1.42e4 steps.
        return value >= 1e3 && value < 1e6
            ? PlanText.number(value, digits: 6) : PlanText.number(value, digits: 3)
    }

    /// `72.2 billion (36 billion to 140 billion)`.
    static func count(_ quantity: PlannedQuantity) -> String {
        guard let lower = quantity.lower, let upper = quantity.upper else {
            return count(quantity.value)
        }
        return "\(count(quantity.value)) (\(count(lower)) to \(count(upper)))"
    }

    /// `1.97 (1.96 to 1.98)`.
    static func loss(_ quantity: PlannedQuantity) -> String {
        let text = PlanText.number(quantity.value, digits: 5)
        guard let lower = quantity.lower, let upper = quantity.upper else { return text }
        return "\(text) (\(PlanText.number(lower)) to \(PlanText.number(upper)))"
    }
}
