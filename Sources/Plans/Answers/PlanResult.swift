package import Plots

/// A finished plan: JSON as it is coded, rows for CSV, and a page for people.
package protocol PlanResult: Codable, Sendable {
    /// The plan's main list, under the names of its JSON members.
    var rows: Table { get }

    /// The page for people.
    var page: PlanPage { get }

    /// Sentences about what not to trust.
    var warnings: [String] { get set }
}

/// A plan as people read it, without any layout.
package struct PlanPage: Sendable, Equatable {
    /// The plan and its inputs.
    package var title: String
    /// The advice, in a sentence.
    package var advice: String
    /// Nil where an answer has nothing to draw.
    package var chart: LineChart?
    package var tables: [Table]

    package init(title: String, advice: String, chart: LineChart? = nil, tables: [Table]) {
        self.title = title
        self.advice = advice
        self.chart = chart
        self.tables = tables
    }
}
