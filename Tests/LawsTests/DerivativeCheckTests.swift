import Foundation
import LawTestSupport
import Laws
import Records
import Testing

/// The derivative check itself: it must pass a hard law that is right and fail one that is wrong.
struct DerivativeCheckTests {
    /// L = exp(a₃N^γ + b₃) + exp(a₂N^β + b₂)·D^(−exp(a₁N^α + b₁)), N in millions and D in billions.
    ///
    /// Nine parameters and exponentials of exponentials. Source: Li et al. 2025, arXiv 2506.10972.
    private struct DoubleExponentialLaw: ScalingLaw {
        static let about = LawDescription(
            id: "farseer", title: "Farseer", kind: .table, formula: "see above",
            reference: "Li et al. 2025, arXiv:2506.10972", limits: "a test")

        /// Added to the derivative of the last parameter.
        var mistake = 0.0

        init(options: LawOptions) {}

        let parameters: [ParameterSpec] =
            ["a1", "alpha", "b1", "a2", "beta", "b2"].map {
                Self.spec($0)
            } + ["a3", "gamma", "b3"].map { Self.spec($0) }
        let requiredFeatures: [Feature] = [.parameterCount, .tokenCount]

        private static func spec(_ name: String) -> ParameterSpec {
            let ranges: [String: ClosedRange<Double>] = [
                "a1": -1 ... -0.1, "alpha": 0.05...0.3, "b1": 0...1, "a2": 1...4,
                "beta": -0.3 ... -0.05, "b2": -4...0, "a3": -1 ... -0.1, "gamma": 0.05...0.3,
                "b3": -1...0,
            ]
            return ParameterSpec(
                name, symbol: name, meaning: name, bounds: -10...10,
                start: .searched(ranges[name] ?? 0...1))
        }

        func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
            Evaluator(
                points: inputs.map {
                    (log($0.required(.parameterCount) / 1e6), log($0.required(.tokenCount) / 1e9))
                }, mistake: mistake)
        }

        private struct Evaluator: LawEvaluator {
            let points: [(logSize: Double, logTokens: Double)]
            let mistake: Double

            var pointCount: Int { points.count }

            func evaluate(
                _ parameters: UnsafeBufferPointer<Double>,
                losses: UnsafeMutableBufferPointer<Double>,
                jacobian: UnsafeMutableBufferPointer<Double>?
            ) {
                for (point, (logSize, logTokens)) in points.enumerated() {
                    let powers = [1, 4, 7].map { exp(parameters[$0] * logSize) }
                    let exponents = [0, 3, 6].enumerated().map { part, first in
                        parameters[first] * powers[part] + parameters[first + 2]
                    }
                    let steepness = exp(exponents[0])
                    let data = exp(exponents[1] - steepness * logTokens)
                    let floor = exp(exponents[2])
                    losses[point] = floor + data
                    guard let jacobian else { continue }
                    let outer = [-data * logTokens * steepness, data, floor]
                    for part in 0..<3 {
                        let first = 3 * part
                        let slopes = [
                            powers[part], parameters[first] * powers[part] * logSize, 1,
                        ]
                        for (offset, slope) in slopes.enumerated() {
                            jacobian[(first + offset) * points.count + point] = outer[part] * slope
                        }
                    }
                    jacobian[8 * points.count + point] += mistake
                }
            }
        }
    }

    private func check(mistake: Double, seed: UInt64) throws -> [DerivativeCheck.Finding] {
        let options = try LawOptions(offered: [], law: "farseer")
        var formula = DoubleExponentialLaw(options: options)
        formula.mistake = mistake
        let law = ConfiguredLaw(
            about: DoubleExponentialLaw.about, options: options, law: formula)
        var samples = LawSamples(law: law, seed: seed)
        let inputs = try samples.inputs()
        return DerivativeCheck(
            law: law, inputs: inputs, parameters: samples.parameters(for: inputs)
        ).findings()
    }

    @Test(arguments: 1...5)
    func `passes a correct law of nine parameters and double exponentials`(seed: Int) throws {
        let findings = try check(mistake: 0, seed: UInt64(seed))
        #expect(findings.isEmpty, "\(findings)")
    }

    @Test func `names the law, the parameter and the amount where a derivative is wrong`() throws {
        let findings = try check(mistake: 1e-6, seed: 1)
        let finding = try #require(findings.first)
        #expect(findings.count == 1)
        #expect(finding.parameter == "b3")
        #expect(finding.fault == .law)
        #expect(abs(abs(finding.derivative - finding.estimate) - 1e-6) < 1e-7)
        #expect(finding.count == finding.pointCount)
        #expect("\(finding)".contains("the law's is off by"))
    }
}
