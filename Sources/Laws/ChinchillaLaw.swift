import Foundation
package import Records

/// The loss of a finished run from its size and its data.
///
///     L(N, D) = E + A·N^−α + B·D^−β
///
/// | symbol | name | unit | bounds |
/// |---|---|---|---|
/// | N | `parameter_count` | parameters | > 0 |
/// | D | `token_count` | tokens | > 0 |
/// | E | `irreducible_loss` | nats per token | ≥ 0 |
/// | A | `parameter_coefficient` | nats · parameters^α | > 0 |
/// | B | `token_coefficient` | nats · tokens^β | > 0 |
/// | α | `parameter_exponent` | – | 0 … 3 |
/// | β | `token_exponent` | – | 0 … 3 |
///
/// Source: Hoffmann et al. 2022, arXiv 2203.15556, approach 3. Its canonical objective, Huber
/// (δ = 1e-3) on log L, is the default objective of every fit; the paper's log-sum-exp of
/// (log A − α log N, log B − β log D, log E) is log L(N, D) written another way.
///
/// Not for runs that repeat their data or stop before their learning rate has come down: their loss
/// has terms that N and D do not explain.
package struct ChinchillaLaw: ScalingLaw {
    package static let about = LawDescription(
        id: "chinchilla", title: "Chinchilla: loss from model size and training tokens",
        kind: .table, formula: "L(N, D) = E + A·N^−α + B·D^−β",
        reference: "Hoffmann et al. 2022, arXiv:2203.15556",
        limits: "Finished runs with an annealed learning rate and no repeated data.")

    package let parameters = [
        ParameterSpec(
            "irreducible_loss", symbol: "E",
            meaning: "loss of an unlimited model on unlimited data",
            bounds: 0...100, start: .projected),
        ParameterSpec(
            "parameter_coefficient", symbol: "A", meaning: "size of the model-size term",
            bounds: 1e-6...1e40, scale: .log, start: .projected),
        ParameterSpec(
            "token_coefficient", symbol: "B", meaning: "size of the data term",
            bounds: 1e-6...1e40, scale: .log, start: .projected),
        ParameterSpec(
            "parameter_exponent", symbol: "α", meaning: "how fast loss falls with model size",
            bounds: 0...3, start: .searched(0.1...1)),
        ParameterSpec(
            "token_exponent", symbol: "β", meaning: "how fast loss falls with data",
            bounds: 0...3, start: .searched(0.1...1)),
    ]
    package let requiredFeatures: [Feature] = [.parameterCount, .tokenCount]

    package init(options: LawOptions) {}

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        Evaluator(
            logSizes: inputs.map { log($0.required(.parameterCount)) },
            logTokens: inputs.map { log($0.required(.tokenCount)) })
    }

    /// N^−α is evaluated as exp(−α·log N): counts of 10^12 to powers of 3 stay far from the
    /// limits of a double, and the logs are taken once.
    private struct Evaluator: LawEvaluator {
        let logSizes: [Double]
        let logTokens: [Double]
        /// The room for a term's powers when no Jacobian has it.
        private var powers: [Double]

        init(logSizes: [Double], logTokens: [Double]) {
            self.logSizes = logSizes
            self.logTokens = logTokens
            powers = logSizes
        }

        var pointCount: Int { logSizes.count }

        mutating func evaluate(
            _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
            jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            let count = logSizes.count
            func column(_ index: Int) -> UnsafeMutableBufferPointer<Double>? {
                jacobian.map { jacobian in
                    UnsafeMutableBufferPointer(
                        rebasing: jacobian[(index * count)..<((index + 1) * count)])
                }
            }
            losses.update(repeating: parameters[0])
            column(0)?.update(repeating: 1)
            let sizes = PowerTerm(coefficient: parameters[1], exponent: parameters[3])
            let tokens = PowerTerm(coefficient: parameters[2], exponent: parameters[4])
            powers.withUnsafeMutableBufferPointer { powers in
                logSizes.withUnsafeBufferPointer { logs in
                    sizes.add(logs, to: losses, powers: column(1) ?? powers, slopes: column(3))
                }
                logTokens.withUnsafeBufferPointer { logs in
                    tokens.add(logs, to: losses, powers: column(2) ?? powers, slopes: column(4))
                }
            }
        }
    }

    /// c·x^−e over many x, with its derivatives in c and e.
    private struct PowerTerm {
        let coefficient: Double
        let exponent: Double

        /// - Parameters:
        ///   - logs: log x.
        ///   - losses: What the term is added to.
        ///   - powers: Receives the derivative in c, x^−e.
        ///   - slopes: Receives the derivative in e, −c·x^−e·log x.
        func add(
            _ logs: UnsafeBufferPointer<Double>, to losses: UnsafeMutableBufferPointer<Double>,
            powers: UnsafeMutableBufferPointer<Double>, slopes: UnsafeMutableBufferPointer<Double>?
        ) {
            VectorMath.negativePowers(ofLogs: logs, exponent: exponent, into: powers)
            for point in logs.indices { losses[point] += coefficient * powers[point] }
            guard let slopes else { return }
            for point in logs.indices { slopes[point] = -coefficient * powers[point] * logs[point] }
        }
    }

    /// N* = (αA/(βB)·P^β)^{1/(α+β)} at N·D = P, in logs so that no power overflows; nil where a term
    /// does not fall.
    ///
    ///     ChinchillaLaw.optimalParameterCount([1.8, 482, 2085, 0.35, 0.37], product: 1e20)
    static func optimalParameterCount(_ parameters: [Double], product: Double) -> Double? {
        let (alpha, beta) = (parameters[3], parameters[4])
        guard alpha > 0, beta > 0 else { return nil }
        let ratio =
            log(alpha) + log(parameters[1]) - log(beta) - log(parameters[2]) + beta * log(product)
        return exp(ratio / (alpha + beta))
    }

    package func optimalParameterCount(
        _ parameters: [Double], product: Double, held: [Feature: Double]
    ) -> Double? { Self.optimalParameterCount(parameters, product: product) }

    /// Minimising L under C = 6·N·D gives N* = G·(C/6)^a and D* = G⁻¹·(C/6)^b with a = β/(α+β),
    /// b = α/(α+β) and G = (αA/(βB))^{1/(α+β)}.
    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] {
        let (alpha, beta) = (parameters[3], parameters[4])
        let scale = pow(alpha * parameters[1] / (beta * parameters[2]), 1 / (alpha + beta))
        return [
            DerivedQuantity(
                "optimal_parameter_exponent",
                meaning: "compute-optimal N grows as (C/6) to this power",
                value: beta / (alpha + beta)),
            DerivedQuantity(
                "optimal_token_exponent",
                meaning: "compute-optimal D grows as (C/6) to this power",
                value: alpha / (alpha + beta)),
            DerivedQuantity(
                "optimal_scale", meaning: "G in N* = G·(C/6)^(β/(α+β))", value: scale),
        ]
    }
}
