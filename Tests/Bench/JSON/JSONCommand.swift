import ArgumentParser
import Foundation
import JSONText

/// Foundation's JSON beside ours on the two bodies that are large or frequent.
///
/// Each way ends in the same values; those that are not the very doubles that the text spells are
/// counted. Times are of this process's CPU, the median of several rounds.
struct JSONCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "json",
        abstract: "Compares Foundation's JSON with ours: reading points, writing a curve.")

    @Option(help: "Points of the bodies to read.")
    var points = 100_000

    @Option(help: "Rounds of reading; a curve is written a hundred times in each.")
    var rounds = 5

    func run() throws {
        let logged = (0..<points).map(LoggedPoint.init(number:))
        let body = LoggedPoint.body(logged)
        try compare("a body of \(points) points", bytes: body.count) { way in
            logged.countDifferent(in: try way.points(body: body))
        }
        let lines = LoggedPoint.lines(logged)
        try compare("\(points) lines, a point on each", bytes: lines.count) { way in
            logged.countDifferent(in: try way.points(lines: lines))
        }
        let curve = SampleCurve(pointCount: 241)
        for way in JSONWay.allCases {
            guard try SampleCurve(reading: way.text(of: curve)) == curve else {
                throw ValidationError("\(way.rawValue) wrote another curve")
            }
        }
        let bytes = try JSONWay.ours.text(of: curve).count
        try compare("writing 241 points with an interval", bytes: bytes, repeats: 100) { way in
            _ = try way.text(of: curve)
            return 0
        }
    }

    /// Times each way in turn, so that what slows the machine for a while slows all of them.
    ///
    /// - Parameters:
    ///   - title: What is read or written.
    ///   - bytes: Its size.
    ///   - repeats: How often to do it in a round.
    ///   - work: Does it once; returns how many values came out inexact.
    /// - Throws: What `work` throws.
    private func compare(
        _ title: String, bytes: Int, repeats: Int = 1, work: (JSONWay) throws -> Int
    ) throws {
        var times: [JSONWay: [Double]] = [:]
        var inexact: [JSONWay: Int] = [:]
        for _ in 0..<rounds {
            for way in JSONWay.allCases {
                let (seconds, _) = try Stopwatch.measure {
                    for _ in 0..<repeats { inexact[way] = try work(way) }
                }
                times[way, default: []].append(seconds / Double(repeats))
            }
        }
        let medians = times.mapValues(Stopwatch.median)
        let ours = medians[.ours] ?? .nan
        var table = BenchTable(["\(title), \(bytes) bytes", "CPU", "MB/s", "to ours", "inexact"])
        for way in JSONWay.allCases {
            let seconds = medians[way] ?? .nan
            table.add([
                way.rawValue, Figures.seconds(seconds),
                String(format: "%.1f", 1e-6 * Double(bytes) / seconds),
                Figures.ratio(seconds / ours), "\(inexact[way] ?? 0)",
            ])
        }
        table.print()
        print()
    }
}

extension [LoggedPoint] {
    /// How many points are not bit for bit the same in another list, missing ones included.
    fileprivate func countDifferent(in other: [LoggedPoint]) -> Int {
        zip(self, other).count { $0 != $1 } + abs(count - other.count)
    }
}
