internal import Foundation

extension NISTModels {
    /// y = b1·(b2 + x)^(−1/b3).
    static let bennett5: NISTModel = { x, b, slopes in
        let base = b[1] + x[0]
        let power = pow(base, -1 / b[2])
        slopes[0] = power
        slopes[1] = -b[0] * power / (b[2] * base)
        slopes[2] = b[0] * power * log(base) / (b[2] * b[2])
        return b[0] * power
    }

    /// y = b1·x^b2.
    static let danWood: NISTModel = { x, b, slopes in
        let power = pow(x[0], b[1])
        slopes[0] = power
        slopes[1] = b[0] * power * log(x[0])
        return b[0] * power
    }

    /// y = b1 plus three pairs of cosine and sine: a year of 12 months and periods b4, b7.
    static let southernOscillation: NISTModel = { x, b, slopes in
        let turn = 2 * Double.pi * x[0]
        slopes[0] = 1
        slopes[1] = cos(turn / 12)
        slopes[2] = sin(turn / 12)
        var value = b[0] + b[1] * slopes[1] + b[2] * slopes[2]
        for first in [3, 6] {
            let period = b[first]
            let cosine = cos(turn / period)
            let sine = sin(turn / period)
            slopes[first] =
                (b[first + 1] * sine - b[first + 2] * cosine) * turn / (period * period)
            slopes[first + 1] = cosine
            slopes[first + 2] = sine
            value += b[first + 1] * cosine + b[first + 2] * sine
        }
        return value
    }

    /// y = (b1 + b2·x + b3·x² + b4·x³)/(1 + b5·x + b6·x² + b7·x³): Hahn1, Thurber.
    static let cubicRatio: NISTModel = { x, b, slopes in
        ratio(x[0], b, slopes: &slopes, topCount: 4)
    }

    /// y = (b1 + b2·x + b3·x²)/(1 + b4·x + b5·x²): Kirby2.
    static let quadraticRatio: NISTModel = { x, b, slopes in
        ratio(x[0], b, slopes: &slopes, topCount: 3)
    }

    private static func ratio(
        _ x: Double, _ b: UnsafeBufferPointer<Double>, slopes: inout [Double], topCount: Int
    ) -> Double {
        var top = 0.0
        var bottom = 1.0
        var power = 1.0
        for index in 0..<topCount {
            top += b[index] * power
            slopes[index] = power
            if index > 0 {
                bottom += b[topCount + index - 1] * power
                slopes[topCount + index - 1] = power
            }
            power *= x
        }
        for index in slopes.indices {
            slopes[index] *= index < topCount ? 1 / bottom : -top / (bottom * bottom)
        }
        return top / bottom
    }

    /// y = b1·(x² + x·b2)/(x² + x·b3 + b4): MGH09.
    static let kowalikOsborne: NISTModel = { x, b, slopes in
        let top = x[0] * x[0] + x[0] * b[1]
        let bottom = x[0] * x[0] + x[0] * b[2] + b[3]
        slopes[0] = top / bottom
        slopes[1] = b[0] * x[0] / bottom
        slopes[2] = -b[0] * top * x[0] / (bottom * bottom)
        slopes[3] = -b[0] * top / (bottom * bottom)
        return b[0] * top / bottom
    }

    /// y = b1·(1 − (1 + b2·x/2)^−2).
    static let misra1b: NISTModel = { x, b, slopes in
        let base = 1 + b[1] * x[0] / 2
        slopes[0] = 1 - 1 / (base * base)
        slopes[1] = b[0] * x[0] / (base * base * base)
        return b[0] * slopes[0]
    }

    /// y = b1·(1 − (1 + 2·b2·x)^−½).
    static let misra1c: NISTModel = { x, b, slopes in
        let base = 1 + 2 * b[1] * x[0]
        slopes[0] = 1 - 1 / base.squareRoot()
        slopes[1] = b[0] * x[0] / (base * base.squareRoot())
        return b[0] * slopes[0]
    }

    /// y = b1·b2·x/(1 + b2·x).
    static let misra1d: NISTModel = { x, b, slopes in
        let base = 1 + b[1] * x[0]
        slopes[0] = b[1] * x[0] / base
        slopes[1] = b[0] * x[0] / (base * base)
        return b[0] * slopes[0]
    }

    /// y = b1 − b2·x − arctan(b3/(x − b4))/π: the published arctan of one argument.
    static let roszman: NISTModel = { x, b, slopes in
        let shifted = x[0] - b[3]
        let square = shifted * shifted + b[2] * b[2]
        slopes[0] = 1
        slopes[1] = -x[0]
        slopes[2] = -shifted / (square * Double.pi)
        slopes[3] = -b[2] / (square * Double.pi)
        return b[0] - b[1] * x[0] - atan(b[2] / shifted) / Double.pi
    }
}
