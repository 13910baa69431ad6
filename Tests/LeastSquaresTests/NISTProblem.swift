import Foundation
import LeastSquares
import TestSupport
import Testing

/// A data set of the NIST archive as the solver sees it.
struct NISTProblem: LeastSquaresProblem {
    let dataset: NISTDataset
    let model: NISTModel
    private var slopes: [Double]

    init(name: String) throws {
        let file = try #require(
            Bundle.module.url(forResource: name, withExtension: "dat", subdirectory: "NIST"))
        dataset = try NISTDataset(text: String(contentsOf: file, encoding: .utf8))
        model = try #require(NISTModels.all[name])
        slopes = [Double](repeating: 0, count: dataset.parameters.count)
    }

    var residualCount: Int { dataset.responses.count }

    var parameterCount: Int { dataset.parameters.count }

    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>, residuals: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        for row in 0..<residualCount {
            let predicted = model(dataset.predictors[row], parameters, &slopes)
            residuals[row] = dataset.responses[row] - predicted
            for column in 0..<parameterCount {
                jacobian?[column * residualCount + row] = -slopes[column]
            }
        }
    }

    /// Log relative error: how many decimal digits agree, 11 at most as NIST certifies no more.
    static func digits(_ value: Double, _ certified: Double) -> Double {
        guard value != certified else { return 11 }
        return min(11, -log10(abs(value - certified) / abs(certified)))
    }
}
