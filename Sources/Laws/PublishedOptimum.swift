import Foundation

/// The best size or tokens of a compute budget as a paper printed them: power laws of C.
///
///     D* = 0.299·C^0.537                                    llama-3-2024
///     M* = 0.1715·C^0.5243, D* = 5.8316·C^0.4757, C = M·D   deepseek-2024
///     N* ∝ C^0.73                                           an exponent alone
///
/// An exponent alone has no answer of its own: it carries an optimum that was measured at one budget over
/// to another. An optimum says nothing of what another size costs, and mostly nothing of the loss; a law
/// does.
package struct PublishedOptimum: Sendable, Equatable {
    /// k·(C/unit)^p, with C in FLOP.
    package struct PowerLaw: Sendable, Equatable {
        /// Nil where the paper gives the exponent alone.
        package let coefficient: Double?
        package let exponent: Double
        /// FLOP of the paper's unit of compute.
        let unit: Double

        init(_ coefficient: Double?, _ exponent: Double, unit: Double = 1) {
            self.coefficient = coefficient
            self.exponent = exponent
            self.unit = unit
        }

        /// The value at a budget; nil for an exponent alone.
        package func value(flops: Double) -> Double? {
            coefficient.map { $0 * pow(flops / unit, exponent) }
        }

        func formula(_ symbol: String) -> String {
            let power = (unit == 1 ? "C" : "(C/\(Self.text(unit)))") + "^\(exponent)"
            guard let coefficient else { return "\(symbol)* ∝ \(power)" }
            let factor = coefficient == 1 ? "" : Self.text(coefficient) + "·"
            return "\(symbol)* = \(factor)\(power)"
        }

        /// As papers write it: C writes `1.3e+09`, and they 1.3e9.
        private static func text(_ value: Double) -> String {
            String(format: "%g", value).replacing("e+0", with: "e").replacing("e+", with: "e")
        }
    }

    /// The meaning of `size`.
    package enum SizeMeasure: Sendable {
        /// N, parameters.
        case parameterCount
        /// M, training FLOP per token, of which 6·N is a part.
        case flopsPerToken
    }

    /// Its name, as in `llama-3-2024`; no published fit has it.
    package let name: String

    /// The best size; nil where the paper gives tokens alone.
    package let size: PowerLaw?

    package let sizeMeasure: SizeMeasure

    /// The best tokens; nil where they follow from the size.
    package let tokens: PowerLaw?

    /// The loss there; nil of most.
    package let loss: PowerLaw?

    /// Its unit, where it is known.
    package let lossUnit: String

    /// The paper, with the place of the values.
    package let source: String

    /// The parameters that N counts.
    package let parameterConvention: String

    package let fittedOn: String

    /// The budgets of the runs in FLOP, where the paper says them.
    package let budgets: ClosedRange<Double>?

    /// The traps of its numbers, in sentences.
    package let warnings: [String]

    private init(
        _ name: String, size: PowerLaw? = nil, measure: SizeMeasure = .parameterCount,
        tokens: PowerLaw? = nil, loss: PowerLaw? = nil, lossUnit: String = "", source: String,
        parameterConvention: String, fittedOn: String,
        budgets: ClosedRange<Double>? = nil, warnings: [String] = []
    ) {
        self.name = name
        self.size = size
        sizeMeasure = measure
        self.tokens = tokens
        self.loss = loss
        self.lossUnit = lossUnit
        self.source = source
        self.parameterConvention = parameterConvention
        self.fittedOn = fittedOn
        self.budgets = budgets
        self.warnings = warnings
    }

    /// As in `D* = 0.299·C^0.537`.
    package var formula: String {
        let symbol = sizeMeasure == .parameterCount ? "N" : "M"
        return [size?.formula(symbol), tokens?.formula("D"), loss?.formula("L")]
            .compactMap(\.self)
            .joined(separator: ", ")
    }

    /// True for an exponent alone, which carries over an optimum from elsewhere.
    package var needsReference: Bool { size?.coefficient == nil && tokens?.coefficient == nil }

    /// The power of C with which the size grows, C = k·N·D.
    package var sizeExponent: Double { size?.exponent ?? 1 - (tokens?.exponent ?? 0) }

    /// The optimum of a name; nil where no paper has it.
    package static func named(_ name: String) -> PublishedOptimum? {
        all.first { $0.name == name }
    }

    // MARK: The optima

    /// Every published optimum: a new one is one entry here and one line in its test.
    package static let all: [PublishedOptimum] = [
        PublishedOptimum(
            "llama-3-2024", tokens: PowerLaw(0.299, 0.537),
            source: "Llama team 2024, arXiv:2407.21783, figure 3",
            parameterConvention: "N of C = 6·N·D: the paper gives tokens alone",
            fittedOn: "isoFLOP curves of models of 40M to 16B parameters", budgets: 6e18...1e22,
            warnings: [
                "the text rounds the values to 0.53 and 0.29, which give 1.05e13 tokens for 3.8e25 "
                    + "FLOP; figure 3's, taken here, give 1.63e13, and the paper prints 1.655e13 "
                    + "tokens and 4.02e11 parameters"
            ]),
        PublishedOptimum(
            "deepseek-2024", size: PowerLaw(0.1715, 0.5243), measure: .flopsPerToken,
            tokens: PowerLaw(5.8316, 0.4757),
            source: "DeepSeek-AI 2024, arXiv:2401.02954, equation 4",
            parameterConvention: deepSeekConvention,
            fittedOn: "isoFLOP curves of eight budgets on the study's own data",
            budgets: 1e17...3e20, warnings: [deepSeekCompute]),
        deepSeek("early", "the study's early data", 0.450),
        deepSeek("openwebtext2", "OpenWebText2", 0.578),
        hoffmann(1, 0.50, "envelopes of training curves"),
        hoffmann(2, 0.49, "isoFLOP curves of nine budgets", budgets: 6e18...3e21),
        hoffmann(
            3, 0.46, "the parametric loss",
            warnings: ["the fit hoffmann-2022 has its coefficients, and answers with a loss"]),
        PublishedOptimum(
            "kaplan-2020-optimum", size: PowerLaw(1.3e9, 0.73, unit: 8.64e19),
            loss: PowerLaw(1, -0.050, unit: 3.1e8 * 8.64e19),
            lossUnit: "nats per token of WebText2",
            source:
                "Kaplan et al. 2020, arXiv:2001.08361, compute-efficient values of the appendix",
            parameterConvention: "parameters without embeddings",
            fittedOn: "runs of 768 to 1.5B parameters on WebText2",
            warnings: [
                "the paper counts compute in PF-days, 8.64e19 FLOP, and without embeddings",
                "C is the least compute, of batches far below the critical one; at the critical batch "
                    + "twice the tokens are needed",
                "counting the last layer and tuning small models brings the power down from 0.84 to "
                    + "0.50: see porian-2024",
            ]),
        PublishedOptimum(
            "henighan-2020", size: PowerLaw(nil, 0.7),
            source: "Henighan et al. 2020, arXiv:2010.14701",
            parameterConvention: "parameters without embeddings",
            fittedOn: "generative models of text, images, video and mathematics alike",
            warnings: ["one digit is all that is printed"]),
        porian(
            "kaplan", 0.835, "as Kaplan et al. counted and trained",
            embeddings: "without embeddings"),
        porian("last-layer", 0.706, "with the last layer's compute counted"),
        porian("warmup", 0.602, "and a warm-up that suits small models"),
        porian("cosine", 0.571, "and a cosine decay to each budget's end"),
        porian(nil, 0.497, "and rate, batch and β2 tuned to each size, without decay"),
    ]

    private static let deepSeekConvention =
        "at most M/6: M is the training FLOP per token, 72·depth·width² + 12·depth·width·context "
        + "without embeddings; depth, width and context_length take attention's part off"

    private static let deepSeekCompute =
        "C is M·D with attention and without embeddings, not 6·N·D"

    /// The exponents of table 4, as they came out on other data.
    private static func deepSeek(
        _ suffix: String, _ data: String, _ exponent: Double
    ) -> PublishedOptimum {
        PublishedOptimum(
            "deepseek-2024-\(suffix)", size: PowerLaw(nil, exponent),
            source: "DeepSeek-AI 2024, arXiv:2401.02954, table 4, on \(data)",
            parameterConvention: "N as the reference counts it; the paper's M is FLOP per token",
            fittedOn: "isoFLOP curves on \(data)", budgets: 1e17...3e20,
            warnings: [
                deepSeekCompute, "the better the data, the more of the compute goes into the size",
            ])
    }

    private static func hoffmann(
        _ approach: Int, _ exponent: Double, _ method: String,
        budgets: ClosedRange<Double>? = nil, warnings: [String] = []
    ) -> PublishedOptimum {
        PublishedOptimum(
            "hoffmann-2022-approach-\(approach)", size: PowerLaw(nil, exponent),
            source: "Hoffmann et al. 2022, arXiv:2203.15556, table 2, approach \(approach)",
            parameterConvention: "all parameters, embeddings included",
            fittedOn: "\(method), 70M to 16B parameters on MassiveText", budgets: budgets,
            warnings: [twoDigits] + warnings)
    }

    /// The way from Kaplan's exponent to Chinchilla's, each step on top of the one before.
    private static func porian(
        _ step: String?, _ exponent: Double, _ setting: String,
        embeddings: String = "with the output layer, without input embeddings"
    ) -> PublishedOptimum {
        PublishedOptimum(
            "porian-2024" + (step.map { "-\($0)" } ?? ""), size: PowerLaw(nil, exponent),
            source: "Porian et al. 2024, arXiv:2406.19146, figure 1, \(setting)",
            parameterConvention: "parameters \(embeddings)",
            fittedOn: "models of 5M to 901M parameters on RefinedWeb, \(setting)",
            budgets: 1.25e16...2.56e19,
            warnings: step == nil ? [] : ["a step of a study of errors: porian-2024 is its result"])
    }

    private static let twoDigits = "two digits are printed, and optima are sensitive to them"
}
