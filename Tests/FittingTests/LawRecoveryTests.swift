import Fitting
import Foundation
import LawTestSupport
import Laws
import Records
import Testing

/// Fits of made-up studies find the parameters that the studies were made with.
///
/// These are the published ones of Kaplan et al., Muennighoff et al. and, for errors, Gadre et al.
/// (RedPajama); those of translation and BLEU are made up, with the noise that Ghorbani et al. state.
@Suite struct LawRecoveryTests {
    /// A study by a law at known parameters.
    struct Case: Sendable, CustomTestStringConvertible {
        var law: String
        var options: [String: String] = [:]
        var truth: [Double]
        /// Standard deviation of an observation, in its own unit.
        var noise: Double
        var rows: [[Feature: Double]]

        var testDescription: String { law + options.values.map { " \($0)" }.joined() }

        func runs(noise: Double, seed: UInt64) throws -> [Run] {
            try SyntheticStudy.rows(
                law: LawCatalog.standard.law(law, options: options), parameters: truth,
                features: rows, noise: noise, seed: seed)
        }

        func fit(_ runs: [Run], seed: UInt64 = 0) throws -> FitReport {
            try Fitter().fit(
                FitRequest(
                    law: law, options: options,
                    series: law == "loss-to-metric" ? "metric" : nil, seed: seed),
                runs: runs)
        }
    }

    static let cases = [
        Case(
            law: "nmt-bivariate", truth: [1.1, 0.18, 0.31, 0.9], noise: 0.003,
            rows: grid(
                .encoderParameterCount, [2e7, 5e7, 1e8, 2.5e8, 6e8],
                .decoderParameterCount, [2e7, 5e7, 1e8, 2.5e8, 6e8])),
        Case(
            law: "average-parameters", truth: [1.8, 480, 2100, 0.35, 0.37], noise: 0.003,
            rows: grid(
                .averageParameterCount, [2e7, 6e7, 2e8, 6e8, 2e9, 6e9],
                .tokenCount, [1e9, 5e9, 2.5e10, 1.2e11, 6e11])),
        Case(
            law: "kaplan", truth: [6.5e13, 0.077, 2.1e3, 0.76, 2e8, 0.21], noise: 0.003,
            rows: grid(
                .parameterCount, [1e6, 1e7, 1e8, 1e9], .stepCount, [3e3, 1e4, 3e4, 1e5]
            ).flatMap { row in
                [3e4, 3e5, 3e6].map { batch in
                    row.merging([.batchTokens: batch]) { $1 }
                }
            }),
        Case(
            law: "data-constrained", truth: [1.87, 521, 1488, 0.353, 0.353, 15.39, 5.31],
            noise: 0.003,
            rows: grid(
                .parameterCount, [1e7, 1e8, 1e9, 1e10], .uniqueTokenCount, [1e8, 1e9, 1e10, 1e11]
            ).flatMap { row in
                [1.0, 4, 16, 64].map { epochs in
                    row.merging([.tokenCount: epochs * (row[.uniqueTokenCount] ?? 0)]) { $1 }
                }
            }),
        Case(
            law: "loss-to-metric", truth: [0.857, 2.21, 0.715], noise: 0.003,
            rows: stride(from: 2.0, through: 5, by: 0.1).map { [.loss: $0] }),
        Case(
            law: "loss-to-metric", options: ["form": "power"], truth: [90, 1.6], noise: 0.1,
            rows: stride(from: 1.5, through: 3, by: 0.1).map { [.loss: $0] }),
        Case(
            law: "loss-to-metric", options: ["form": "sigmoid"], truth: [0.25, 0.85, 4, 2.4],
            noise: 0.003, rows: stride(from: 1.2, through: 4, by: 0.1).map { [.loss: $0] }),
        Case(
            law: "skaling", truth: [1.220, 3355, 18186, 0.408, 0.431, 0.452], noise: 0.001,
            rows: grid(
                .parameterCount, [1e7, 3e7, 1e8, 3e8, 1e9, 3e9],
                .tokenCount, [3e8, 1e9, 3e9, 1e10, 3e10, 1e11])),
        Case(
            law: "steps-batch", truth: [1.6, 400, 30, 40, 0.34, 0.33, 0.43], noise: 0.003,
            rows: grid(
                .parameterCount, [1e7, 1e8, 1e9], .stepCount, [1e3, 4e3, 1.6e4, 6.4e4]
            ).flatMap { row in
                [3e4, 1.2e5, 4.8e5, 1.9e6].map { batch in
                    row.merging([.batchTokens: batch]) { $1 }
                }
            }),
        Case(
            law: "data-constrained", options: ["repeats": "overfitting"],
            truth: [2.083, 644, 21_900, 0.357, 0.467, 0.0551, 0.416, 0.798], noise: 0.003,
            rows: grid(
                .parameterCount, [1e7, 1e8, 1e9, 1e10], .uniqueTokenCount, [1e8, 1e9, 1e10, 1e11]
            ).flatMap { row in
                [1.0, 4, 16, 64].map { epochs in
                    row.merging([.tokenCount: epochs * (row[.uniqueTokenCount] ?? 0)]) { $1 }
                }
            }),
    ]

    private static func grid(
        _ first: Feature, _ firsts: [Double], _ second: Feature, _ seconds: [Double]
    ) -> [[Feature: Double]] {
        firsts.flatMap { value in seconds.map { [first: value, second: $0] } }
    }

    @Test(arguments: cases)
    func `exact losses give the parameters back`(study: Case) throws {
        let report = try study.fit(study.runs(noise: 0, seed: 1))
        for (parameter, expected) in zip(report.parameters, study.truth) {
            #expect(abs(parameter.value / expected - 1) < 1e-6, "\(parameter.name)")
        }
        let termination = try #require(report.termination)
        #expect(termination.converged)
        #expect(termination.startsAgreeing >= 5)
    }

    @Test(arguments: cases)
    func `noisy parameters lie within four standard errors`(study: Case) throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            let report = try study.fit(study.runs(noise: study.noise, seed: seed))
            for (parameter, expected) in zip(report.parameters, study.truth) {
                let error = try #require(parameter.standardError, "\(parameter.name)")
                #expect(
                    abs(parameter.value - expected) < 4 * error, "\(parameter.name), seed \(seed)")
            }
            #expect(try #require(report.termination).startsAgreeing >= 5)
        }
    }

    @Test(arguments: cases)
    func `the design's seed does not change the optimum`(study: Case) throws {
        let runs = try study.runs(noise: study.noise, seed: 7)
        let reports = try [0, 1, 2, 99].map { try study.fit(runs, seed: $0) }
        let costs = try reports.map { try #require($0.cost) }
        for cost in costs { #expect(abs(cost / costs[0] - 1) < 1e-8) }
        for report in reports { #expect(try #require(report.termination).startsAgreeing >= 3) }
    }
}
