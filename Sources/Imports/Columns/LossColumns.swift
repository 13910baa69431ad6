/// The columns that are losses, and the file's main one among them; the rules are `LossName`'s.
struct LossColumns: Equatable {
    struct Series: Equatable {
        let name: String
        let column: Int
    }

    private(set) var main: Int?
    private(set) var series: [Series] = []

    /// Chooses among columns.
    ///
    /// - Parameters:
    ///   - columns: All names, in the file's order.
    ///   - taken: Columns known to be something else.
    init(_ columns: [String], taken: Set<Int>) {
        let free = columns.indices.filter { !taken.contains($0) }
        var losses = free.filter { LossName(columns[$0]).saysLoss }
        if losses.isEmpty { losses = free.filter { LossName(columns[$0]).maybeLoss } }
        main =
            losses.enumerated()
            .compactMap { place, index in
                LossName(columns[index]).mainRank.map { (rank: $0, place: place, index: index) }
            }
            .min { ($0.rank, $0.place) < ($1.rank, $1.place) }?.index
        series = losses.filter { $0 != main }.map {
            Series(name: Self.seriesName(columns[$0]), column: $0)
        }
    }

    /// The `<name>` of a column that is kept as series `loss/<name>`.
    static func seriesName(_ column: String) -> String {
        let prefix = "loss/"
        guard column.lowercased().hasPrefix(prefix) else { return column }
        return String(column.dropFirst(prefix.count))
    }
}
