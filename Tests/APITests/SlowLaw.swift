import Foundation
import Laws
import Records
import Synchronization

/// Chinchilla's law for fits that last as long as a test wants: until its gate opens no evaluation
/// ends, or, at the gate that stays shut, each takes so long that a cancelled fit notices first.
struct SlowLaw: ScalingLaw {
    /// Which test's gate a fit waits at.
    private static let gate = LawOption(
        "gate",
        values: ["shut", "queue"] + Transport.allCases.flatMap { ["done-\($0)", "cancel-\($0)"] },
        meaning: "a test's")

    static let about = LawDescription(
        id: "slow", title: "A slow law", kind: .table, formula: "as chinchilla",
        reference: "none", options: [gate], limits: "a test")

    static let catalog = LawCatalog(laws: [SlowLaw.self, ChinchillaLaw.self])

    private static let opened = Mutex<Set<String>>([])

    /// Lets the fits at a gate run at full speed from here on.
    static func open(_ gate: String) {
        opened.withLock { _ = $0.insert(gate) }
    }

    /// Returns once the gate is open; the one that never opens only takes long.
    private static func pass(_ name: String) {
        guard name != gate.defaultValue else { return Thread.sleep(forTimeInterval: 0.1) }
        let deadline = ContinuousClock.now + .seconds(30)
        while !opened.withLock({ $0.contains(name) }) {
            Thread.sleep(forTimeInterval: 0.005)
            // A broken test must end.
            if ContinuousClock.now > deadline { open(name) }
        }
    }

    private let law: any ScalingLaw
    private let gate: String

    init(options: LawOptions) {
        law = ChinchillaLaw(options: options)
        gate = options.values[Self.gate.name] ?? Self.gate.defaultValue
    }

    var parameters: [ParameterSpec] { law.parameters }
    var requiredFeatures: [Feature] { law.requiredFeatures }

    func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        Evaluator(inner: law.evaluator(for: inputs), gate: gate)
    }

    private struct Evaluator: LawEvaluator {
        var inner: any LawEvaluator
        let gate: String
        var pointCount: Int { inner.pointCount }

        mutating func evaluate(
            _ parameters: UnsafeBufferPointer<Double>,
            losses: UnsafeMutableBufferPointer<Double>,
            jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            SlowLaw.pass(gate)
            inner.evaluate(parameters, losses: losses, jacobian: jacobian)
        }
    }
}
