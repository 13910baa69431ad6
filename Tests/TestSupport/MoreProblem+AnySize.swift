internal import Foundation

extension MoreProblem {
    /// Problems that come in any number of variables, at one size each.
    static let anySize: [MoreProblem] = [
        MoreProblem(
            20, "Watson", start: [Double](repeating: 0, count: 6), minima: [2.287670e-3]
        ) { x in
            let rows = (1...29).map { index in
                let t = Double(index) / 29
                var slope = 0 * x[0]
                var sum = 0 * x[0]
                for (power, variable) in x.enumerated() {
                    sum = sum + pow(t, Double(power)) * variable
                    if power > 0 {
                        slope = slope + Double(power) * pow(t, Double(power - 1)) * variable
                    }
                }
                return slope - sum.squared - 1
            }
            return rows + [x[0], x[1] - x[0].squared - 1]
        },
        MoreProblem(
            25, "variably dimensioned", start: (1...8).map { 1 - Double($0) / 8 }, minima: [0]
        ) { x in
            var sum = 0 * x[0]
            for (index, variable) in x.enumerated() {
                sum = sum + Double(index + 1) * (variable - 1)
            }
            return x.map { $0 - 1 } + [sum, sum.squared]
        },
        MoreProblem(
            27, "Brown almost linear", start: [Double](repeating: 0.5, count: 10), minima: [0, 1]
        ) { x in
            let sum = x.dropFirst().reduce(x[0], +)
            let product = x.dropFirst().reduce(x[0], *)
            return x.dropLast().map { $0 + sum - 11 } + [product - 1]
        },
        MoreProblem(
            28, "discrete boundary value", start: boundaryStart, minima: [0]
        ) { x in
            let step = 1 / Double(x.count + 1)
            return x.indices.map { index in
                let before = index > 0 ? x[index - 1] : 0 * x[0]
                let after = index + 1 < x.count ? x[index + 1] : 0 * x[0]
                let base = x[index] + step * Double(index + 1) + 1
                return 2 * x[index] - before - after
                    + step * step / 2 * (base.squared * base)
            }
        },
        MoreProblem(
            30, "Broyden tridiagonal", start: [Double](repeating: -1, count: 10), minima: [0]
        ) { x in
            x.indices.map { index in
                let before = index > 0 ? x[index - 1] : 0 * x[0]
                let after = index + 1 < x.count ? x[index + 1] : 0 * x[0]
                return (3 - 2 * x[index]) * x[index] - before - 2 * after + 1
            }
        },
        MoreProblem(
            31, "Broyden banded", start: [Double](repeating: -1, count: 10), minima: [0]
        ) { x in
            x.indices.map { index in
                var sum = x[index] * (2 + 5 * x[index].squared) + 1
                for other in max(0, index - 5)...min(x.count - 1, index + 1) where other != index {
                    sum = sum - x[other] * (1 + x[other])
                }
                return sum
            }
        },
        MoreProblem(32, "linear, full rank", start: ones, minima: [15]) { x in
            let sum = x.dropFirst().reduce(x[0], +)
            return (0..<20).map { row in
                let mean = -2.0 / 20 * sum - 1
                return row < 5 ? mean + x[row] : mean
            }
        },
        MoreProblem(33, "linear, rank 1", start: ones, minima: [20.0 * 19 / (2 * 41)]) { x in
            var sum = 0 * x[0]
            for (index, variable) in x.enumerated() {
                sum = sum + Double(index + 1) * variable
            }
            return (1...20).map { Double($0) * sum - 1 }
        },
        MoreProblem(
            35, "Chebyquad", start: (1...8).map { Double($0) / 9 }, minima: [3.516874e-3]
        ) { x in
            (1...8).map { degree in
                var sum = 0 * x[0]
                for variable in x {
                    sum = sum + chebyshev(degree, 2 * variable - 1)
                }
                let integral = degree % 2 == 0 ? -1 / Double(degree * degree - 1) : 0
                return sum / 8 - integral
            }
        },
    ]

    private static let ones = [Double](repeating: 1, count: 5)

    private static let boundaryStart = (1...10).map { index in
        let t = Double(index) / 11
        return t * (t - 1)
    }

    private static func chebyshev(_ degree: Int, _ x: Dual) -> Dual {
        var previous = 0 * x + 1
        var current = x
        for _ in 1..<max(degree, 1) {
            (previous, current) = (current, 2 * x * current - previous)
        }
        return current
    }
}
