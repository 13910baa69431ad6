import Foundation
package import Records

/// The mixed difference of measured losses over size and tokens, ∂²L/∂lnN∂lnD.
///
/// Four runs at two sizes and two numbers of tokens give
///
///     L(N₂, D₂) − L(N₁, D₂) − L(N₂, D₁) + L(N₁, D₁)
///
/// which is 0 for every law that adds a term of N to one of D, whatever the terms, below 0 where size
/// and tokens help each other (`skaling` with k < 1), and above 0 where each makes up for the other. It
/// asks the data which kind of law to take before any is fitted. The value is the sum over all
/// neighbouring rectangles of the grid over the sum of ln(N₂/N₁)·ln(D₂/D₁); its standard error is from
/// the scatter of the rectangles.
package struct MixedDifference: Sendable, Equatable, Codable {
    /// In nats per factor e of size and of tokens.
    package var value: Double
    package var standardError: Double
    /// The number of rectangles.
    package var rectangles: Int

    /// Fewer rectangles have no scatter to speak of.
    private static let fewest = 4

    /// The runs that it takes, in words.
    package static let need =
        "it takes \(fewest) rectangles, each of runs of two sizes on the same two numbers of tokens"

    /// Collects the rectangles of a table.
    ///
    /// Runs that differ in anything but size and tokens, such as the number of experts, are in grids of
    /// their own; several runs of one place count by their mean.
    ///
    /// - Parameter runs: The runs; nil with fewer than four rectangles.
    package init?(_ runs: [Run]) {
        var grids: [[Feature: Double]: [Double: [Double: [Double]]]] = [:]
        for run in runs {
            guard let size = CrossValidation.size(of: run), let loss = run.finalLoss,
                let tokens = run.features[.tokenCount]
            else { continue }
            let others = run.features.filter { !Self.following.contains($0.key) }
            grids[others, default: [:]][size, default: [:]][tokens, default: []].append(loss)
        }
        var parts: [(difference: Double, area: Double)] = []
        for grid in grids.values {
            let rows = grid.mapValues { $0.mapValues { $0.reduce(0, +) / Double($0.count) } }
            let sizes = rows.keys.sorted()
            for (small, large) in zip(sizes, sizes.dropFirst()) {
                guard let low = rows[small], let high = rows[large] else { continue }
                let shared = low.keys.filter { high[$0] != nil }.sorted()
                for (few, many) in zip(shared, shared.dropFirst()) {
                    guard let corner = high[many], let opposite = low[few],
                        let right = high[few], let top = low[many]
                    else { continue }
                    parts.append(
                        (corner - right - top + opposite, log(large / small) * log(many / few)))
                }
            }
        }
        guard parts.count >= Self.fewest else { return nil }
        // Grids come in no order; sums in one always.
        parts.sort { ($0.area, $0.difference) < ($1.area, $1.difference) }
        let area = parts.reduce(0) { $0 + $1.area }
        let mean = parts.reduce(0) { $0 + $1.difference } / area
        let squares = parts.reduce(0) { sum, part in
            let rest = part.difference - mean * part.area
            return sum + rest * rest
        }
        let count = Double(parts.count)
        value = mean
        standardError = (squares * count / (count - 1)).squareRoot() / area
        rectangles = parts.count
    }

    /// Features that follow from size and tokens, or are one of them.
    private static let following: Set<Feature> = [
        .parameterCount, .averageParameterCount, .totalParameterCount,
        .nonEmbeddingParameterCount, .encoderParameterCount, .decoderParameterCount, .tokenCount,
        .trainingFLOPs, .stepCount, .loss,
    ]

    /// The kind of law that it speaks for, in words.
    package var meaning: String {
        if abs(value) <= 2 * standardError {
            return "no coupling beyond the scatter, terms of N and D add up"
        }
        return value < 0
            ? "size and tokens help each other, as in skaling"
            : "size and tokens make up for each other, which a sum of terms does not"
    }
}
