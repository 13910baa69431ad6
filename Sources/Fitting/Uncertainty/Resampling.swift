import Foundation

/// The ways of a bootstrap to make new data out of the old.
package struct Resampling: Sendable {
    /// The units that are drawn with replacement.
    enum Unit: Sendable, Equatable {
        /// Rows of a table.
        case rows
        /// Whole curves.
        case runs
        /// Stretches of residuals along curves, put on the fitted curve.
        case blocks(length: Int)

        var name: String {
            switch self {
            case .rows: "rows"
            case .runs: "runs"
            case .blocks: "blocks"
            }
        }
    }

    /// One resample: how often each point counts, or residuals in place of its own.
    enum Draw {
        case weights([Double])
        case residuals([Double])
    }

    let unit: Unit
    private let counts: [Int]
    private let residuals: [Double]
    private let widening: Double
    private let seed: UInt64

    /// From this many curves on, whole curves are drawn unless asked otherwise: they carry any
    /// correlation, but fewer leave too much of the study out of too many resamples.
    static let fewestRuns = 20

    /// - Parameters:
    ///   - isTable: Whether points are rows of a table.
    ///   - counts: Points in each run.
    ///   - residuals: At the optimum, run after run.
    ///   - noise: What they say of the noise.
    ///   - freeParameters: How many parameters were fitted.
    ///   - drawing: What curves lend; nil leaves it to their number. One curve always lends blocks.
    ///   - seed: Of all draws.
    init(
        isTable: Bool, counts: [Int], residuals: [Double], noise: NoiseEstimate,
        freeParameters: Int, drawing: UncertaintyMethod.CurveUnit? = nil, seed: UInt64
    ) {
        self.counts = counts
        self.residuals = residuals
        self.seed = seed
        if isTable {
            unit = .rows
            widening = 1
        } else if counts.count > 1,
            drawing.map({ $0 == .runs }) ?? (counts.count >= Self.fewestRuns)
        {
            unit = .runs
            widening = 1
        } else {
            let length = Self.blockLength(noise.correlation, counts: counts)
            unit = .blocks(length: length)
            widening =
                noise.correlation == .none
                ? (Double(residuals.count) / Double(max(1, residuals.count - freeParameters)))
                    .squareRoot()
                : noise.correction
                    * (noise.correlation.pointsPerIndependentPoint
                    / Self.variance(ofBlocks: length, noise.correlation)).squareRoot()
        }
    }

    /// The length with the least error of the variance of a mean, for this correlation.
    ///
    /// Source: Carlstein 1986, doi:10.1214/aos/1176350057, for an autoregression.
    static func blockLength(_ correlation: NoiseCorrelation, counts: [Int]) -> Int {
        let neighbour = correlation.ofNeighbours
        guard correlation != .none, neighbour < 1 else { return 1 }
        let decay = exp(-1 / correlation.length)
        let longest = Double(counts.max() ?? 1)
        let ratio = 6.0.squareRoot() * decay / (1 - decay * decay)
        let length = pow(ratio, 2.0 / 3) * pow(longest, 1.0 / 3)
        // At least three blocks in the longest curve, so that a resample differs from it.
        // A correlation that never ends makes the length infinite, which no Int can be.
        return max(1, min(Int(min(length, longest).rounded(.up)), Int(longest) / 3))
    }

    /// Points per independent point when correlation is cut at the ends of blocks: what blocks
    /// lose in variance is given back by widening the residuals.
    private static func variance(ofBlocks length: Int, _ correlation: NoiseCorrelation) -> Double {
        var sum = 1.0
        for lag in 1..<max(2, length) {
            let weight = 1 - Double(lag) / Double(length)
            sum += 2 * weight * correlation.share * exp(-Double(lag) / correlation.length)
        }
        return sum
    }

    /// The resample of an index; the same seed and index give the same one on any thread.
    func draw(_ index: Int) -> Draw {
        switch unit {
        case .rows:
            return .weights(Self.times(of: residuals.count, seed: seed, index: index))
        case .runs:
            let times = Self.times(of: counts.count, seed: seed, index: index)
            return .weights(
                zip(counts, times).flatMap { Array(repeating: $1, count: $0) })
        case .blocks(let length):
            var generator = Self.stream(seed: seed, index: index)
            return .residuals(blocks(of: length, &generator))
        }
    }

    /// The times that each of `count` rows or runs is drawn in the resample of an index.
    package static func times(of count: Int, seed: UInt64, index: Int) -> [Double] {
        var generator = stream(seed: seed, index: index)
        var times = Array(repeating: 0.0, count: count)
        for _ in times.indices { times[generator.index(below: count)] += 1 }
        return times
    }

    /// Fills each run with blocks from anywhere in the runs, a block never reaching across two.
    private func blocks(of length: Int, _ generator: inout SplitMix64) -> [Double] {
        var starts: [Range<Int>] = []
        var position = 0
        for count in counts {
            if count >= length { starts.append(position..<(position + count - length + 1)) }
            position += count
        }
        let choices = starts.reduce(0) { $0 + $1.count }
        var drawn: [Double] = []
        drawn.reserveCapacity(residuals.count)
        for count in counts {
            let end = drawn.count + count
            while drawn.count < end {
                var choice = generator.index(below: choices)
                var start = 0
                for range in starts {
                    if choice < range.count {
                        start = range.lowerBound + choice
                        break
                    }
                    choice -= range.count
                }
                let taken = min(length, end - drawn.count)
                drawn += residuals[start..<(start + taken)].map { widening * $0 }
            }
        }
        return drawn
    }

    /// A generator far from those of other indices: neighbouring states of SplitMix64 would give
    /// the same numbers, shifted by one, so the state is mixed first.
    private static func stream(seed: UInt64, index: Int) -> SplitMix64 {
        var outer = SplitMix64(seed: seed)
        var inner = SplitMix64(seed: outer.next() ^ UInt64(index))
        return SplitMix64(seed: inner.next())
    }
}

extension SplitMix64 {
    /// A whole number in 0..<bound, by the high half of a product: bias below 2⁻⁴⁰ for any bound
    /// of data.
    mutating func index(below bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
    }
}
