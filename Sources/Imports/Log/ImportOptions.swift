import Records

/// The choices of the one who imports, which go before what the file says.
package struct ImportOptions: Sendable, Equatable {
    /// The format by name; nil to go by the content.
    package var format: String?
    /// The series that is the main loss, by its own name; nil to go by names.
    package var series: String?
    /// Columns by what they mean: `step`, `loss`, `learning_rate`, `token_count`, `run`, a feature.
    package var columns: [String: String]
    /// True when steps are counted rows, for a logger that never set them.
    package var countsRows: Bool

    package init(
        format: String? = nil, series: String? = nil, columns: [String: String] = [:],
        countsRows: Bool = false
    ) {
        self.format = format
        self.series = series
        self.columns = columns
        self.countsRows = countsRows
    }

    /// True when values of a name are worth their memory: a loss, a rate, a count, a size.
    func keeps(_ name: String) -> Bool {
        let column = ColumnName(name)
        let loss = LossName(name)
        return loss.saysLoss || loss.maybeLoss || loss.unit != nil || column.normal == "value"
            || ColumnAliases.quantity(column) != nil || column.saysSetting
            || ColumnAliases.time.contains(column.normal)
            || columns.values.contains(name)
            || series.map { ColumnName($0).normal == column.normal || name == "loss/\($0)" } == true
    }

    /// Meanings that `columns` may settle, beside the features.
    package static let meanings =
        ["step", "loss"] + Point.Quantity.allCases.map(\.rawValue) + ["run", "id"]
}
