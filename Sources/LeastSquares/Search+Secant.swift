/// What Gauss–Newton leaves out, S = Σ wψ∇²r, learnt from the gradients seen on the way.
///
/// Where residuals stay large, JᵀJ alone is a poor model: steps overshoot, or the end is a crawl.
/// Each accepted step d shows one image of S, S·d ≈ (J₊ − J)ᵀψ₊, and a rank-two update builds S
/// from them. The model with S is used only while it predicts the cost better than the one without.
///
/// Source: Dennis, Gay, Welsch, "An adaptive nonlinear least-squares algorithm", ACM TOMS 7
/// (1981), doi:10.1145/355958.355965.
extension Search {
    /// Forgets S.
    mutating func forgetResidualCurvature() {
        for index in 0..<(columns * columns) {
            memory.residualCurvature[index] = 0
        }
        hasResidualCurvature = false
    }

    /// Chooses the model, with or without S, that predicted the step better.
    ///
    /// - Parameter actual: The reduction of the cost that the step achieved.
    mutating func chooseModel(actual: Double) {
        let bend = 0.5 * residualBend(memory.step, memory.step)
        let plain = hasResidualCurvature ? predicted + bend : predicted
        let augmented = plain - bend
        hasResidualCurvature = 1.5 * abs(augmented - actual) < abs(plain - actual)
    }

    /// Updates S after a step; the old Jacobian is still in the trial's place.
    mutating func learnResidualCurvature() {
        let image = memory.slope
        let product = memory.increment
        var stepGradient = 0.0
        var stepImage = 0.0
        var stepProduct = 0.0
        for (column, parameter) in free.enumerated() {
            image[column] =
                memory.gradient[column]
                - VectorKernels.dot(
                    memory.trialJacobian + parameter * rows, memory.influences, count: rows)
            memory.gradientChange[column] = memory.gradient[column] - memory.gradientChange[column]
            var sum = 0.0
            for other in 0..<columns {
                sum += memory.residualCurvature[other * columns + column] * memory.step[other]
            }
            product[column] = sum
            stepGradient += memory.step[column] * memory.gradientChange[column]
            stepImage += memory.step[column] * image[column]
            stepProduct += memory.step[column] * sum
        }
        // Sizing: where the residuals shrink, S shrinks with them.
        let size = stepProduct == 0 ? 1 : min(1, abs(stepImage / stepProduct))
        guard stepGradient > 0, size.isFinite, stepImage.isFinite else {
            return forgetResidualCurvature()
        }
        var missed = 0.0
        for column in 0..<columns {
            image[column] -= size * product[column]
            missed += memory.step[column] * image[column]
        }
        for column in 0..<columns {
            for row in 0..<columns {
                let change = memory.gradientChange
                let index = column * columns + row
                let cross = image[row] * change[column] + change[row] * image[column]
                memory.residualCurvature[index] =
                    size * memory.residualCurvature[index] + cross / stepGradient
                    - missed * change[row] * change[column] / (stepGradient * stepGradient)
            }
        }
    }
}
