import Foundation
import TestSupport

/// SciPy and cminpack on the problems of the NIST archive, in one run of a script.
struct ArchivePeers {
    /// Scores by solver, problem and start.
    private(set) var scores: [String: [String: [Int: ArchiveScore]]] = [:]
    /// In the order in which the script has them.
    private(set) var solvers: [String] = []
    let versions: String

    init(problems: [ArchiveProblem], environment: PeerEnvironment) throws {
        let datasets = Dictionary(
            uniqueKeysWithValues: problems.map { ($0.dataset.name, $0.dataset) })
        let output = try Self.run(problems.map(\.dataset), environment)
        versions = output.versions
        for answer in output.answers {
            guard let dataset = datasets[answer.problem] else { continue }
            if !solvers.contains(answer.solver) { solvers.append(answer.solver) }
            scores[answer.solver, default: [:]][answer.problem, default: [:]][answer.start] =
                ArchiveScore(
                    dataset, parameters: answer.parameters.map(Self.number),
                    residualSumOfSquares: Self.number(answer.sum),
                    standardDeviations: answer.deviations.map(Self.number))
        }
    }

    private struct Question: Encodable {
        struct Dataset: Encodable {
            var name: String
            var starts: [[Double]]
            var predictors: [[Double]]
            var responses: [Double]
        }

        var datasets: [Dataset]
    }

    /// Numbers come as text, since JSON has no word for those that are not finite.
    private struct Output: Decodable {
        struct Answer: Decodable {
            var solver: String
            var problem: String
            var start: Int
            var parameters: [String]
            var sum: String
            var deviations: [String]
        }

        var versions: String
        var answers: [Answer]
    }

    private static func number(_ text: String) -> Double { Double(text) ?? .nan }

    private static func run(
        _ datasets: [NISTDataset], _ environment: PeerEnvironment
    ) throws -> Output {
        let question = Question(
            datasets: datasets.map {
                Question.Dataset(
                    name: $0.name, starts: $0.starts, predictors: $0.predictors,
                    responses: $0.responses)
            })
        let peer = try PeerProcess("nist.py", in: environment)
        return try peer.ask(question, as: Output.self)
    }
}
