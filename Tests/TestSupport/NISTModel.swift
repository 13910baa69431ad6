/// A model of the NIST archive: a prediction and its exact derivatives.
///
/// - Parameters:
///   - x: Predictors of one observation.
///   - b: Parameters b1, b2, … in NIST's order.
///   - slopes: Receives ∂prediction/∂b.
/// - Returns: The prediction.
package typealias NISTModel =
    @Sendable (
        _ x: [Double], _ b: UnsafeBufferPointer<Double>, _ slopes: inout [Double]
    ) -> Double

/// The 27 models by data set name.
package enum NISTModels {
    package static let all: [String: NISTModel] = [
        "Bennett5": bennett5, "BoxBOD": saturation, "Chwirut1": chwirut, "Chwirut2": chwirut,
        "DanWood": danWood, "ENSO": southernOscillation, "Eckerle4": eckerle4,
        "Gauss1": gauss, "Gauss2": gauss, "Gauss3": gauss, "Hahn1": cubicRatio,
        "Kirby2": quadraticRatio, "Lanczos1": lanczos, "Lanczos2": lanczos, "Lanczos3": lanczos,
        "MGH09": kowalikOsborne, "MGH10": meyer, "MGH17": osborne, "Misra1a": saturation,
        "Misra1b": misra1b, "Misra1c": misra1c, "Misra1d": misra1d, "Nelson": nelson,
        "Rat42": rat42, "Rat43": rat43, "Roszman1": roszman, "Thurber": cubicRatio,
    ]
}
