import Foundation
import Laws
import Records

extension PeerProcess {
    /// Gives the peer the rows that it fits from then on.
    func load(table runs: [Run]) throws {
        _ = try ask(
            PeerQuestion("load_table")
                .with(\.sizes, runs.map { $0.features[.parameterCount] ?? 0 })
                .with(\.tokens, runs.map { $0.features[.tokenCount] ?? 0 })
                .with(\.losses, runs.map { $0.loss ?? 0 }))
    }
}

extension PeerQuestion {
    /// The question with a start, from the law's own E, A, B, α, β.
    func starting(at values: [Double]) -> PeerQuestion {
        with(\.start, [log(values[1]), log(values[2]), log(values[0]), values[3], values[4]])
    }
}
