extension Search {
    /// Half the slope of the cost along the step: what an undamped quadratic model would gain.
    var decrement: Double {
        var sum = 0.0
        for column in 0..<columns {
            sum -= memory.gradient[column] * memory.step[column]
        }
        return 0.5 * sum
    }

    /// ‖D·d‖/‖D·θ‖ for the step d.
    var relativeStep: Double {
        var stepSquare = 0.0
        var pointSquare = 0.0
        for (column, parameter) in free.enumerated() {
            let scale = memory.scales[column]
            let scaledStep = scale * memory.step[column]
            let scaledPoint = scale * memory.point[parameter]
            stepSquare += scaledStep * scaledStep
            pointSquare += scaledPoint * scaledPoint
        }
        return pointSquare > 0 ? (stepSquare / pointSquare).squareRoot() : stepSquare.squareRoot()
    }

    /// The point as a result.
    func solution(_ termination: Termination) -> Solution {
        var gradient = [Double](repeating: 0, count: parameterCount)
        var atBound = [Bool](repeating: false, count: parameterCount)
        for (column, parameter) in free.enumerated() {
            gradient[parameter] = memory.gradient[column]
            let value = memory.point[parameter]
            atBound[parameter] =
                value == memory.lower[parameter] || value == memory.upper[parameter]
        }
        return Solution(
            parameters: copy(memory.point, parameterCount), cost: cost,
            residuals: copy(memory.residuals, rows),
            jacobian: copy(memory.jacobian, rows * parameterCount), gradient: gradient,
            atBound: atBound, termination: termination)
    }

    private func copy(_ vector: UnsafeMutablePointer<Double>, _ count: Int) -> [Double] {
        [Double](UnsafeBufferPointer(start: vector, count: count))
    }
}
