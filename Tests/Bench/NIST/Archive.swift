import Foundation
import LeastSquares
import TestSupport

/// A data set of the NIST archive as the solver sees it.
struct ArchiveProblem: LeastSquaresProblem {
    let dataset: NISTDataset
    private let model: NISTModel
    private var slopes: [Double]

    init(dataset: NISTDataset, model: @escaping NISTModel) {
        self.dataset = dataset
        self.model = model
        slopes = Array(repeating: 0, count: dataset.parameters.count)
    }

    var residualCount: Int { dataset.responses.count }

    var parameterCount: Int { dataset.parameters.count }

    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>, residuals: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        for row in 0..<residualCount {
            let predicted = model(dataset.predictors[row], parameters, &slopes)
            residuals[row] = dataset.responses[row] - predicted
            for column in 0..<parameterCount {
                jacobian?[column * residualCount + row] = -slopes[column]
            }
        }
    }

    /// Reads the archive's files.
    ///
    /// - Parameter folder: Where the 27 `.dat` files lie.
    /// - Returns: The problems in order of their names.
    /// - Throws: What the file system or `NISTDataset` says.
    static func all(in folder: String) throws -> [ArchiveProblem] {
        try NISTModels.all.sorted { $0.key < $1.key }.map { name, model in
            let file = URL(filePath: folder).appending(path: name + ".dat")
            let text = try String(contentsOf: file, encoding: .utf8)
            return ArchiveProblem(dataset: try NISTDataset(text: text), model: model)
        }
    }
}

/// How many decimal digits of a fit agree with the certified values: log relative errors.
struct ArchiveScore {
    /// Of the parameter that agrees least.
    var parameters: Double
    var residualSumOfSquares: Double
    /// Of the standard deviation that agrees least.
    var standardDeviations: Double

    init(
        _ dataset: NISTDataset, parameters: [Double], residualSumOfSquares: Double,
        standardDeviations: [Double]
    ) {
        self.parameters = Self.digits(parameters, dataset.parameters)
        self.residualSumOfSquares = Self.digits(
            [residualSumOfSquares], [dataset.residualSumOfSquares])
        self.standardDeviations = Self.digits(standardDeviations, dataset.standardDeviations)
    }

    /// Solves with the solver's default options.
    init(solving problem: ArchiveProblem, from start: Int) {
        var problem = problem
        let parameters = problem.dataset.starts[start].map { SolverParameter($0) }
        let solution = LevenbergMarquardt().solve(&problem, parameters: parameters)
        self.init(
            problem.dataset, parameters: solution.parameters,
            residualSumOfSquares: 2 * solution.cost,
            standardDeviations: solution.covariance(parameters).standardErrors)
    }

    /// The least digits of a list; NIST certifies 11, and a value that is off or no number has 0.
    private static func digits(_ values: [Double], _ certified: [Double]) -> Double {
        zip(values, certified).map { value, certified in
            guard value != certified else { return 11 }
            let error = abs(value - certified) / abs(certified)
            return error.isFinite ? min(11, max(0, -log10(error))) : 0
        }.min() ?? 0
    }
}

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
