import Foundation
import Schedules

/// Numbers and schedules inside a plan's sentences.
enum PlanText {
    /// A number with so many significant digits, `1e-4` rather than `1e-04`.
    static func number(_ value: Double, digits: Int = 4) -> String {
        guard value.isFinite else { return "-" }
        let text = String(format: "%.\(digits)g", value)
        let parts = text.split(separator: "e", maxSplits: 1)
        guard parts.count == 2, let exponent = Int(parts[1]) else { return text }
        return "\(parts[0])e\(exponent)"
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
