/// Choices of a few points among many, by index.
///
/// ```swift
/// let shown = Thinning.extremes(of: losses, atMost: 2_000).map { steps[$0] }
/// ```
package enum Thinning {
    /// The fewest points that can show a curve: both ends and both extremes.
    package static let fewestPoints = 4
    /// The most points of a drawn curve: more than two for each pixel show nothing more.
    static let mostDrawn = 2_000

    /// Indices of the ends and, of each run of neighbours, of the lowest and the highest value.
    ///
    /// The values between the ends are cut into runs of equal length. A spike of a single step always
    /// stays, which averaging or taking every k-th value would lose.
    ///
    /// - Parameters:
    ///   - values: Finite values.
    ///   - limit: How many may stay, at least `fewestPoints`.
    /// - Returns: Rising indices, all of them where they are few enough.
    package static func extremes(of values: [Double], atMost limit: Int) -> [Int] {
        guard values.count > limit else { return Array(values.indices) }
        let runs = max(1, (limit - 2) / 2)
        let inner = values.count - 2
        var kept = [0]
        for run in 0..<runs {
            let part = (1 + run * inner / runs)..<(1 + (run + 1) * inner / runs)
            guard let low = part.min(by: { values[$0] < values[$1] }),
                let high = part.max(by: { values[$0] < values[$1] })
            else { continue }
            kept += low == high ? [low] : [min(low, high), max(low, high)]
        }
        return kept + [values.count - 1]
    }

    /// Points of a curve that are worth drawing, its extremes among them.
    static func drawn(_ points: [PlotPoint]) -> [PlotPoint] {
        extremes(of: points.map(\.y), atMost: mostDrawn).map { points[$0] }
    }

    /// Indices evenly spread from the first to the last.
    ///
    /// - Parameters:
    ///   - count: How many there are.
    ///   - limit: How many are wanted at most, at least 2.
    /// - Returns: Rising indices, all of them where they are few enough.
    package static func evenly(_ count: Int, atMost limit: Int) -> [Int] {
        guard count > limit else { return Array(0..<count) }
        return (0..<limit).map { ($0 * (count - 1) + (limit - 1) / 2) / (limit - 1) }
    }

    /// Every n-th index and the last, with n 1, 2 or 5 times a power of ten, so that what is at round
    /// numbers stays at round numbers.
    ///
    /// - Parameters:
    ///   - range: The indices there are.
    ///   - limit: About how many are wanted.
    /// - Returns: Rising indices.
    package static func roundly(_ range: Range<Int>, about limit: Int) -> [Int] {
        guard let last = range.last else { return [] }
        var spacing = 1
        while range.count / spacing >= limit {
            spacing = String(spacing).hasPrefix("2") ? spacing / 2 * 5 : spacing * 2
        }
        return range.filter { $0.isMultiple(of: spacing) && $0 != last } + [last]
    }
}
