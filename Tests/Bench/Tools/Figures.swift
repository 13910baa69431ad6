import Foundation

/// Numbers as the tables print them.
enum Figures {
    /// Seconds in the unit that leaves three digits before the point at most.
    static func seconds(_ seconds: Double) -> String {
        switch seconds {
        case ..<1e-3: String(format: "%.1f µs", 1e6 * seconds)
        case ..<1: String(format: "%.2f ms", 1e3 * seconds)
        default: String(format: "%.2f s", seconds)
        }
    }

    static func ratio(_ ratio: Double) -> String {
        ratio < 10 ? String(format: "%.2f×", ratio) : String(format: "%.0f×", ratio)
    }

    static func cost(_ cost: Double) -> String { String(format: "%.9e", cost) }

    static func short(_ value: Double) -> String { String(format: "%.1e", value) }
}
