import Fitting
import Foundation
import Laws
import LeastSquares
import Records

/// The resamples of one seed, each refitted by us and by SciPy, to see whether ours end at their
/// optima.
///
/// SciPy has the exact Jacobian and tolerances of 1e-13, and begins where ours do, at the fit of all
/// rows.
struct ExactRefits {
    /// SciPy's standard errors of A, B, E, α and β.
    let errors: [Double]
    /// Refits whose cost is below SciPy's by more than the tolerance, within it, and above it.
    let better: Int
    let equal: Int
    let worse: Int
    /// The largest excess of our cost over SciPy's, relative to it.
    let largestExcess: Double

    /// Costs that differ by less than this fraction are one optimum's.
    static let tolerance = 1e-9

    private struct Answer: Decodable {
        var costs: [Double]
        var errors: [Double]
    }

    /// - Parameters:
    ///   - runs: The rows, in the order in which they were fitted.
    ///   - optimum: E, A, B, α and β of the fit of all rows.
    ///   - resamples: How many.
    ///   - seed: Of the resamples.
    /// - Throws: What kept the peer from answering.
    init(runs: [Run], optimum: [Double], resamples: Int, seed: UInt64) throws {
        let weights = (0..<resamples).map {
            Resampling.times(of: runs.count, seed: seed, index: $0)
        }
        let answer = try Self.peer(runs, optimum, weights)
        errors = answer.errors
        var problem = try RefitProblem(law: LawCatalog.standard.law("chinchilla"), runs: runs)
        let parameters = problem.parameters(at: optimum)
        let workspace = Workspace()
        let excesses = zip(weights, answer.costs).map { weights, cost in
            problem.solve(parameters, weights: weights, workspace: workspace).cost / cost - 1
        }
        better = excesses.count { $0 < -Self.tolerance }
        worse = excesses.count { $0 > Self.tolerance }
        equal = excesses.count - better - worse
        largestExcess = excesses.max() ?? .nan
    }

    private static func peer(
        _ runs: [Run], _ optimum: [Double], _ weights: [[Double]]
    ) throws -> Answer {
        let draws = weights.flatMap { weights in
            weights.enumerated().flatMap { Array(repeating: Int32($0), count: Int($1)) }
        }
        let file = try DrawsFile(draws)
        defer { file.remove() }
        let peer = try PeerProcess("speed.py", in: PeerEnvironment())
        try peer.load(table: runs)
        return try peer.ask(
            PeerQuestion("exact_bootstrap").with(\.file, file.path).starting(at: optimum)
                .with(\.first, 0).with(\.end, weights.count),
            as: Answer.self)
    }
}
