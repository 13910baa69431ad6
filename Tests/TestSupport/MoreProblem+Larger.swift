internal import Foundation

extension MoreProblem {
    /// Problems of four to eleven variables.
    static let larger: [MoreProblem] = [
        MoreProblem(13, "Powell singular", start: [3, -1, 0, 1], minima: [0]) { x in
            [
                x[0] + 10 * x[1], 5.0.squareRoot() * (x[2] - x[3]), (x[1] - 2 * x[2]).squared,
                10.0.squareRoot() * (x[0] - x[3]).squared,
            ]
        },
        MoreProblem(14, "Wood", start: [-3, -1, -3, -1], minima: [0]) { x in
            [
                10 * (x[1] - x[0].squared), 1 - x[0], 90.0.squareRoot() * (x[3] - x[2].squared),
                1 - x[2], 10.0.squareRoot() * (x[1] + x[3] - 2),
                (x[1] - x[3]) / 10.0.squareRoot(),
            ]
        },
        MoreProblem(
            15, "Kowalik and Osborne", start: [0.25, 0.39, 0.415, 0.39],
            minima: [3.075056e-4, 1.027344e-3]
        ) { x in
            kowalikData.map { u, y in
                y - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3])
            }
        },
        MoreProblem(16, "Brown and Dennis", start: [25, 5, -5, -1], minima: [85_822.2]) { x in
            (1...20).map { index in
                let t = Double(index) / 5
                return (x[0] + t * x[1] - exp(t)).squared
                    + (x[2] + sin(t) * x[3] - cos(t)).squared
            }
        },
        MoreProblem(17, "Osborne 1", start: [0.5, 1.5, -1, 0.01, 0.02], minima: [5.464895e-5]) {
            x in
            osborneResponses.enumerated().map { index, y in
                let t = 10 * Double(index)
                return y
                    - (x[0] + x[1] * (-t * x[3]).exponential + x[2] * (-t * x[4]).exponential)
            }
        },
        MoreProblem(
            18, "Biggs", start: [1, 2, 1, 1, 1, 1], minima: [0, 5.655650e-3, 0.3063667]
        ) { x in
            (1...13).map { index in
                let t = 0.1 * Double(index)
                let y = exp(-t) - 5 * exp(-10 * t) + 3 * exp(-4 * t)
                return x[2] * (-t * x[0]).exponential - x[3] * (-t * x[1]).exponential
                    + x[5] * (-t * x[4]).exponential - y
            }
        },
        MoreProblem(
            19, "Osborne 2", start: [1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5],
            minima: [4.013774e-2, 1.789813]
        ) { x in
            secondOsborneResponses.enumerated().map { index, y in
                let t = Double(index) / 10
                var sum = x[0] * (-t * x[4]).exponential
                for bump in 1...3 {
                    let exponent: Dual = (t - x[bump + 7]).squared * x[bump + 4]
                    sum = sum + x[bump] * (-exponent).exponential
                }
                return y - sum
            }
        },
    ]

    private static let kowalikData: [(Double, Double)] = [
        (4, 0.1957), (2, 0.1947), (1, 0.1735), (0.5, 0.1600), (0.25, 0.0844), (0.1670, 0.0627),
        (0.1250, 0.0456), (0.1, 0.0342), (0.0833, 0.0323), (0.0714, 0.0235), (0.0625, 0.0246),
    ]

    private static let osborneResponses = [
        0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685,
        0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448,
        0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406,
    ]

    private static let secondOsborneResponses = [
        1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608,
        0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661,
        0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428,
        0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559,
        0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054,
    ]
}
