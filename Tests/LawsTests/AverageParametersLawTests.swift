import LawTestSupport
import Laws
import Records
import Testing

/// Where a run's average parameter count comes from, and that dense runs are Chinchilla's.
@Suite struct AverageParametersLawTests {
    private func average(of run: Run) throws -> Double? {
        try LawCatalog.standard.law("average-parameters").law.features(of: run)[
            .averageParameterCount]
    }

    private func run() -> Run {
        Run(id: "r", features: [.parameterCount: 1e8, .tokenCount: 1e10])
    }

    @Test func `a dense run has its parameter count on average`() throws {
        #expect(try average(of: run()) == 1e8)
        #expect(try average(of: Run(id: "r", features: [.tokenCount: 1e10])) == nil)
    }

    @Test func `a pruning schedule goes before the dense count`() throws {
        var run = run()
        run.tags["pruning_schedule"] = "cubic(start=0.25,end=0.75,sparsity=0.8)"
        let average = try #require(try average(of: run))
        #expect(abs(average - 5e7) < 1e-6)
    }

    @Test func `logged active parameters go before the schedule`() throws {
        var run = run()
        run.tags["pruning_schedule"] = "cubic(start=0.25,end=0.75,sparsity=0.8)"
        run.series["active_parameter_count"] = LossCurve(steps: [0, 2], losses: [9e7, 3e7])
        #expect(try average(of: run) == 6e7)
    }

    @Test func `a stated average goes before everything`() throws {
        var run = run()
        run.series["active_parameter_count"] = LossCurve(steps: [0, 2], losses: [9e7, 3e7])
        run.features[.averageParameterCount] = 4e7
        #expect(try average(of: run) == 4e7)
    }

    @Test func `a schedule that cannot be read names the run and the form`() throws {
        var run = run()
        run.tags["pruning_schedule"] = "half"
        let error = #expect(throws: LawError.self) { try average(of: run) }
        #expect(
            error?.message
                == #"run r: pruning_schedule "half" is no pruning schedule; write it as "#
                + "cubic(start=0.25,end=0.75,sparsity=0.8), or linear(…), with of=compute where "
                + "start and end are fractions of compute, not of tokens.")
    }

    @Test func `a dense run's loss is Chinchilla's`() throws {
        let parameters = [1.8, 480, 2100, 0.35, 0.37]
        let features: [Feature: Double] = [.parameterCount: 1e8, .tokenCount: 1e10]
        let law = try LawCatalog.standard.law("average-parameters")
        let dense = try LawInput(features: law.law.features(of: Run(id: "r", features: features)))
        let chinchilla = LawEvaluation(
            law: try LawCatalog.standard.law("chinchilla"),
            inputs: [LawInput(features: features)], parameters: parameters)
        let average = LawEvaluation(law: law, inputs: [dense], parameters: parameters)
        #expect(average.losses == chinchilla.losses)
        #expect(average.jacobian == chinchilla.jacobian)
    }
}
