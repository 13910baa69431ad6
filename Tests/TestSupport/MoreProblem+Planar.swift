internal import Foundation

extension MoreProblem {
    /// Problems of two variables.
    static let planar: [MoreProblem] = [
        MoreProblem(1, "Rosenbrock", start: [-1.2, 1], minima: [0]) { x in
            [10 * (x[1] - x[0].squared), 1 - x[0]]
        },
        MoreProblem(2, "Freudenstein and Roth", start: [0.5, -2], minima: [0, 48.98425]) { x in
            [
                x[0] + ((5 - x[1]) * x[1] - 2) * x[1] - 13,
                x[0] + ((x[1] + 1) * x[1] - 14) * x[1] - 29,
            ]
        },
        MoreProblem(3, "Powell badly scaled", start: [0, 1], minima: [0]) { x in
            [1e4 * (x[0] * x[1]) - 1, (-x[0]).exponential + (-x[1]).exponential - 1.0001]
        },
        MoreProblem(4, "Brown badly scaled", start: [1, 1], minima: [0]) { x in
            [x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2]
        },
        MoreProblem(5, "Beale", start: [1, 1], minima: [0]) { x in
            [
                1.5 - x[0] * (1 - x[1]), 2.25 - x[0] * (1 - x[1].squared),
                2.625 - x[0] * (1 - x[1].squared * x[1]),
            ]
        },
        MoreProblem(6, "Jennrich and Sampson", start: [0.3, 0.4], minima: [124.36218]) { x in
            (1...10).map { index in
                let i = Double(index)
                return 2 + 2 * i - ((i * x[0]).exponential + (i * x[1]).exponential)
            }
        },
    ]

    /// Problems of three variables.
    static let spatial: [MoreProblem] = [
        MoreProblem(7, "helical valley", start: [-1, 0, 0], minima: [0]) { x in
            let half = x[0].value < 0 ? 0.5 : 0.0
            let turn: Dual = (x[1] / x[0]).arctangent / (2 * Double.pi) + half
            let radius: Dual = (x[0].squared + x[1].squared).root
            return [10 * (x[2] - 10 * turn), 10 * (radius - 1), x[2]]
        },
        MoreProblem(8, "Bard", start: [1, 1, 1], minima: [8.214877e-3, 17.42869]) { x in
            bardResponses.enumerated().map { index, y in
                let u = Double(index + 1)
                let v = 16 - u
                let bottom: Dual = v * x[1] + min(u, v) * x[2]
                return y - (x[0] + u * (1 / bottom))
            }
        },
        MoreProblem(9, "Gaussian", start: [0.4, 1, 0], minima: [1.127933e-8]) { x in
            gaussianResponses.enumerated().map { index, y in
                let t = (8 - Double(index + 1)) / 2
                let exponent: Dual = x[1] * (t - x[2]).squared * -0.5
                return x[0] * exponent.exponential - y
            }
        },
        MoreProblem(10, "Meyer", start: [0.02, 4_000, 250], minima: [87.94586]) { x in
            meyerResponses.enumerated().map { index, y in
                let t = 45 + 5 * Double(index + 1)
                return x[0] * (x[1] / (t + x[2])).exponential - y
            }
        },
        MoreProblem(11, "Gulf research", start: [5, 2.5, 0.15], minima: [0]) { x in
            (1...10).map { index in
                let t = Double(index) / 100
                let y = 25 + pow(-50 * log(t), 2.0 / 3)
                let power = (y - x[1]).magnitude.raised(to: x[2]) / x[0]
                return (-power).exponential - t
            }
        },
        MoreProblem(12, "Box", start: [0, 10, 20], minima: [0, 0.07558874]) { x in
            (1...10).map { index in
                let t = 0.1 * Double(index)
                return (-t * x[0]).exponential - (-t * x[1]).exponential
                    - x[2] * (exp(-t) - exp(-10 * t))
            }
        },
    ]

    private static let bardResponses = [
        0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39,
    ]

    private static let gaussianResponses = [
        0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989, 0.3521, 0.2420, 0.1295,
        0.0540, 0.0175, 0.0044, 0.0009,
    ]

    private static let meyerResponses: [Double] = [
        34_780, 28_610, 23_650, 19_630, 16_370, 13_720, 11_540, 9_744, 8_261, 7_030, 6_005, 5_147,
        4_427, 3_820, 3_307, 2_872,
    ]
}
