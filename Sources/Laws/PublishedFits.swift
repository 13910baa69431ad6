import Foundation
import Records

// The published fits. Only values that the authors' text or code gives, or two independent texts
// agree on; each has a number in `PublishedFitTests` that it must reproduce.

extension PublishedFit {
    /// Every published fit: a new one is one entry here and one line in the test.
    package static let all: [PublishedFit] =
        chinchilla + skaling + dataConstrained + mixtureOfExperts + annealing + multiPower
        + continual + lossToMetric + kaplan

    private static let tokenizer =
        "a loss depends on its tokenizer: do not mix this fit with runs of another one"

    private static let twoDigits =
        "published exponents have two or three digits, and optima are sensitive to them"

    /// The reach of the points read from Hoffmann's figure 4.
    private static let figure4: [Feature: ClosedRange<Double>] = [
        .parameterCount: 5.7e7...1.62e10, .tokenCount: 2.4e8...3.2e11,
    ]

    /// E, A, B, α, β.
    private static let chinchilla: [PublishedFit] =
        [
            PublishedFit(
                "hoffmann-2022", law: "chinchilla", [1.6934, 406.4, 410.7, 0.3392, 0.2849],
                source: "Hoffmann et al. 2022, arXiv:2203.15556, approach 3 (exponents and E from "
                    + "the TeX source)",
                parameterConvention: "all parameters, embeddings included",
                lossUnit: "nats per token of MassiveText",
                fittedOn: "70M to 16B parameters, 5B to 500B tokens",
                ranges: [.parameterCount: 7e7...1.6e10, .tokenCount: 5e9...5e11],
                warnings: [
                    "exponents rounded as printed, 0.34 and 0.28, move the optimum of 5.76e23 FLOP "
                        + "from 40.3B to 32.2B parameters: these are the longer ones",
                    "a refit of the paper's points gives other values: see besiroglu-2024",
                    tokenizer,
                ]),
            PublishedFit(
                "besiroglu-2024", law: "chinchilla", [1.8172, 482.01, 2085.43, 0.3478, 0.3658],
                source: "Besiroglu et al. 2024, arXiv:2404.10102",
                parameterConvention: "all parameters, embeddings included",
                lossUnit: "nats per token of MassiveText",
                fittedOn:
                    "240 points read from Hoffmann's figure 4, five outliers left out, 57M to "
                    + "16B parameters, 0.2B to 320B tokens",
                ranges: figure4,
                warnings: [
                    "the values end a joint fit with the noise scale; the Huber objective's own "
                        + "optimum on these points is E 1.817218, A 477.826, B 2143.417, "
                        + "α 0.347310, β 0.367172",
                    tokenizer,
                ]),
            PublishedFit(
                "besiroglu-2024-outliers", law: "chinchilla", [1.89, 463.3, 12530, 0.345, 0.452],
                source: "Besiroglu et al. 2024, arXiv:2404.10102, all 245 points",
                parameterConvention: "all parameters, embeddings included",
                lossUnit: "nats per token of MassiveText",
                fittedOn: "245 points read from Hoffmann's figure 4, outliers included",
                ranges: figure4,
                warnings: ["five outliers pull β far up: prefer besiroglu-2024", tokenizer]),
            PublishedFit(
                "muennighoff-2023-c4", law: "chinchilla",
                [
                    exp(0.6254804), exp(6.255414), exp(7.3049974), 0.3526596, 0.3526596,
                ],
                source: "Muennighoff et al. 2023, arXiv:2305.16264, datablations notebook",
                parameterConvention: "all parameters, embeddings included",
                lossUnit: "nats per token of C4, vocabulary of 32,000",
                fittedOn: "isoFLOP curves read from Hoffmann's figure on C4",
                warnings: ["α = β was imposed, so that N* and D* grow alike", tokenizer]),
            gadre("c4", "C4", [1.508, 141.3, 189.5, 0.1212]),
            gadre("redpajama", "RedPajama", [1.837, 212.2, 366.7, 0.1364]),
            gadre("refinedweb", "RefinedWeb", [1.734, 157.1, 246.2, 0.1272]),
            PublishedFit(
                "krajewski-2024-dense", law: "chinchilla", [0.47, 16.3, 26.7, 0.126, 0.127],
                source: "Krajewski et al. 2024, arXiv:2402.07871, dense models",
                parameterConvention: "parameters without embeddings",
                lossUnit: "nats per token of C4",
                fittedOn: "dense models of the granularity study, 16B to 130B tokens",
                ranges: [.tokenCount: 1.6e10...1.3e11], warnings: [twoDigits, tokenizer]),
            krajewski(granularity: 1),
            krajewski(granularity: 16),
            PublishedFit(
                "ludziejewski-2025-dense", law: "chinchilla",
                [1.3637, 30.40, 53.84, 0.1818, 0.1964],
                source: "Ludziejewski et al. 2025, arXiv:2502.05172, one expert",
                parameterConvention: "active parameters, embeddings included",
                lossUnit: "nats per token of FineWeb-Edu",
                fittedOn: "over 280 runs to 2.7B active parameters",
                ranges: [.parameterCount: 0...2.7e9], warnings: [tokenizer]),
            kumar(bits: nil), kumar(bits: 16), kumar(bits: 8), kumar(bits: 4),
            kaplan("size", [0, exp(0.076 * log(8.8e13)), 1e-6, 0.076, 3], "L(N)", "size"),
            kaplan("tokens", [0, 1e-6, exp(0.095 * log(5.4e13)), 3, 0.095], "L(D)", "tokens"),
        ]

    /// Gadre's law in M = D/N and C = 6ND, rewritten exactly in N and D:
    /// E + (a·M^η + b·M^−η)·C^−η is E + a·6^−η·N^−2η + b·6^−η·D^−2η.
    private static func gadre(_ set: String, _ data: String, _ values: [Double]) -> PublishedFit {
        let (size, tokens, eta) = (values[1], values[2], values[3])
        let scale = exp(-eta * log(6))
        return PublishedFit(
            "gadre-2024-\(set)", law: "chinchilla",
            [values[0], size * scale, tokens * scale, 2 * eta, 2 * eta],
            source: "Gadre et al. 2024, arXiv:2403.08540, trained on \(data), rewritten in N and D",
            parameterConvention: "all parameters, embeddings and output layer included",
            lossUnit: "nats per token of C4's evaluation set",
            fittedOn: "11M to 411M parameters, 5 to 640 tokens per parameter; tested to 6.9B",
            ranges: [.parameterCount: 1.1e7...6.9e9, .tokenCount: 5.5e7...640 * 6.9e9],
            warnings: [twoDigits, tokenizer])
    }

    /// Kumar's law with weights, activations and cache of P bits each: N counts by Π(1 − e^(−P/γ)).
    private static func kumar(bits: Double?) -> PublishedFit {
        let share = bits.map { bits in
            [2.6745, 2.2102, 0.9578].map { 1 - exp(-bits / $0) }.reduce(1, *)
        }
        let name = bits.map { "-\(Int($0))-bit" } ?? ""
        return PublishedFit(
            "kumar-2024-precision" + name, law: "chinchilla",
            [2.7648, 4299 * exp(-0.4965 * log(share ?? 1)), 18060, 0.4965, 0.4965],
            source: "Kumar et al. 2024, arXiv:2411.04330, "
                + (bits == nil
                    ? "without precision terms"
                    : "weights, activations and cache trained in \(Int(bits ?? 0)) bits"),
            parameterConvention: "parameters without embeddings",
            lossUnit: "nats per token of Dolma",
            fittedOn: "30M to 220M parameters, 1.5B to 26B tokens; tested to 1.7B",
            ranges: [.parameterCount: 3e7...1.7e9, .tokenCount: 1.5e9...2.6e10],
            warnings: (bits == nil ? [] : ["the study counts compute as 6/16·N·D·P at P bits"])
                + ["E 2.76 belongs to the study's small models and tokenizer", tokenizer])
    }

    /// Kaplan's laws of one quantity alone: the other's term is nothing.
    private static func kaplan(
        _ suffix: String, _ values: [Double], _ form: String, _ quantity: String
    ) -> PublishedFit {
        PublishedFit(
            "kaplan-2020-\(suffix)", law: "chinchilla", values,
            source: "Kaplan et al. 2020, arXiv:2001.08361, \(form)",
            parameterConvention: "parameters without embeddings",
            lossUnit: "nats per token of WebText2",
            fittedOn: "768 to 1.5B parameters, up to 23B tokens",
            ranges: [.parameterCount: 768...1.5e9, .tokenCount: 0...2.3e10],
            warnings: [
                "the loss of \(quantity) alone, with all else endless: kaplan-2020-joint has both",
                "it has no irreducible loss: far out it promises too much", twoDigits, tokenizer,
            ])
    }

    /// Krajewski's law of a mixture of experts, c + (g/G^γ + a)/N^α + b/D^β, at one granularity G.
    private static func krajewski(granularity: Double) -> PublishedFit {
        let name = String(Int(granularity))
        return PublishedFit(
            "krajewski-2024-granularity-\(name)", law: "chinchilla",
            [0.47, 2.1 * exp(-0.58 * log(granularity)) + 18.1, 30.8, 0.115, 0.147],
            source: "Krajewski et al. 2024, arXiv:2402.07871, mixtures of experts of granularity "
                + name,
            parameterConvention: "parameters of all experts, without embeddings",
            lossUnit: "nats per token of C4",
            fittedOn:
                "mixtures 64 times as large as a token's path, 129M to 3.7B parameters, 16B to "
                + "130B tokens",
            ranges: [.parameterCount: 1.29e8...3.7e9, .tokenCount: 1.6e10...1.3e11],
            warnings: [
                "N counts all experts, so 6·N·D is far more than the compute of training",
                twoDigits,
                tokenizer,
            ])
    }

    /// E, A, B, α, β, k.
    private static let skaling: [PublishedFit] = [
        PublishedFit(
            "busbridge-2025", law: "skaling", [1.220, 3355, 18186, 0.408, 0.431, 0.452],
            source: "Busbridge et al. 2025, arXiv:2502.08606, supervised models",
            parameterConvention: "parameters without embeddings",
            lossUnit: "nats per token of C4",
            fittedOn: "supervised runs of 143M to 12.6B parameters, up to 512B tokens",
            ranges: [.parameterCount: 1.43e8...1.26e10, .tokenCount: 0...5.12e11],
            warnings: [tokenizer]),
        // ((N_c/N)^(α_N/α_D) + D_c/D)^α_D with α_N 0.076, α_D 0.103, N_c 6.4e13 and D_c 1.8e13.
        PublishedFit(
            "kaplan-2020-joint", law: "skaling",
            [0, exp(0.076 / 0.103 * log(6.4e13)), 1.8e13, 0.076 / 0.103, 1, 0.103],
            source: "Kaplan et al. 2020, arXiv:2001.08361, L(N, D), rewritten",
            parameterConvention: "parameters without embeddings",
            lossUnit: "nats per token of WebText2",
            fittedOn: "sizes to 1.5B parameters, at most 23B tokens",
            ranges: [.parameterCount: 0...1.5e9, .tokenCount: 0...2.3e10],
            warnings: [
                "it has no irreducible loss: at large N and D it promises too much", tokenizer,
            ]),
    ]

    /// E, A, B, α, β, R*_D, R*_N.
    private static let dataConstrained: [PublishedFit] = [
        PublishedFit(
            "muennighoff-2023", law: "data-constrained",
            [
                exp(0.6254804), exp(6.255414), exp(7.3049974), 0.3526596, 0.3526596, 15.387756,
                5.309743,
            ],
            source: "Muennighoff et al. 2023, arXiv:2305.16264, datablations notebook",
            parameterConvention: "all parameters, embeddings included",
            lossUnit: "nats per token of C4",
            fittedOn: "182 runs of 14M to 8.7B parameters, base law from Hoffmann's C4 curves",
            ranges: [.parameterCount: 1.4e7...8.7e9],
            warnings: [
                "predictions are 7.6 % too low on the study's own runs, whose tokenizer is not the "
                    + "base law's",
                tokenizer,
            ]),
        PublishedFit(
            "muennighoff-2023-unequal", law: "data-constrained",
            [
                exp(0.604038), exp(6.6229553), exp(7.5856404), 0.3724021, 0.36468068, 16.257626,
                4.9642363,
            ],
            source: "Muennighoff et al. 2023, arXiv:2305.16264, notebook, α and β apart",
            parameterConvention: "all parameters, embeddings included",
            lossUnit: "nats per token of C4",
            fittedOn: "182 runs of 14M to 8.7B parameters, base law from Hoffmann's C4 curves",
            ranges: [.parameterCount: 1.4e7...8.7e9],
            warnings: [tokenizer]),
    ]

    private static let mixtureOfExperts: [PublishedFit] =
        [
            // c, a, b, α, β, δ, ω, γ, ζ, E_start, E_max.
            PublishedFit(
                "ludziejewski-2025", law: "mixture-of-experts",
                [
                    1.3637, 35.91, 35.98, -0.1889, -0.1775, -0.2285, 0.5529, 0.0098, -0.0259,
                    2.0732, 290.4521,
                ],
                source: "Ludziejewski et al. 2025, arXiv:2502.05172",
                parameterConvention: "active parameters, embeddings included",
                lossUnit: "nats per token of FineWeb-Edu",
                fittedOn: "over 280 runs to 2.7B active parameters and 32 experts",
                ranges: [.parameterCount: 0...2.7e9, .expertCount: 1...32],
                warnings: ["couplings are in natural logarithms", tokenizer])
        ] + [
            // d, a, b, c, E_start, E_max.
            clark("s-base", [1.104, -0.082, -0.108, 0.009, 1.847, 314.478], cutoff: "937B"),
            clark("rl-r", [1.111, -0.083, -0.126, 0.012, 1.880, 469.982], cutoff: "85B"),
            clark("hash", [1.157, -0.087, -0.136, 0.012, 4.175, 477.741], cutoff: "83B"),
        ]

    private static func clark(_ router: String, _ values: [Double], cutoff: String) -> PublishedFit
    {
        PublishedFit(
            "clark-2022-\(router)", law: "mixture-of-experts", options: ["form": "routing"],
            values, source: "Clark et al. 2022, arXiv:2202.01169, table 3",
            parameterConvention: "parameters of the dense base",
            lossUnit: "nats per token of MassiveText, 130B tokens",
            fittedOn: "15M to 1.3B parameters, up to 512 experts",
            ranges: [.parameterCount: 1.5e7...1.3e9, .expertCount: 1...512],
            warnings: [
                "coefficients are in decimal logarithms",
                "the size at which experts gain nothing is printed as \(cutoff); three digits of c "
                    + "do not give it",
                tokenizer,
            ])
    }

    /// L0, A, α, C, λ.
    private static let annealing: [PublishedFit] =
        ([
            ("106m", [3.057, 0.490, 0.497, 0.299, 0.999]),
            ("594m", [2.688, 0.526, 0.483, 0.437, 0.999]),
            ("1720m", [2.496, 0.569, 0.474, 0.485, 0.999]),
        ] as [(String, [Double])]).map { size, values in
            PublishedFit(
                "wang-2025-\(size)", law: "lr-annealing", values,
                source: "Wang et al. 2025, arXiv:2505.07796, first phase on the old data",
                lossUnit: "nats per token of FineWeb",
                fittedOn: "\(size.uppercased()) parameters without embeddings, peak rate 2e-4",
                warnings: [
                    "areas are in learning rate times steps: A holds for rates about 2e-4",
                    tokenizer,
                ])
        }

    /// L0, A, α, C1, C2, λ, B, E, β.
    private static let continual: [PublishedFit] =
        ([
            ("106m", "old", [3.057, 0.490, 0.497, 0.299, 0.298, 0.999, 0.366, 28, 0.189]),
            ("106m", "new", [3.024, 0.412, 0.677, 0.278, 0.324, 0.999, -0.666, 5662, 0.146]),
            ("594m", "old", [2.688, 0.526, 0.483, 0.437, 0.395, 0.999, 29.121, 100, 0.001]),
            ("594m", "new", [2.657, 0.443, 0.566, 0.360, 0.358, 0.999, -0.518, 100, 0.424]),
            ("1720m", "old", [2.496, 0.569, 0.474, 0.485, 0.438, 0.999, 8.710, 100, 0.004]),
            ("1720m", "new", [2.557, 0.407, 0.682, 0.440, 0.412, 0.999, -0.527, 100, 0.390]),
        ] as [(String, String, [Double])]).map { size, set, values in
            PublishedFit(
                "wang-2025-\(size)-\(set)", law: "continual", values,
                source: "Wang et al. 2025, arXiv:2505.07796, on the \(set) data",
                lossUnit: "nats per token of \(set == "old" ? "FineWeb" : "Knowledge-Pile")",
                fittedOn: "\(size.uppercased()) parameters without embeddings, peak rate 2e-4, "
                    + "FineWeb and then Knowledge-Pile",
                warnings: [
                    "areas are in learning rate times steps: A and E hold for rates about 2e-4",
                    "B, E and β trade off: of a small β only B·β is told by the data", tokenizer,
                ])
        }
        // F, γ3, γ1, γ2 behind them, the coefficients for N in millions as printed.
        + ([
            (
                "old",
                [
                    1.829, 0.504, 0.537, 0.090, 0.103, 0.999, 0.278, 12, 0.359, 3.072, 0.195, 0.235,
                    0.199,
                ]
            ),
            (
                "new",
                [
                    1.860, 0.438, 0.585, 0.333, 0.140, 0.999, -0.552, 187, 0.326, 2.718, 0.189,
                    0.012, 0.145,
                ]
            ),
        ] as [(String, [Double])]).map { set, printed in
            var values = printed
            let million = log(1e6)
            values[3] *= exp(-printed[11] * million)
            values[4] *= exp(-printed[12] * million)
            values[9] *= exp(printed[10] * million)
            return PublishedFit(
                "wang-2025-sizes-\(set)", law: "continual", options: ["model_size": "included"],
                values,
                source: "Wang et al. 2025, arXiv:2505.07796, equation 7, on the \(set) data",
                parameterConvention: "parameters without embeddings",
                lossUnit: "nats per token of \(set == "old" ? "FineWeb" : "Knowledge-Pile")",
                fittedOn: "106M, 594M and 1720M parameters, peak rate 2e-4, FineWeb and then "
                    + "Knowledge-Pile",
                ranges: [.parameterCount: 1.06e8...1.72e9],
                warnings: [
                    "the text does not say the unit of N: in millions, as taken here, the terms are "
                        + "those of the paper's own fits of single sizes",
                    "areas are in learning rate times steps: A and E hold for rates about 2e-4",
                    twoDigits, tokenizer,
                ])
        }

    /// L0, A, α, B, C, β, γ.
    private static let multiPower: [PublishedFit] =
        ([
            (
                "25m",
                [
                    3.04045406, 0.52468604, 0.50786857, 363.78751622, 2.06560812, 0.58279013,
                    0.64142257,
                ]
            ),
            (
                "100m",
                [
                    2.6514477, 0.60115152, 0.45295811, 437.9464276, 2.13245612, 0.59785199,
                    0.65523644,
                ]
            ),
            (
                "400m",
                [
                    2.37474466, 0.65421216, 0.42878731, 523.42464371, 2.02462735, 0.59350493,
                    0.63472457,
                ]
            ),
        ] as [(String, [Double])]).map { size, values in
            PublishedFit(
                "luo-2025-\(size)", law: "multi-power", values,
                source: "Luo et al. 2025, arXiv:2503.12811, configuration files",
                lossUnit: "nats per token",
                fittedOn:
                    "\(size.uppercased()) parameters, warm-up of 2,160 steps to a rate of 3e-4",
                warnings: [tokenizer])
        }

    /// N_c, α_N, S_c, α_S, B*, α_B.
    private static let kaplan: [PublishedFit] = [
        PublishedFit(
            "kaplan-2020", law: "kaplan", [6.5e13, 0.077, 2.1e3, 0.76, 2e8, 0.21],
            source: "Kaplan et al. 2020, arXiv:2001.08361, table 3 and equation 5.3",
            parameterConvention: "parameters without embeddings",
            lossUnit: "nats per token of WebText2",
            fittedOn: "768 to 1.5B parameters, up to 23B tokens",
            ranges: [.parameterCount: 768...1.5e9, .tokenCount: 0...2.3e10],
            warnings: [
                "N_c 6.5e13 and α_N 0.077 are of the fit in N and steps; the size alone is told by "
                    + "8.8e13 and 0.076, and only that and the steps' terms were found twice",
                twoDigits, tokenizer,
            ])
    ]

    /// ε, k, γ.
    private static let lossToMetric: [PublishedFit] =
        ([
            ("gadre-2024-46-tasks-c4", "46 tasks, C4", [0.759, 1.289, 0.972]),
            ("gadre-2024-46-tasks-redpajama", "46 tasks, RedPajama", [0.761, 1.323, 0.891]),
            ("gadre-2024-46-tasks-refinedweb", "46 tasks, RefinedWeb", [0.768, 1.128, 0.822]),
            ("gadre-2024-17-tasks-c4", "17 tasks, C4", [0.850, 2.079, 0.756]),
            ("gadre-2024-17-tasks-redpajama", "17 tasks, RedPajama", [0.857, 2.206, 0.715]),
            ("gadre-2024-17-tasks-refinedweb", "17 tasks, RefinedWeb", [0.865, 2.215, 0.707]),
        ] as [(String, String, [Double])]).map { name, set, values in
            PublishedFit(
                name, law: "loss-to-metric", values,
                source: "Gadre et al. 2024, arXiv:2403.08540, top-1 error averaged over \(set)",
                lossUnit: "from nats per token of C4's evaluation set to a share of errors",
                fittedOn: "11M to 411M parameters, tested to 6.9B", warnings: [tokenizer])
        }
}
