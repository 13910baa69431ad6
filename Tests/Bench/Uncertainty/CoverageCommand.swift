import ArgumentParser
import Dispatch
import Fitting
import Foundation
import Laws
import Records
import Synchronization
import TestSupport

/// How often the nominal 90 % intervals contain the truth, over simulated studies.
struct CoverageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract: "Simulates studies and counts how often 90 % intervals contain the truth.",
        discussion: """
            Independent noise has to give 87 to 93 %, curves with correlated noise 85 to 95 %, for \
            every parameter, for predictions (mean) and for a further observation there (obs). \
            With 1,000 studies the counts themselves are sure to about 1 %.
            """)

    @Option(help: "Simulated studies per case.")
    var studies = 1_000

    @Option(help: "Seed of the noise.")
    var seed: UInt64 = 1

    @Option(
        help: "How uncertainty is found: delta, profile or bootstrap[:n].",
        transform: { try UncertaintyMethod(parsing: $0) })
    var uncertainty = UncertaintyMethod.delta

    @Option(name: .customLong("case"), help: "Only cases whose title contains this text.")
    var title = ""

    func run() throws {
        var misses = 0
        for study in try CoverageCase.all() where title.isEmpty || study.title.contains(title) {
            let began = ContinuousClock.now
            let counts = try count(study)
            let seconds = (ContinuousClock.now - began) / .seconds(1)
            print(
                "\(study.title): noise \(study.noise), \(uncertainty.text), \(studies) studies, "
                    + String(format: "%.1f s", seconds))
            misses += show(counts, of: study)
        }
        print(misses == 0 ? "every interval covers as it should" : "\(misses) intervals miss")
        if misses > 0 { throw ExitCode(1) }
    }

    /// How many intervals of one quantity cover, of how many there were.
    struct Count: Sendable {
        var name: String
        var covering = 0
        var total = 0

        var share: Double { total > 0 ? Double(covering) / Double(total) : 0 }

        mutating func add(_ interval: (lower: Double, upper: Double)?, _ truth: Double) {
            total += 1
            guard let interval else { return }
            if interval.lower <= truth, truth <= interval.upper { covering += 1 }
        }
    }

    private func show(_ counts: [Count], of study: CoverageCase) -> Int {
        var misses = 0
        for count in counts {
            let isMiss = !study.wanted.contains(count.share)
            if isMiss { misses += 1 }
            print(
                "  " + count.name.padding(toLength: 26, withPad: " ", startingAt: 0)
                    + String(format: "%5.1f %%", 100 * count.share) + (isMiss ? "  MISS" : ""))
        }
        return misses
    }

    private func count(_ study: CoverageCase) throws -> [Count] {
        let law = try LawCatalog.standard.law(study.law)
        let expected = CoverageCase.losses(law, study.targets, study.truth)
        let empty =
            law.parameters.map { Count(name: $0.name) }
            + ["mean", "obs"].flatMap { kind in
                expected.indices.map { Count(name: "prediction \($0 + 1), \(kind)") }
            }
        let totals = Mutex(empty)
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: studies) { index in
            do {
                var outer = SplitMix64(seed: seed &+ UInt64(index) << 20)
                var generator = NormalGenerator(seed: outer.next())
                var one = empty
                try add(study, expected, &generator, to: &one)
                totals.withLock { totals in
                    for index in totals.indices {
                        totals[index].covering += one[index].covering
                        totals[index].total += one[index].total
                    }
                }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        return totals.withLock { $0 }
    }

    private func add(
        _ study: CoverageCase, _ expected: [Double], _ generator: inout NormalGenerator,
        to counts: inout [Count]
    ) throws {
        let report = try Fitter().fit(
            FitRequest(law: study.law, objective: study.objective, uncertainty: uncertainty),
            runs: study.study(&generator))
        for (index, parameter) in report.parameters.enumerated() {
            let interval = parameter.interval.map { ($0[0], $0[1]) }
            counts[index].add(interval, study.truth[index])
        }
        let predictor = try LawPredictor(report: report)
        var position = report.parameters.count
        for target in [LawPredictor.Interval.Target.mean, .observation] {
            let band = try predictor.predictions(
                at: study.targets, interval: .init(level: 0.9, target: target))
            for (index, exact) in expected.enumerated() {
                let truth = target == .mean ? exact : exact * exp(study.noise * generator.next())
                let interval = zip(band.lower ?? [], band.upper ?? []).map { ($0, $1) }
                counts[position].add(interval.isEmpty ? nil : interval[index], truth)
                position += 1
            }
        }
    }
}
