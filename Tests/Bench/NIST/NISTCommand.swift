import ArgumentParser
import Foundation
import TestSupport

/// The solver's digits on the 27 problems of the NIST archive, beside other solvers'.
struct NISTCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nist",
        abstract: "Scores the solver on the NIST archive beside SciPy and cminpack.",
        discussion: """
            Digits (log relative errors) of the parameter that agrees least with its certified \
            value, of the residual sum of squares (RSS) and of the standard deviations (SD), from \
            both published starts. All solvers get exact derivatives; "tight" has every tolerance \
            near the machine's. cminpack is shown where its library is installed. Exits with 1 \
            when a run of ours has fewer than 8 digits of the parameters.
            """)

    @Option(help: "The folder with the archive's .dat files.")
    var data = SourceTree.path("Tests/LeastSquaresTests/NIST")

    @Flag(help: "Our solver alone, without Python.")
    var withoutPeers = false

    func run() throws {
        let problems = try ArchiveProblem.all(in: data)
        let peers =
            withoutPeers
            ? nil : try ArchivePeers(problems: problems, environment: PeerEnvironment())
        let solvers = peers?.solvers ?? []
        var table = BenchTable(["problem", "start", "isoloss", "RSS", "SD"] + solvers)
        var digits: [String: [Double]] = [:]
        for problem in problems {
            let name = problem.dataset.name
            for start in problem.dataset.starts.indices {
                let ours = ArchiveScore(solving: problem, from: start)
                var row = [name, "\(start + 1)", Self.text(ours.parameters)]
                row.append(Self.text(ours.residualSumOfSquares))
                row.append(Self.text(ours.standardDeviations))
                digits["isoloss", default: []].append(ours.parameters)
                for solver in solvers {
                    let score = peers?.scores[solver]?[name]?[start]
                    row.append(score.map { Self.text($0.parameters) } ?? "-")
                    digits[solver, default: []].append(score?.parameters ?? 0)
                }
                table.add(row)
            }
        }
        table.print()
        printTotals(of: digits, solvers: ["isoloss"] + solvers)
        if let peers { print("peers: \(peers.versions)") }
        guard digits["isoloss", default: []].allSatisfy({ $0 >= 8 }) else { throw ExitCode(1) }
    }

    private func printTotals(of digits: [String: [Double]], solvers: [String]) {
        print()
        var table = BenchTable(["runs with at least", "4 digits", "6 digits", "8 digits", "of"])
        for solver in solvers {
            let scores = digits[solver, default: []]
            let counts = [4, 6, 8].map { wanted in
                String(scores.count { $0 >= Double(wanted) })
            }
            table.add([solver] + counts + [String(scores.count)])
        }
        table.print()
    }

    private static func text(_ digits: Double) -> String { String(format: "%.1f", digits) }
}
