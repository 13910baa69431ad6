internal import Foundation

extension NISTModels {
    /// y = b1·(1 − exp(−b2·x)): Misra1a, BoxBOD.
    static let saturation: NISTModel = { x, b, slopes in
        let decay = exp(-b[1] * x[0])
        slopes[0] = 1 - decay
        slopes[1] = b[0] * x[0] * decay
        return b[0] * (1 - decay)
    }

    /// y = exp(−b1·x)/(b2 + b3·x).
    static let chwirut: NISTModel = { x, b, slopes in
        let bottom = b[1] + b[2] * x[0]
        let value = exp(-b[0] * x[0]) / bottom
        slopes[0] = -x[0] * value
        slopes[1] = -value / bottom
        slopes[2] = -x[0] * value / bottom
        return value
    }

    /// y = (b1/b2)·exp(−½((x − b3)/b2)²).
    static let eckerle4: NISTModel = { x, b, slopes in
        let ratio = (x[0] - b[2]) / b[1]
        let bell = exp(-0.5 * ratio * ratio) / b[1]
        slopes[0] = bell
        slopes[1] = b[0] * bell * (ratio * ratio - 1) / b[1]
        slopes[2] = b[0] * bell * ratio / b[1]
        return b[0] * bell
    }

    /// y = b1·exp(−b2·x) + b3·exp(−(x − b4)²/b5²) + b6·exp(−(x − b7)²/b8²).
    static let gauss: NISTModel = { x, b, slopes in
        let decay = exp(-b[1] * x[0])
        slopes[0] = decay
        slopes[1] = -b[0] * x[0] * decay
        var value = b[0] * decay
        for first in [2, 5] {
            let ratio = (x[0] - b[first + 1]) / b[first + 2]
            let bell = exp(-ratio * ratio)
            slopes[first] = bell
            slopes[first + 1] = 2 * b[first] * bell * ratio / b[first + 2]
            slopes[first + 2] = 2 * b[first] * bell * ratio * ratio / b[first + 2]
            value += b[first] * bell
        }
        return value
    }

    /// y = b1·exp(−b2·x) + b3·exp(−b4·x) + b5·exp(−b6·x).
    static let lanczos: NISTModel = { x, b, slopes in
        var value = 0.0
        for first in [0, 2, 4] {
            let decay = exp(-b[first + 1] * x[0])
            slopes[first] = decay
            slopes[first + 1] = -b[first] * x[0] * decay
            value += b[first] * decay
        }
        return value
    }

    /// y = b1·exp(b2/(x + b3)): MGH10.
    static let meyer: NISTModel = { x, b, slopes in
        let shifted = x[0] + b[2]
        let growth = exp(b[1] / shifted)
        slopes[0] = growth
        slopes[1] = b[0] * growth / shifted
        slopes[2] = -b[0] * growth * b[1] / (shifted * shifted)
        return b[0] * growth
    }

    /// y = b1 + b2·exp(−x·b4) + b3·exp(−x·b5): MGH17.
    static let osborne: NISTModel = { x, b, slopes in
        let first = exp(-x[0] * b[3])
        let second = exp(-x[0] * b[4])
        slopes[0] = 1
        slopes[1] = first
        slopes[2] = second
        slopes[3] = -x[0] * b[1] * first
        slopes[4] = -x[0] * b[2] * second
        return b[0] + b[1] * first + b[2] * second
    }

    /// log y = b1 − b2·x1·exp(−b3·x2).
    static let nelson: NISTModel = { x, b, slopes in
        let decay = exp(-b[2] * x[1])
        slopes[0] = 1
        slopes[1] = -x[0] * decay
        slopes[2] = b[1] * x[0] * x[1] * decay
        return b[0] - b[1] * x[0] * decay
    }

    /// y = b1/(1 + exp(b2 − b3·x)).
    static let rat42: NISTModel = { x, b, slopes in
        let growth = exp(b[1] - b[2] * x[0])
        let bottom = 1 + growth
        slopes[0] = 1 / bottom
        slopes[1] = -b[0] * growth / (bottom * bottom)
        slopes[2] = b[0] * x[0] * growth / (bottom * bottom)
        return b[0] / bottom
    }

    /// y = b1/(1 + exp(b2 − b3·x))^(1/b4).
    static let rat43: NISTModel = { x, b, slopes in
        let growth = exp(b[1] - b[2] * x[0])
        let bottom = 1 + growth
        let power = pow(bottom, -1 / b[3])
        let value = b[0] * power
        slopes[0] = power
        slopes[1] = -value * growth / (bottom * b[3])
        slopes[2] = value * x[0] * growth / (bottom * b[3])
        slopes[3] = value * log(bottom) / (b[3] * b[3])
        return value
    }
}
