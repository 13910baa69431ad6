import Laws
import Records

/// A law bound to inputs, with room for what one evaluation fills.
struct Evaluation {
    private var evaluator: any LawEvaluator
    private(set) var losses: [Double]
    private(set) var jacobian: [Double]

    init(law: ConfiguredLaw, inputs: [LawInput]) {
        evaluator = law.law.evaluator(for: inputs)
        losses = Array(repeating: 0, count: evaluator.pointCount)
        jacobian = Array(repeating: 0, count: evaluator.pointCount * law.parameters.count)
    }

    /// Losses and, unless told otherwise, the Jacobian at values in the law's own units.
    mutating func run(at values: [Double], jacobian wantsJacobian: Bool = true) {
        values.withUnsafeBufferPointer { values in
            losses.withUnsafeMutableBufferPointer { losses in
                jacobian.withUnsafeMutableBufferPointer { jacobian in
                    evaluator.evaluate(
                        values, losses: losses, jacobian: wantsJacobian ? jacobian : nil)
                }
            }
        }
    }
}
