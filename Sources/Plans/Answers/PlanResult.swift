import Fitting
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

/// The answer of a plan about schedules: the law behind it, and the interval of its losses.
protocol ScheduleAnswer: PlanResult {
    var law: String { get set }
    /// The law's, as in `isoloss laws`.
    var formula: String { get set }
    var lossUnit: String { get set }
    /// The level of the intervals; nil without.
    var interval: Double? { get set }
    var intervalOf: LawPredictor.Interval.Target? { get set }
}

extension ScheduleAnswer {
    /// Says which interval a loss has.
    mutating func set(_ interval: LawPredictor.Interval?, of loss: PlannedLoss?) {
        guard loss?.lower != nil else { return }
        self.interval = interval?.level
        intervalOf = interval?.target
    }

    /// The formula and the unit of the losses.
    var wordsTable: Table {
        Table(
            header: ["", ""],
            rows: [[.text("formula"), .text(formula)], [.text("losses in"), .text(lossUnit)]])
    }
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
