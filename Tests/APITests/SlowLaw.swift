import Foundation
import Laws
import Synchronization

/// Chinchilla's law, slow for as long as a test wants: until its gate opens, every evaluation
/// takes so long that no fit can end meanwhile, and yet a cancelled one notices in seconds.
struct SlowLaw: ScalingLaw {
    /// Which test's gate a fit waits at; the first never opens.
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
            let isOpen = SlowLaw.opened.withLock { $0.contains(gate) }
            if !isOpen { Thread.sleep(forTimeInterval: 0.03) }
            inner.evaluate(parameters, losses: losses, jacobian: jacobian)
        }
    }
}
