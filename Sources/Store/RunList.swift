import GRDB
package import Records

/// A list of runs, as it is asked for.
///
///     let best = RunList(study: "wsd", search: "124m", order: .lastLoss, limit: 20)
///     let page = try store.runs(best)
///
/// Runs without the value that a list is sorted by come last, whichever way it is sorted.
package struct RunList: Sendable, Equatable {
    /// The value that runs are sorted by.
    package enum Order: String, Sendable, CaseIterable {
        /// The order in which they were first stored.
        case created
        /// The time of the last change of metadata or points.
        case updated
        case lastLoss = "last_loss"
        case lastStep = "last_step"

        fileprivate var expression: String {
            switch self {
            case .created: "NULL"
            case .updated: "updated_at"
            case .lastLoss: "last_loss"
            case .lastStep: "last_step"
            }
        }
    }

    /// Only runs of this study; nil for all.
    package var study: String?
    /// Only runs whose id, name or study has this in it, in any case of ASCII letters; nil for all.
    package var search: String?
    package var order: Order
    /// Greatest first.
    package var isDescending: Bool
    /// Most runs in a page, at least 1.
    package var limit: Int
    /// `nextCursor` of the page before in the same order; nil for the first.
    package var cursor: String?
    /// True when runs come with their recipes, which may be large.
    package var withRecipes: Bool

    package init(
        study: String? = nil, search: String? = nil, order: Order = .created,
        isDescending: Bool = false, limit: Int = 100, cursor: String? = nil,
        withRecipes: Bool = false
    ) {
        self.study = study
        self.search = search
        self.order = order
        self.isDescending = isDescending
        self.limit = limit
        self.cursor = cursor
        self.withRecipes = withRecipes
    }

    /// The condition on runs before any page is cut, and the values that it names.
    ///
    /// A study is compared only where one is given: "study IS ? OR ? IS NULL" would not use the index.
    fileprivate var filter: (sql: String, arguments: [String: (any DatabaseValueConvertible)?]) {
        var conditions: [String] = ["TRUE"]
        var arguments: [String: (any DatabaseValueConvertible)?] = [:]
        if let study {
            conditions.append("study = :study")
            arguments["study"] = study
        }
        if let search {
            conditions.append(
                "instr(lower(id || ' ' || ifnull(name, '') || ' ' || ifnull(study, '')), lower(:search))"
            )
            arguments["search"] = search
        }
        return (conditions.joined(separator: " AND "), arguments)
    }

    /// The condition that leaves the rows after the cursor's.
    fileprivate func beyond(_ cursor: PageCursor) -> String {
        let later = isDescending ? "<" : ">"
        if order == .created { return "key \(later) :key" }
        // Rows without the value stand last, so those with it have all of them still before them.
        guard cursor.rank != nil else { return "rank IS NULL AND key \(later) :key" }
        return "(rank IS NULL OR rank \(later) :rank OR (rank = :rank AND key \(later) :key))"
    }

    fileprivate var ordering: String {
        let direction = isDescending ? "DESC" : "ASC"
        // By key alone where that is the order, so that the index gives it.
        return order == .created
            ? "key \(direction)" : "rank IS NULL, rank \(direction), key \(direction)"
    }
}

extension RunStore {
    /// Runs in the order in which they were first stored, without points and recipes.
    ///
    /// - Parameters:
    ///   - study: Only runs of this study; nil for all.
    ///   - limit: Most runs in the page, at least 1.
    ///   - cursor: `nextCursor` of the page before; nil for the first.
    /// - Returns: The page.
    /// - Throws: `invalidCursor`, `invalidLimit`.
    package func runs(
        study: String? = nil, limit: Int = 100, cursor: String? = nil
    ) throws(StoreError) -> Page<Run> {
        try runs(RunList(study: study, limit: limit, cursor: cursor))
    }

    /// A page of a list of runs, without points.
    ///
    /// A page takes five queries, however many runs it has.
    ///
    /// - Parameter list: Which runs, in which order.
    /// - Returns: The page.
    /// - Throws: `invalidCursor`, `invalidLimit`.
    package func runs(_ list: RunList) throws(StoreError) -> Page<Run> {
        let after = try list.cursor.map { text throws(StoreError) in
            try PageCursor(text, of: .runs)
        }
        guard list.limit >= 1 else { throw .invalidLimit(list.limit) }
        do {
            return try read { db in
                try page(of: list, after: after, in: db) {
                    try RunTable.runs(of: $0, withRecipes: list.withRecipes, in: db)
                }
            }
        } catch {
            guard error.isDamage else { throw error }
            // One by one, and without those that cannot be read.
            return try readAround { db in
                try page(of: list, after: after, in: db) { keys in
                    try keys.compactMap { key in
                        try whole {
                            try RunTable.runs(
                                of: [key], withRecipes: list.withRecipes, in: db)
                        }?.first
                    }
                }
            }
        }
    }

    private func page(
        of list: RunList, after: PageCursor?, in db: Database, runs: ([Int64]) throws -> [Run]
    ) throws -> Page<Run> {
        var (condition, arguments) = list.filter
        arguments["limit"] = list.limit == .max ? list.limit : list.limit + 1
        if let after {
            arguments["key"] = after.key
            if list.order != .created, let rank = after.rank { arguments["rank"] = rank }
        }
        // Only the keys are sorted; what a page shows of a run is read for its rows alone.
        let places = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT key, rank FROM
                        (SELECT key, \(list.order.expression) AS rank FROM run WHERE \(condition))
                    \(after.map { "WHERE \(list.beyond($0))" } ?? "")
                    ORDER BY \(list.ordering) LIMIT :limit
                    """),
            arguments: StatementArguments(arguments))
        let kept = places.prefix(list.limit)
        let records = try runs(kept.map { try $0.decode(forColumn: "key") })
        let last = places.count > list.limit ? kept.last : nil
        return Page(
            records: records,
            nextCursor: try last.map {
                PageCursor(
                    list: .runs, key: try $0.decode(forColumn: "key"),
                    rank: try $0.decode(forColumn: "rank")
                ).text
            }, damaged: kept.count - records.count)
    }

    /// The runs of a study, or all there are, page after page.
    ///
    /// - Parameters:
    ///   - study: Only runs of this study; nil for all.
    ///   - withRecipes: True when they come with their recipes.
    ///   - skipsDamaged: Leaves out runs that cannot be read; else one of them is an error, so that no
    ///     fit goes without it unawares.
    /// - Returns: Their metadata, in the order in which they were first stored.
    /// - Throws: `StoreError`.
    package func allRuns(
        study: String?, withRecipes: Bool = false, skipsDamaged: Bool = false
    ) throws(StoreError) -> [Run] {
        var records: [Run] = []
        var list = RunList(study: study, limit: 1_000, withRecipes: withRecipes)
        repeat {
            let page = try runs(list)
            guard skipsDamaged || page.damaged == 0 else { throw StoreError.damagedRow }
            records += page.records
            list.cursor = page.nextCursor
        } while list.cursor != nil
        return records
    }

    /// The number of runs in a list, over all its pages.
    ///
    /// - Parameter list: Which runs; its limit and cursor do not matter.
    /// - Returns: The count.
    /// - Throws: What SQLite says, as a `StoreError`.
    package func runCount(_ list: RunList) throws(StoreError) -> Int {
        try read { db in
            let (condition, arguments) = list.filter
            return try Int.fetchOne(
                db.cachedStatement(sql: "SELECT count(*) FROM run WHERE \(condition)"),
                arguments: StatementArguments(arguments)) ?? 0
        }
    }
}
