import ArgumentParser
import Foundation

/// Our fits beside SciPy's, in one run on one core.
struct SpeedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "speed",
        abstract: "Times fits beside SciPy's on the same core: ours, peer, ratio, optima.",
        discussion: """
            Times are CPU seconds, medians over rounds in which ours and the peer's take turns, \
            both on one thread of one core. "All starts" counts everything from the request to \
            the report: checks, design of starts, every search, covariance. The peers are SciPy \
            with exact Jacobians: for LR annealing the recurrence as a loop over NumPy arrays and \
            as scipy.signal.lfilter, for multi-power the double sum over the steps at which the \
            rate changes, vectorised over them.
            """)

    @Option(help: "How often each measurement is taken.")
    var rounds = 5

    @Option(help: "How many bootstrap refits, at least 100.")
    var refits = 4_000

    @Option(help: "CPU seconds after which the peer's multi-power search is stopped.")
    var limit = 60.0

    func validate() throws {
        guard rounds > 0, refits >= 100, limit > 0 else {
            throw ValidationError("rounds > 0, refits >= 100 and limit > 0 are needed")
        }
    }

    func run() throws {
        let core = SingleCore.enter()
        let data = try SpeedData(folder: ProcessInfo.processInfo.environment["ISOLOSS_DATA"])
        let peer = try PeerProcess("speed.py", in: PeerEnvironment())
        let versions = try peer.ask(PeerQuestion("versions")).versions ?? ""
        print(data.source)
        print("\(core); peers: \(versions)")
        var rows = try TableRows(runs: data.table, peer: peer, rounds: rounds).rows()
        rows += try RefitRows(runs: data.table, peer: peer, refits: refits).rows()
        rows += try CurveRows(runs: data.curves, peer: peer, rounds: rounds, limit: limit).rows()
        var table = BenchTable(SpeedRow.header)
        for row in rows { table.add(row.cells) }
        print()
        table.print()
    }
}
