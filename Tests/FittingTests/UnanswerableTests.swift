import Fitting
import Foundation
import JSONText
import LawTestSupport
import Laws
import Records
import Schedules
import Testing

/// Answers that would mean nothing: they are left out, with a sentence, and never written as numbers.
@Suite struct UnanswerableTests {
    /// Five rows, well apart, of a study by Chinchilla's law.
    private func fiveRows(seed: UInt64) throws -> [Run] {
        let rows = try SyntheticStudy.table(noise: 0.01, seed: seed)
        return [0, 17, 28, 41, 58].map { rows[($0 + 7 * Int(seed)) % rows.count] }
    }

    /// As many points as parameters leave no residual to see noise in; once, such fits claimed to be
    /// exact or held variances that were no numbers.
    @Test func `a fit through all its points has no intervals, and says so`() throws {
        // Where a parameter ends on its bound there is a point to spare.
        let through = try (1...6 as ClosedRange<UInt64>).count { try isAnswered(seed: $0) }
        #expect(through >= 3)
    }

    private func isAnswered(seed: UInt64) throws -> Bool {
        let report = try Fitter().fit(FitRequest(law: "chinchilla"), runs: fiveRows(seed: seed))
        let isBounded = report.parameters.contains { $0.atBound }
        guard !isBounded else { return false }
        #expect(report.parameters.allSatisfy { $0.standardError == nil && $0.interval == nil })
        #expect(report.warnings.contains { $0.hasPrefix("there are no more points than free") })
        #expect(try JSONEncoding(report.parameters).notFinite == [])
        let band = try LawPredictor(report: report).loss(
            features: [.parameterCount: 3e9, .tokenCount: 1e11], interval: .init())
        #expect(band.losses[0].isFinite)
        #expect(band.lower?[0].isFinite == false && band.upper?[0].isFinite == false)
        #expect(band.warnings.count == 1)
        return true
    }

    /// At one batch size E + B·M^−β is all that runs tell of three parameters.
    @Test func `steps and batches of one batch size are refused by name`() throws {
        let rows = try SyntheticStudy.table(noise: 0.01, seed: 3).map { run in
            var run = run
            run.features[.batchTokens] = 5e5
            return run
        }
        var request = FitRequest(law: "steps-batch")
        #expect {
            _ = try Fitter().prepare(request, runs: rows)
        } throws: { error in
            let message = (error as? FittingError)?.message ?? ""
            return message.hasPrefix("not-identified: all runs have one batch size")
                && message.hasSuffix(".")
        }
        request.fixed = ["irreducible_loss": 1.8, "batch_exponent": 0.3]
        #expect(throws: Never.self) { _ = try Fitter().prepare(request, runs: rows) }
    }

    @Test(arguments: [(2.5, 0), (0.2, 1)])
    func `a share below 0 or above 1 is said to be none`(loss: Double, warnings: Int) throws {
        let law = try LawCatalog.standard.law("loss-to-metric")
        let report = FitReport(
            law: "loss-to-metric",
            parameters: zip(law.parameters, [0.759, 1.289, 0.972]).map {
                .init(name: $0.name, value: $1)
            }
        )
        let band = try LawPredictor(report: report).loss(features: [.loss: loss], interval: nil)
        #expect(band.warnings.count == warnings)
        #expect(band.warnings.allSatisfy { $0.contains("lies outside of 0 to 1") })
    }

    @Test func `every report of five rows can be written as JSON`() throws {
        for seed in 10..<40 as Range<UInt64> {
            let report = try Fitter().fit(
                FitRequest(law: "chinchilla"), runs: fiveRows(seed: seed))
            #expect(try JSONEncoding(report).notFinite == [], "\(seed)")
        }
    }

    /// Nothing in a run at a constant rate tells what a falling rate gains.
    @Test func `a constant run bounds no loss under a falling rate`() throws {
        let runs = try SyntheticStudy.curves(noise: 0.001, seed: 7).filter { $0.id == "constant" }
        let report = try Fitter().fit(
            FitRequest(law: "lr-annealing", fixed: ["annealing_decay": 0.999]), runs: runs)
        let schedule = try LearningRateSchedule(parsing: "warmup:200@2e-3,hold:2800,linear:1000@0")
        let band = try LawPredictor(report: report).curve(
            schedule: schedule, features: [:], steps: [2_000, 3_900], interval: .init())
        #expect(band.lower?[0].isFinite == true && band.upper?[0].isFinite == true)
        #expect(band.lower?[1].isFinite == false && band.upper?[1].isFinite == false)
        #expect(
            band.warnings == [
                "at 1 of 2 points the data do not bound the loss, so there is no interval; add runs "
                    + "that vary what the law reads there"
            ])
    }

    private func annealing(_ values: [Double]) throws -> LawPredictor {
        let law = try LawCatalog.standard.law("lr-annealing")
        return try LawPredictor(
            report: FitReport(
                law: "lr-annealing",
                parameters: zip(law.parameters, values).map {
                    FitReport.Parameter(name: $0.name, value: $1)
                }))
    }

    @Test func `a loss that is not above 0 is no answer, and no score counts it`() throws {
        // A gain of 8 nats per rate·step, some dozen times a real one.
        let predictor = try annealing([2, 0.6, 0.5, 8, 0.999])
        let schedule = try LearningRateSchedule(parsing: "warmup:200@2e-3,hold:1800,linear:2000@0")
        let band = try predictor.curve(
            schedule: schedule, features: [:], steps: [1_000, 3_900], interval: nil)
        #expect(band.losses[0] > 0 && band.losses[1].isNaN)
        #expect(band.warnings.first?.hasPrefix("at 1 of 2 points the law gives no loss") == true)
        var run = Run(
            id: "run", schedule: schedule,
            curve: LossCurve(steps: [1_000, 3_900], losses: [2.5, 2.2]))
        let score = try predictor.score([run])
        #expect(score.runs[0].points == 1 && score.average.meanRelativeError.isFinite)
        #expect(score.warnings.contains { $0.contains("gives no loss above 0") })
        run.curve = LossCurve(steps: [3_900], losses: [2.2])
        #expect(throws: FittingError.nothingPredicted(law: "lr-annealing")) {
            try predictor.score([run])
        }
    }

    /// The area less the warm-up's is 0 at its last step, but for rounding, which to the power −α was
    /// a loss of 10⁷ to 10¹⁶ for half of these.
    @Test func `with the warm-up ignored there is no loss at its last step`() throws {
        var report = try annealing([2, 0.6, 0.5, 0.1, 0.99]).report
        report.options = ["warmup_area": "ignored"]
        let predictor = try LawPredictor(report: report)
        for warmup in stride(from: 20, to: 300, by: 7) {
            let schedule = try LearningRateSchedule(parsing: "warmup:\(warmup)@3e-4,hold:1000")
            let losses = try predictor.curve(
                schedule: schedule, features: [:], steps: [warmup - 1, warmup, warmup + 9],
                interval: nil
            ).losses
            #expect(!losses[0].isFinite, "\(warmup)")
            #expect(losses[1].isFinite && losses[2] < 100)
        }
    }
}
