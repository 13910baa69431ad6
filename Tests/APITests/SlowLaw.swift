import Foundation
import Laws

/// Chinchilla's law as if every evaluation took five milliseconds, for fits that take long.
struct SlowLaw: ScalingLaw {
    static let about = LawDescription(
        id: "slow", title: "A slow law", kind: .table, formula: "as chinchilla",
        reference: "none", limits: "a test")

    static let catalog = LawCatalog(laws: [SlowLaw.self, ChinchillaLaw.self])

    private let law: any ScalingLaw

    init(options: LawOptions) {
        law = ChinchillaLaw(options: options)
    }

    var parameters: [ParameterSpec] { law.parameters }
    var requiredFeatures: [Feature] { law.requiredFeatures }

    func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        Evaluator(inner: law.evaluator(for: inputs))
    }

    private struct Evaluator: LawEvaluator {
        var inner: any LawEvaluator
        var pointCount: Int { inner.pointCount }

        mutating func evaluate(
            _ parameters: UnsafeBufferPointer<Double>,
            losses: UnsafeMutableBufferPointer<Double>,
            jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            Thread.sleep(forTimeInterval: 0.005)
            inner.evaluate(parameters, losses: losses, jacobian: jacobian)
        }
    }
}
