import ArgumentParser
import Fitting
import Foundation
import Imports
import Laws
import Records

/// The bootstrap of a published analysis, done again.
///
/// Source: Besiroglu et al. 2024, arXiv 2404.10102, who give 124.58, 1293.23, 0.03, 0.02, 0.02 for
/// A, B, E, α, β from 4,000 resamples; the ranges are what exact refits give from seed to seed.
struct BootstrapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bootstrap",
        abstract: "Bootstraps the 240 Chinchilla points and compares with published errors.",
        discussion: """
            4,000 resamples tell a standard error to 1 or 2 %, that of B to 5 %, so that of ten \
            seeds up to three leave a published range, with SciPy's exact refits of NumPy's \
            resamples as with ours: the mean over seeds has to lie inside. On the first seed's \
            resamples no refit may end at a higher cost than SciPy's, which takes a minute or two.
            """)

    @Option(help: "Resamples.")
    var resamples = 4_000

    @Option(help: "How many seeds.")
    var seeds = 10

    @Option(help: "The first seed of the resamples.")
    var seed: UInt64 = 0

    private static let published: [(name: String, range: ClosedRange<Double>)] = [
        ("parameter_coefficient", 119...125), ("token_coefficient", 1_210...1_440),
        ("irreducible_loss", 0.0251...0.0257), ("parameter_exponent", 0.0150...0.0155),
        ("token_exponent", 0.0199...0.0206),
    ]

    func validate() throws {
        guard seeds > 0 else { throw ValidationError("seeds > 0 is needed") }
    }

    func run() throws {
        guard let folder = ProcessInfo.processInfo.environment["ISOLOSS_DATA"] else {
            print("skipped: ISOLOSS_DATA names no data folder")
            return
        }
        let runs = try Self.rows(folder + "/chinchilla-figure4.csv")
        let delta = try fit(runs, .delta, seed: seed)
        let reports = try (0..<UInt64(seeds)).map {
            try fit(runs, .bootstrap(resamples: resamples), seed: seed &+ $0)
        }
        var misses = showSeeds(reports, delta: delta)
        let exact = try ExactRefits(
            runs: runs, optimum: delta.parameters.map(\.value), resamples: resamples, seed: seed)
        show(exact, beside: reports[0])
        if exact.worse > 0 { misses += 1 }
        if misses > 0 { throw ExitCode(1) }
    }

    /// The rows of the published analysis, in the file's order: all but the five highest losses.
    private static func rows(_ path: String) throws -> [Run] {
        let runs = try RunLoader.load(paths: [path]).runs
        let highest = Set(
            runs.sorted { ($0.loss ?? 0) > ($1.loss ?? 0) }.prefix(5).map(\.id))
        return runs.filter { !highest.contains($0.id) }
    }

    private func fit(
        _ runs: [Run], _ method: UncertaintyMethod, seed: UInt64
    ) throws -> FitReport {
        try Fitter().fit(
            FitRequest(law: "chinchilla", seed: seed, uncertainty: method), runs: runs)
    }

    private static func error(_ name: String, _ report: FitReport) -> Double {
        report.parameters.first { $0.name == name }?.standardError ?? .nan
    }

    /// Prints each parameter's errors over the seeds.
    ///
    /// - Returns: How many means lie outside the published range.
    private func showSeeds(_ reports: [FitReport], delta: FitReport) -> Int {
        var table = BenchTable(
            ["standard error", "delta", "lowest", "mean", "highest", "published", "seeds inside"])
        var misses = 0
        for (name, range) in Self.published {
            let errors = reports.map { Self.error(name, $0) }
            let mean = errors.reduce(0, +) / Double(errors.count)
            let isMiss = !range.contains(mean)
            if isMiss { misses += 1 }
            let figures = [
                Self.error(name, delta), errors.min() ?? .nan, mean, errors.max() ?? .nan,
            ]
            table.add(
                [name] + figures.map { String(format: "%.5g", $0) } + [
                    String(format: "%g to %g", range.lowerBound, range.upperBound),
                    "\(errors.count { range.contains($0) })" + (isMiss ? "  MISS" : ""),
                ])
        }
        print("\(seeds) seeds of \(resamples) resamples, the first seed \(seed)")
        table.print()
        let seconds = reports.reduce(0) { $0 + ($1.durationSeconds ?? 0) }
        let failed = reports.reduce(0) { $0 + ($1.uncertainty?.failed ?? 0) }
        print(
            "\(seeds * resamples) refits, \(failed) not converged, "
                + String(
                    format: "%.2f s on %d cores", seconds,
                    ProcessInfo.processInfo.activeProcessorCount))
        return misses
    }

    private func show(_ exact: ExactRefits, beside report: FitReport) {
        print("\nseed \(seed), the same resamples refitted by SciPy")
        var table = BenchTable(["standard error", "isoloss", "SciPy", "ratio"])
        for (index, (name, _)) in Self.published.enumerated() {
            let (ours, peers) = (Self.error(name, report), exact.errors[index])
            table.add([
                name, String(format: "%.6g", ours), String(format: "%.6g", peers),
                String(format: "%.6f", ours / peers),
            ])
        }
        table.print()
        print(
            "cost of our refit: better in \(exact.better), equal within "
                + "\(Figures.short(ExactRefits.tolerance)) in \(exact.equal), worse in "
                + "\(exact.worse); largest excess \(Figures.short(exact.largestExcess))"
                + (exact.worse > 0 ? "  MISS" : ""))
    }
}
