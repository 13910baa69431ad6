import Foundation
import Imports
import JSONText
import Records
import Testing

/// Real logs beside what an import must find in them.
///
/// They are not the project's own, so the folder that `ISOLOSS_DATA` names is needed: `ISOLOSS_DATA=…
/// Tests/quick.sh Imports RealLogTests` prints a line per log.
struct RealLogTests {
    private static let folder = ProcessInfo.processInfo.environment["ISOLOSS_DATA"]
        .map { $0 + "/logs" }

    @Test(.enabled(if: folder != nil))
    func `real logs import as their owners expect`() throws {
        let folder = try #require(Self.folder)
        let text = try Data(contentsOf: URL(filePath: folder + "/expected.json"))
        guard case .object(let cases) = try JSONParser.parse(Array(text)) else { return }
        for expected in cases {
            let file = Result { () throws(RunFileError) in
                try LogImporter.file(at: "\(folder)/\(expected.name)")
            }
            let misses = Self.misses(file, expected.value)
            print(misses.isEmpty ? "ok  " : "MISS", expected.name, Self.summary(file))
            for miss in misses { Issue.record("\(expected.name): \(miss)") }
        }
        #expect(cases.count >= 20)
    }

    private static func summary(_ file: Result<ImportedFile, RunFileError>) -> String {
        switch file {
        case .failure(let error): return "refused: it \(error.detail)"
        case .success(let file):
            let series = file.runs.flatMap(\.series).map { "\($0.name) \($0.points)" }
            return "\(file.format), \(file.runs.count) runs: \(series.joined(separator: ", "))"
        }
    }

    /// What differs from an entry of `expected.json`.
    private static func misses(
        _ file: Result<ImportedFile, RunFileError>, _ expected: JSONValue
    ) -> [String] {
        guard case .success(let file) = file else {
            return expected["points"] == .integer(0) && expected["not_finite"] == nil
                ? [] : ["was refused: \(summary(file))"]
        }
        if case .object(let runs) = expected["runs"] {
            return runs.flatMap { wanted -> [String] in
                guard let run = file.runs.first(where: { $0.run.name == wanted.name }) else {
                    return ["there is no run \(wanted.name)"]
                }
                return misses(run, wanted.value)
            } + (runs.count == file.runs.count ? [] : ["\(file.runs.count) runs"])
        }
        guard let run = file.runs.first, file.runs.count == 1 else {
            return ["\(file.runs.count) runs"]
        }
        var found = misses(run, expected)
        if let padding = expected["skipped_nan"]?.double, padding > 0,
            !file.skipped.contains(where: { $0.count == Int(padding) })
        {
            found.append("no \(Int(padding)) values were left out")
        }
        return found
    }

    private static func misses(_ run: ImportedRun, _ expected: JSONValue) -> [String] {
        var found: [String] = []
        func compare(_ what: String, _ value: Double?, _ wanted: JSONValue?) {
            guard let wanted = wanted?.double, value != wanted else { return }
            found.append("\(what) is \(value.map { "\($0)" } ?? "missing"), not \(wanted)")
        }
        func compare(_ what: String, _ series: ImportedRun.Series?, _ wanted: JSONValue) {
            compare("\(what) points", (series?.points).map(Double.init), wanted["points"])
            for (name, end) in [("first", series?.first), ("last", series?.last)] {
                guard case .array(let pair) = wanted[name] else { continue }
                compare("\(what) \(name) step", (end?.step).map(Double.init), pair[0])
                compare("\(what) \(name) loss", end?.loss, pair[1])
            }
        }
        let main = run.series.first { $0.name == "loss" }
        compare("loss", main, expected)
        if let wanted = expected["validation"] {
            let validation = run.series.first {
                $0.name != "loss" && $0.name.contains("val") && $0.unit == nil
            }
            compare("validation", validation, wanted)
        }
        compare("not_finite", (main?.notFinite).map(Double.init), expected["not_finite"])
        compare("learning_rates", Double(run.learningRates), expected["learning_rates"])
        compare("total_steps", run.totalSteps.map(Double.init), expected["total_steps"])
        compare("token_count", run.run.features[.tokenCount], expected["token_count"])
        if case .array(let others) = expected["other_losses"] {
            let names = run.series.filter { $0.name != "loss" }.map { "\($0.name)" }
            if names != others.map({ "loss/\($0.string ?? "")" }) {
                found.append("series are \(names)")
            }
        }
        return found
    }
}
