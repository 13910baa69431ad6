/// A finished plan: JSON as it is coded, rows for CSV, and a page for people.
package protocol PlanResult: Codable, Sendable {
    /// The plan's main list, under the names of its JSON members.
    var rows: PlanTable { get }

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
    package var plot: PlanPlot?
    package var tables: [PlanTable]

    package init(title: String, advice: String, plot: PlanPlot? = nil, tables: [PlanTable]) {
        self.title = title
        self.advice = advice
        self.plot = plot
        self.tables = tables
    }
}

/// Rows under named columns.
package struct PlanTable: Sendable, Equatable {
    package var header: [String]
    package var rows: [[PlanCell]]

    package init(header: [String], rows: [[PlanCell]]) {
        self.header = header
        self.rows = rows
    }
}

/// One cell of a plan's table.
package enum PlanCell: Sendable, Equatable {
    case text(String)
    case count(Int)
    /// A number, and how many significant digits people want of it.
    case number(Double, digits: Int)
    case empty

    /// A number that may be missing.
    package static func number(_ value: Double?, digits: Int) -> PlanCell {
        value.map { .number($0, digits: digits) } ?? .empty
    }
}

/// Curves over one axis, to be drawn in a terminal or as SVG.
package struct PlanPlot: Sendable, Equatable {
    package struct Series: Sendable, Equatable {
        package var name: String
        package var x: [Double]
        package var y: [Double]
        /// The ends of its interval; nil without.
        package var lower: [Double]?
        package var upper: [Double]?

        package init(
            name: String, x: [Double], y: [Double], lower: [Double]? = nil, upper: [Double]? = nil
        ) {
            self.name = name
            self.x = x
            self.y = y
            self.lower = lower
            self.upper = upper
        }
    }

    package var xLabel: String
    package var yLabel: String
    package var series: [Series]

    package init(xLabel: String, yLabel: String, series: [Series]) {
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
    }
}
