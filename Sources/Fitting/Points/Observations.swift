package import Laws
import Records
import Schedules

/// The points of a fit or a score: where the law is evaluated, and what was measured there.
package struct Observations: Sendable {
    /// The points of one run, in the order of its input.
    package struct Group: Sendable {
        package var runID: String
        package var input: LawInput
        package var losses: [Double]
    }

    package var groups: [Group]
    /// The choices made on the way, for the answer.
    package var warnings: [String]
    /// Points left out because they lie inside a warm-up.
    package var warmupPointsLeftOut = 0
    /// Points left out because no learning rate above 0 comes before them.
    package var pointsBeforeLearning = 0

    package var inputs: [LawInput] { groups.indices.map { groups[$0].input } }

    package var losses: [Double] {
        var losses: [Double] = []
        losses.reserveCapacity(pointCount)
        // By index: to take a group out of the array would cost more than its one loss.
        for index in groups.indices { losses += groups[index].losses }
        return losses
    }

    package var pointCount: Int {
        groups.indices.reduce(0) { $0 + groups[$1].losses.count }
    }

    /// Every n-th point, counted through all groups.
    ///
    /// - Parameter stride: n, at least 1.
    /// - Returns: The points kept, by group; groups with none left are gone.
    func thinned(by stride: Int) -> Observations {
        guard stride > 1 else { return self }
        var thinned = self
        var start = 0
        for index in groups.indices {
            thinned.groups[index].keep { (start + $0).isMultiple(of: stride) }
            start += groups[index].losses.count
        }
        thinned.groups.removeAll { $0.losses.isEmpty }
        return thinned
    }

    /// About so many points of each group, whatever the others have.
    ///
    /// - Parameter count: How many to keep of each group, up to twice as many where it has them.
    /// - Returns: The points kept, the last of each group among them.
    func thinnedEach(to count: Int) -> Observations {
        var thinned = self
        for index in groups.indices {
            let last = groups[index].losses.count - 1
            let stride = (last + 1) / count
            guard stride > 1 else { continue }
            thinned.groups[index].keep { (last - $0).isMultiple(of: stride) }
        }
        return thinned
    }
}

extension Observations.Group {
    /// Leaves out all points but some.
    fileprivate mutating func keep(_ isKept: (Int) -> Bool) {
        let kept = losses.indices.filter(isKept)
        losses = kept.map { losses[$0] }
        if input.areas != nil { input.steps = kept.map { input.steps[$0] } }
    }
}

/// A fingerprint of the observations of a fit, so that two answers can be seen to share their data.
///
/// FNV-1a over the bit patterns of every number that enters the fit, in order. It tells data sets
/// apart; it is no protection against somebody who makes two collide.
///
/// Source: Fowler, Noll, Vo; constants of the 64-bit variant, draft-eastlake-fnv.
struct DataDigest {
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    static func text(of observations: Observations) -> String {
        var digest = DataDigest()
        // Runs of one study carry the same features: they are put in order once.
        var order: [(feature: Feature, name: [UInt8])] = []
        for group in observations.groups {
            for byte in group.runID.utf8 { digest.add(byte) }
            let features = group.input.features
            if features.count != order.count
                || !order.allSatisfy({ features[$0.feature] != nil })
            {
                order = features.keys.sorted { $0.rawValue < $1.rawValue }
                    .map { ($0, Array($0.rawValue.utf8)) }
            }
            for (feature, name) in order {
                for byte in name { digest.add(byte) }
                digest.add((features[feature] ?? 0).bitPattern)
            }
            for step in group.input.steps {
                digest.add(UInt64(step))
                let rate = group.input.areas?.schedule.learningRate(at: step) ?? 0
                digest.add(rate.bitPattern)
            }
            for loss in group.losses { digest.add(loss.bitPattern) }
        }
        let hexadecimal = String(digest.hash, radix: 16)
        return "fnv1a64:" + String(repeating: "0", count: 16 - hexadecimal.count) + hexadecimal
    }

    private mutating func add(_ word: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            add(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
    }

    private mutating func add(_ byte: UInt8) {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
}
