package import Records

/// The meaning of a logged value by its name, where values come one at a time and not as a file.
///
///     MetricMeaning("train/loss")   // .loss, of rank 1
///     MetricMeaning("lr-AdamW")     // .quantity(.learningRate)
///     MetricMeaning("grad_norm")    // .other
///
/// The names are those that logs of files are read by.
package enum MetricMeaning: Equatable, Sendable {
    /// A loss and its place among those that may be the main one, the lowest first; nil for one that
    /// never is.
    case loss(rank: Int?)
    case quantity(Point.Quantity)
    /// The step, logged as a value.
    case step
    case other

    package init(_ name: String) {
        let column = ColumnName(name)
        let loss = LossName(name)
        if let quantity = ColumnAliases.quantity(column) {
            self = .quantity(quantity)
        } else if loss.saysLoss || loss.unit != nil {
            self = .loss(rank: loss.rank)
        } else if ColumnAliases.step.contains(column.normal) {
            self = .step
        } else {
            self = .other
        }
    }

    /// The `<name>` under which a further loss is kept as `loss/<name>`.
    package static func seriesName(_ name: String) -> String { LossColumns.seriesName(name) }

    /// The unit of a loss that is not in nats per token, by its name.
    package static func unit(_ name: String) -> String? { LossName(name).unit }
}
