/// The curvature S = Σ wψ∇²r that Gauss–Newton leaves out, learnt from gradients along the way.
///
/// With residuals that stay large, JᵀJ alone is a poor model: steps overshoot, or the end is a crawl.
/// Each accepted step d shows one image of S, S·d ≈ (J₊ − J)ᵀψ₊, and a rank-two secant update builds
/// S from them. The model with S is used only while it predicts the cost better than the one
/// without.
///
/// Source: Dennis, Gay, Welsch, "An adaptive nonlinear least-squares algorithm" (NL2SOL), ACM TOMS 7
/// (1981), doi:10.1145/355958.355965.
struct StructuredQuasiNewton {
    /// S, symmetric, columns × columns.
    let matrix: Vector

    /// True while the local model contains S.
    private(set) var isActive = false

    private let columns: Int
    private let image: Vector
    private let product: Vector
    private let gradientChange: Vector

    init(columns: Int, workspace: Workspace) {
        self.columns = columns
        matrix = workspace.take(columns * columns)
        image = workspace.take(columns)
        product = workspace.take(columns)
        gradientChange = workspace.take(columns)
        forget()
    }

    /// Forgets S.
    mutating func forget() {
        for index in 0..<(columns * columns) { matrix[index] = 0 }
        isActive = false
    }

    /// xᵀSy.
    func bilinear(_ x: Vector, _ y: Vector) -> Double {
        var sum = 0.0
        for column in 0..<columns {
            for row in 0..<columns { sum += x[row] * matrix[column * columns + row] * y[column] }
        }
        return sum
    }

    /// One entry of S·x.
    func product(_ row: Int, _ x: Vector) -> Double {
        var sum = 0.0
        for column in 0..<columns { sum += matrix[column * columns + row] * x[column] }
        return sum
    }

    /// Chooses the model, with or without S, that predicted the step better.
    ///
    /// - Parameters:
    ///   - step: The step, with its predicted reduction of the cost.
    ///   - actual: The reduction that it achieved.
    mutating func choose(after step: TrialStep, actual: Double) {
        let curvature = 0.5 * bilinear(step.vector, step.vector)
        let plain = isActive ? step.predicted + curvature : step.predicted
        isActive = 1.5 * abs(plain - curvature - actual) < abs(plain - actual)
    }

    /// Updates S by a step that led to the point.
    mutating func learn(from step: TrialStep, to iterate: Iterate) {
        let step = step.vector
        var stepGradient = 0.0
        var stepImage = 0.0
        var stepProduct = 0.0
        for column in 0..<columns {
            image[column] = iterate.gradient[column] - iterate.previousJacobianProduct(column)
            gradientChange[column] = iterate.gradient[column] - iterate.previousGradient[column]
            product[column] = product(column, step)
            stepGradient += step[column] * gradientChange[column]
            stepImage += step[column] * image[column]
            stepProduct += step[column] * product[column]
        }
        // Sizing: where the residuals shrink, S shrinks with them.
        let size = stepProduct == 0 ? 1 : min(1, abs(stepImage / stepProduct))
        guard stepGradient > 0, size.isFinite, stepImage.isFinite else { return forget() }
        var missed = 0.0
        for column in 0..<columns {
            image[column] -= size * product[column]
            missed += step[column] * image[column]
        }
        for column in 0..<columns {
            for row in 0..<columns {
                let index = column * columns + row
                let cross =
                    image[row] * gradientChange[column] + gradientChange[row] * image[column]
                matrix[index] =
                    size * matrix[index] + cross / stepGradient - missed * gradientChange[row]
                    * gradientChange[column] / (stepGradient * stepGradient)
            }
        }
    }
}
