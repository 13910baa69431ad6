import ArgumentParser
import Fitting
import Foundation
import Laws
import RunFiles

/// The bootstrap of a published analysis, done again.
///
/// Source: Besiroglu et al. 2024, arXiv 2404.10102, who give 124.58, 1293.23, 0.03, 0.02, 0.02 for
/// A, B, E, α, β from 4,000 resamples; the ranges are what exact refits give from seed to seed.
struct BootstrapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bootstrap",
        abstract: "Bootstraps the 240 Chinchilla points and compares with published errors.")

    @Option(help: "Resamples.")
    var resamples = 4_000

    @Option(help: "Seed of the resamples.")
    var seed: UInt64 = 0

    private static let published: [(name: String, range: ClosedRange<Double>)] = [
        ("irreducible_loss", 0.0251...0.0257), ("parameter_coefficient", 119...125),
        ("token_coefficient", 1_210...1_440), ("parameter_exponent", 0.0150...0.0155),
        ("token_exponent", 0.0199...0.0206),
    ]

    func run() throws {
        guard let folder = ProcessInfo.processInfo.environment["ISOLOSS_DATA"] else {
            print("skipped: ISOLOSS_DATA names no data folder")
            return
        }
        let runs = try RunLoader.load(paths: [folder + "/chinchilla-figure4.csv"]).runs
        func fit(_ method: UncertaintyMethod) throws -> FitReport {
            try Fitter().fit(
                FitRequest(law: "chinchilla", excludeHighest: 5, seed: seed, uncertainty: method),
                runs: runs)
        }
        let delta = try fit(.delta)
        let report = try fit(.bootstrap(resamples: resamples))
        print("standard error           delta   bootstrap   published")
        var misses = 0
        for (name, range) in Self.published {
            let error = report.parameters.first { $0.name == name }?.standardError ?? .nan
            let plain = delta.parameters.first { $0.name == name }?.standardError ?? .nan
            if !range.contains(error) { misses += 1 }
            print(
                name.padding(toLength: 22, withPad: " ", startingAt: 0)
                    + String(
                        format: "%9.5g %11.5g   %g to %g", plain, error, range.lowerBound,
                        range.upperBound) + (range.contains(error) ? "" : "  MISS"))
        }
        let seconds = (report.durationSeconds ?? 0) - (delta.durationSeconds ?? 0)
        print(
            "\(resamples) refits, \(report.uncertainty?.failed ?? 0) not converged, "
                + String(
                    format: "%.2f s on %d cores", seconds,
                    ProcessInfo.processInfo.activeProcessorCount))
        if misses > 0 { throw ExitCode(1) }
    }
}
