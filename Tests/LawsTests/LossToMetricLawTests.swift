import Foundation
import LawTestSupport
import Laws
import Records
import Testing

/// A metric from the loss, in both forms.
@Suite struct LossToMetricLawTests {
    private func metric(_ loss: Double, _ parameters: [Double], form: String) throws -> Double {
        LawEvaluation(
            law: try LawCatalog.standard.law("loss-to-metric", options: ["form": form]),
            inputs: [LawInput(features: [.loss: loss])], parameters: parameters
        ).losses[0]
    }

    @Test func `an error falls from its asymptote as the loss does`() throws {
        let parameters = [0.857, 2.21, 0.715]
        let expected = 0.857 - 2.21 * exp(-0.715 * 3)
        #expect(try abs(metric(3, parameters, form: "exponential") - expected) < 1e-15)
        #expect(try abs(metric(100, parameters, form: "exponential") - 0.857) < 1e-15)
        #expect(
            try metric(2.5, parameters, form: "exponential")
                < metric(3, parameters, form: "exponential"))
    }

    @Test func `a quality rises as a power of the loss`() throws {
        #expect(try abs(metric(1, [90, 1.6], form: "power") - 90) < 1e-13)
        #expect(try abs(metric(2, [90, 1.6], form: "power") - 90 / pow(2, 1.6)) < 1e-13)
    }

    @Test func `each form has its own parameters`() throws {
        let exponential = try LawCatalog.standard.law("loss-to-metric").parameters
        #expect(exponential.map(\.name) == ["asymptote", "coefficient", "exponent"])
        let power = try LawCatalog.standard.law("loss-to-metric", options: ["form": "power"])
        #expect(power.parameters.map(\.name) == ["coefficient", "exponent"])
    }

    @Test func `the input is the run's loss, else its curve's last`() throws {
        let law = try LawCatalog.standard.law("loss-to-metric").law
        let curve = LossCurve(steps: [0, 10], losses: [4, 3])
        #expect(try law.features(of: Run(id: "r", loss: 2.5, curve: curve))[.loss] == 2.5)
        #expect(try law.features(of: Run(id: "r", curve: curve))[.loss] == 3)
        #expect(try law.features(of: Run(id: "r"))[.loss] == nil)
    }

    @Test func `a sigmoid runs from its floor to its ceiling through the midpoint`() throws {
        let law = try LawCatalog.standard.law("loss-to-metric", options: ["form": "sigmoid"])
        let inputs = [60.0, 2.4, 2.9, 1e-9].map { LawInput(features: [.loss: $0]) }
        let values = LawEvaluation(law: law, inputs: inputs, parameters: [0.25, 0.85, 4, 2.4])
            .losses
        #expect(abs(values[0] - 0.25) < 1e-12)
        #expect(abs(values[1] - 0.55) < 1e-12)
        #expect(abs(values[2] - (0.25 + 0.6 / (1 + exp(2)))) < 1e-12)
        #expect(abs(values[3] - (0.25 + 0.6 / (1 + exp(-9.6)))) < 1e-8)
    }
}
