import API
import ArgumentParser
import Fitting
import Imports
import Laws

/// `isoloss fit`: runs in, parameters out.
struct FitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "Fit a law to runs from files, or to runs that a server has.",
        discussion: """
            The train runs of a study folder, and some runs of a server's study:

              isoloss fit --law lr-annealing sample-runs --output fit.json
              isoloss fit --law chinchilla --server http://127.0.0.1:8080 --study sizes

            Judged on runs that it does not see:

              isoloss fit --law multi-power sample-runs --holdout wsd_sqrt_3000,cosine_4000

            A curve without metadata takes its schedule from the command line:

              isoloss fit --law lr-annealing curve.csv --fix annealing_decay=0.999 \\
                --schedule warmup:2160@3e-4,cosine:21840@3e-5
            """)

    @Argument(help: ArgumentHelp("Study folders, curves or tables.", valueName: "path"))
    var paths: [String] = []

    @OptionGroup var fit: FitOptions
    @OptionGroup var selection: RunSelection
    @OptionGroup var holdout: HoldoutOptions
    @OptionGroup var bareCurves: BareCurveOptions
    @OptionGroup var server: ServerOptions

    @Option(help: "On a server: the runs of this study.")
    var study: String?

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("Write the fit to this file too.", valueName: "fit.json"))
    var path: String?

    @Flag(help: "Let --output replace a file.")
    var force = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        if let path { try FitFile.check(path, force: force) }
        let answer =
            if let client = try server.client() {
                try fit(on: client)
            } else {
                try fitFiles()
            }
        if let path { try FitFile.write(answer.report, to: path, force: force) }
        try output.print(answer)
        if let path, output.format == .text { Output.print(["", "written to \(path)"]) }
    }

    private func fitFiles() throws -> FitAnswer {
        if study != nil { throw UsageError.optionNeedsServer("study") }
        let request = try fit.request()
        let source = try RunFileSource.load(paths)
        let runs = try holdout.excluding(
            from: selection.select(from: source.runs, standardRole: .train),
            named: selection.identifiers != nil)
        let filled = try bareCurves.filling(runs.runs + holdout.runs(from: source.runs))
        let heldOut = Array(filled.dropFirst(runs.runs.count))
        let prepared = try Fitter().prepare(
            request, runs: Array(filled.prefix(runs.runs.count)), holdout: heldOut)
        var report = try ProgressReporter.during("fitting \(request.law)") { reporter in
            try Fitter().fit(prepared, progress: { reporter.update(fraction: $0) })
        }
        report.warnings += source.warnings
        output.note(source.notes)
        return FitAnswer(report: report, selection: runs.summary)
    }

    private func fit(on client: ServerClient) throws -> FitAnswer {
        guard paths.isEmpty else { throw UsageError.pathsAndServer }
        if let option = bareCurves.firstGiven { throw UsageError.optionNeedsFiles(option) }
        let request = try fit.request()
        let runs = try holdout.excluding(
            from: selection.select(from: client, study: study, standardRole: .train),
            named: selection.identifiers != nil)
        let submission = FitSubmission(
            request: request, runs: runs.runs.map(\.id), holdout: holdout.identifiers ?? [])
        let body = try ProgressReporter.during("fitting \(request.law)") { reporter in
            try client.fit(submission) { reporter.update(fraction: $0) }
        }
        let report = try client.decode(FitReport.self, from: body, at: ["v1", "fits"])
        return FitAnswer(report: report, body: body, selection: runs.summary)
    }
}
