import Fitting
import Foundation
import LawTestSupport
import Laws
import Records
import Testing

/// What laws take from runs beyond plain sizes, and what fits say of parameters they cannot know.
@Suite struct LawInputTests {
    // MARK: Metrics

    private func metricRuns() throws -> [Run] {
        try SyntheticStudy.rows(
            law: LawCatalog.standard.law("loss-to-metric"), parameters: [0.857, 2.21, 0.715],
            features: stride(from: 2.0, through: 4, by: 0.25).map { [.loss: $0] }, noise: 0,
            seed: 1)
    }

    @Test func `a metric must be named`() throws {
        let error = #expect(throws: FittingError.self) {
            try Fitter().fit(FitRequest(law: "loss-to-metric"), runs: metricRuns())
        }
        #expect(
            error?.message
                == "the law loss-to-metric predicts a metric; name it as series, one of metric.")
        #expect(error?.pointer == "/series")
    }

    @Test func `a column of a table is a metric`() throws {
        let runs = try metricRuns().map { run in
            var run = run
            run.tags["error"] = run.series["metric"]?.losses.last.map { "\($0)" }
            run.series = [:]
            return run
        }
        let report = try Fitter().fit(
            FitRequest(law: "loss-to-metric", series: "error"), runs: runs)
        #expect(abs(report.parameters[0].value - 0.857) < 1e-9)
    }

    @Test func `a metric is predicted from a loss, with an interval`() throws {
        let report = try Fitter().fit(
            FitRequest(law: "loss-to-metric", series: "metric"), runs: metricRuns())
        let predictor = try LawPredictor(report: report)
        let band = try predictor.loss(features: [.loss: 2.2], interval: .init())
        #expect(abs(band.losses[0] - (0.857 - 2.21 * exp(-0.715 * 2.2))) < 1e-9)
        #expect(band.lower != nil)
        let error = #expect(throws: FittingError.self) {
            try predictor.loss(features: [.parameterCount: 1e9], interval: nil)
        }
        #expect(
            error?.message
                == "the law loss-to-metric needs loss for a prediction; give it a positive number.")
    }

    // MARK: Derived features

    @Test func `dense and pruned runs are fitted together`() throws {
        let parameters = [1.8, 480, 2100, 0.35, 0.37]
        let chinchilla = try LawCatalog.standard.law("chinchilla")
        let runs = try SyntheticStudy.table(noise: 0, seed: 1, parameters: parameters)
            .enumerated().map { index, run in
                guard index % 2 == 1 else { return run }
                var sparse = run
                sparse.tags["pruning_schedule"] = "cubic(start=0.25,end=0.75,sparsity=0.8)"
                var features = run.features
                features[.parameterCount] = features[.parameterCount].map { 0.5 * $0 }
                sparse.loss =
                    LawEvaluation(
                        law: chinchilla, inputs: [LawInput(features: features)],
                        parameters: parameters
                    ).losses[0]
                return sparse
            }
        let report = try Fitter().fit(FitRequest(law: "average-parameters"), runs: runs)
        for (parameter, expected) in zip(report.parameters, parameters) {
            #expect(abs(parameter.value / expected - 1) < 1e-8, "\(parameter.name)")
        }
        let predicted = try LawPredictor(report: report).loss(
            features: [.parameterCount: 1e8, .tokenCount: 1e10], interval: nil)
        let expected = 1.8 + 480 * pow(1e8, -0.35) + 2100 * pow(1e10, -0.37)
        #expect(abs(predicted.losses[0] - expected) < 1e-8)
    }

    @Test func `a law's own complaint about a run stops the fit`() throws {
        var run = Run(id: "r", features: [.parameterCount: 1e8, .tokenCount: 1e10], loss: 3)
        run.tags["pruning_schedule"] = "half"
        let error = #expect(throws: FittingError.self) {
            try Fitter().fit(FitRequest(law: "average-parameters"), runs: [run])
        }
        #expect(error?.message.hasPrefix(#"run r: pruning_schedule "half" is no"#) == true)
        #expect(error?.pointer == "/runs")
    }

    @Test func `an optional feature must be above zero where it is given`() {
        let run = Run(
            id: "r", features: [.parameterCount: 1e8, .tokenCount: 1e10, .uniqueTokenCount: -1],
            loss: 3)
        #expect(
            throws: FittingError.badFeature(run: "r", feature: "unique_token_count", value: -1)
        ) { try Fitter().fit(FitRequest(law: "data-constrained"), runs: [run]) }
    }

    // MARK: What the data cannot tell

    /// The names of parameters without a standard error, and the fit's warnings.
    private func unknown(
        law: String, truth: [Double], rows: [[Feature: Double]]
    ) throws -> (names: Set<String>, warnings: String) {
        let runs = try SyntheticStudy.rows(
            law: LawCatalog.standard.law(law), parameters: truth, features: rows, noise: 0.002,
            seed: 5)
        let report = try Fitter().fit(FitRequest(law: law), runs: runs)
        let names = report.parameters.filter { $0.standardError == nil }.map(\.name)
        return (Set(names), report.warnings.joined(separator: "\n"))
    }

    private func grid(
        _ first: Feature, _ firsts: [Double], _ second: Feature, _ seconds: [Double]
    ) -> [[Feature: Double]] {
        firsts.flatMap { value in seconds.map { [first: value, second: $0] } }
    }

    @Test func `runs without batch sizes leave the batch parameters unknown`() throws {
        let (names, warnings) = try unknown(
            law: "kaplan", truth: [6.5e13, 0.077, 2.1e3, 0.76, 2e8, 0.21],
            rows: grid(.parameterCount, [1e6, 1e7, 1e8, 1e9], .stepCount, [1e3, 4e3, 2e4, 1e5]))
        #expect(names == ["batch_scale", "batch_exponent"])
        #expect(warnings.contains("16 of 16 runs have no batch_tokens"))
        #expect(warnings.contains("the data do not determine"))
    }

    @Test func `runs of one batch size carry a caution`() throws {
        let (_, warnings) = try unknown(
            law: "kaplan", truth: [6.5e13, 0.077, 2.1e3, 0.76, 2e8, 0.21],
            rows: grid(.parameterCount, [1e6, 1e7, 1e8, 1e9], .stepCount, [1e3, 4e3, 2e4, 1e5])
                .map { $0.merging([.batchTokens: 5e5]) { $1 } })
        #expect(warnings.contains("all runs have one batch size: batch_scale and batch_exponent"))
    }

    @Test func `runs without repeats leave the repeat scales unknown`() throws {
        let (names, warnings) = try unknown(
            law: "data-constrained", truth: [1.87, 521, 1488, 0.353, 0.353, 15.39, 5.31],
            rows: grid(
                .parameterCount, [1e6, 4e6, 2e7, 1e8], .tokenCount, [1e9, 1e10, 1e11, 1e12]))
        #expect(names.contains("token_repeat_scale"))
        #expect(warnings.contains("no run repeats its data"))
    }

    @Test func `a decoder of one size leaves its exponent unknown`() throws {
        let (names, warnings) = try unknown(
            law: "nmt-bivariate", truth: [1.1, 0.18, 0.31, 0.9],
            rows: grid(
                .encoderParameterCount, [2e7, 5e7, 1e8, 3e8, 1e9], .decoderParameterCount, [1e8]))
        #expect(names.contains("decoder_exponent"))
        #expect(warnings.contains("all runs have one size of decoder: decoder_exponent cannot"))
    }

    @Test func `an error without an asymptote in sight ends on the bound and says so`() throws {
        let runs = stride(from: 2.0, through: 4, by: 0.2).map { loss in
            // Slightly convex: no exponential approach to an asymptote fits better than a line.
            var run = Run(id: "at-\(Int(loss * 10))", loss: loss)
            run.series["metric"] = LossCurve(
                steps: [0], losses: [0.1 + 0.1 * loss + 0.01 * loss * loss])
            return run
        }
        let report = try Fitter().fit(
            FitRequest(law: "loss-to-metric", series: "metric"), runs: runs)
        #expect(try #require(report.termination).startsAgreeing >= 5)
        let exponent = try #require(report.parameters.first { $0.name == "exponent" })
        #expect(exponent.atBound)
        #expect(report.warnings.contains { $0.hasPrefix("exponent ended on its bound") })
    }
}
