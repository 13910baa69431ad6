import Foundation
import LeastSquares
import TestSupport

/// A data set of the NIST archive as the solver sees it.
struct ArchiveProblem: LeastSquaresProblem {
    let dataset: NISTDataset
    private let model: NISTModel
    private var slopes: [Double]

    init(dataset: NISTDataset, model: @escaping NISTModel) {
        self.dataset = dataset
        self.model = model
        slopes = Array(repeating: 0, count: dataset.parameters.count)
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

    /// Reads the archive's files.
    ///
    /// - Parameter folder: Where the 27 `.dat` files lie.
    /// - Returns: The problems in order of their names.
    /// - Throws: What the file system or `NISTDataset` says.
    static func all(in folder: String) throws -> [ArchiveProblem] {
        try NISTModels.all.sorted { $0.key < $1.key }.map { name, model in
            let file = URL(filePath: folder).appending(path: name + ".dat")
            let text = try String(contentsOf: file, encoding: .utf8)
            return ArchiveProblem(dataset: try NISTDataset(text: text), model: model)
        }
    }
}
