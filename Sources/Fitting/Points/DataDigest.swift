import Laws
import Records
import Schedules

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
