import Fitting
import HTTP

/// The interval that a query asks for: `interval=0.9`, or `interval` alone, and `interval_of`.
enum IntervalReader {
    static let names = ["interval", "interval_of"]

    /// Reads the interval.
    ///
    /// - Parameters:
    ///   - query: The query, which knows `names`.
    ///   - standard: What holds when the query asks for none.
    /// - Returns: The interval, if any.
    /// - Throws: `HTTPError` 400 for a level outside 0 to 1 or an unknown target.
    static func interval(
        _ query: QueryReader, standard: LawPredictor.Interval? = nil
    ) throws(HTTPError) -> LawPredictor.Interval? {
        let target = try query.word(
            "interval_of", of: [LawPredictor.Interval.Target.observation, .mean])
        guard let text = query.text("interval") else {
            guard let target else { return standard }
            return LawPredictor.Interval(target: target)
        }
        let level = text.isEmpty ? LawPredictor.Interval.standardLevel : Double(text)
        guard let level, level > 0, level < 1 else {
            throw QueryReader.fault(
                "interval", "interval = \(text) must lie between 0 and 1, as in 0.9.")
        }
        return LawPredictor.Interval(level: level, target: target ?? .observation)
    }
}
