internal import Foundation

/// One nonlinear regression problem of the NIST Statistical Reference Datasets.
///
/// Source: https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml (public domain).
package struct NISTDataset: Sendable {
    /// What a file lacks when it is not one of NIST's.
    package enum Fault: Error, Equatable {
        case missing(String)
    }

    package let name: String

    /// The two published starts, one number per parameter.
    package let starts: [[Double]]

    /// Certified parameters, to 11 digits.
    package let parameters: [Double]

    /// Certified standard deviations of the parameters.
    package let standardDeviations: [Double]

    /// Certified Σ (observed − predicted)².
    package let residualSumOfSquares: Double

    /// Observed responses; logarithms for Nelson, whose model is of log y.
    package let responses: [Double]

    /// Predictors, one row per observation.
    package let predictors: [[Double]]

    /// Reads a file of the archive.
    ///
    /// - Parameter text: The whole file.
    /// - Throws: `Fault` naming the part that is missing.
    package init(text: String) throws {
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        guard let title = lines.first(where: { $0.hasPrefix("Dataset Name:") }) else {
            throw Fault.missing("Dataset Name")
        }
        name = String(title.split(separator: " ")[2])
        let rows = lines.filter { $0.contains("=") }.map(Self.numbersAfterEquals)
            .filter { $0.count == 4 }
        guard !rows.isEmpty else { throw Fault.missing("starting values") }
        starts = [rows.map { $0[0] }, rows.map { $0[1] }]
        parameters = rows.map { $0[2] }
        standardDeviations = rows.map { $0[3] }
        guard let sum = lines.first(where: { $0.hasPrefix("Residual Sum of Squares:") }),
            let value = sum.split(separator: " ").last.flatMap({ Double($0) })
        else { throw Fault.missing("Residual Sum of Squares") }
        residualSumOfSquares = value
        guard let head = lines.lastIndex(where: { $0.hasPrefix("Data:") }) else {
            throw Fault.missing("Data")
        }
        let table = lines[(head + 1)...].map { $0.split(separator: " ").compactMap { Double($0) } }
            .filter { $0.count > 1 }
        let isLogarithmic = lines.contains { $0.contains("log[y]") }
        responses = table.map { isLogarithmic ? log($0[0]) : $0[0] }
        predictors = table.map { Array($0.dropFirst()) }
    }

    private static func numbersAfterEquals(_ line: String) -> [Double] {
        let parts = line.split(separator: "=")
        guard parts.count == 2, line.drop(while: \.isWhitespace).hasPrefix("b") else { return [] }
        return parts[1].split(separator: " ").compactMap { Double($0) }
    }
}
