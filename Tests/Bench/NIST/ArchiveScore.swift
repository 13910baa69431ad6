import Foundation
import LeastSquares
import TestSupport

/// How many decimal digits of a fit agree with the certified values: log relative errors.
struct ArchiveScore {
    /// Of the parameter that agrees least.
    var parameters: Double
    var residualSumOfSquares: Double
    /// Of the standard deviation that agrees least.
    var standardDeviations: Double

    init(
        _ dataset: NISTDataset, parameters: [Double], residualSumOfSquares: Double,
        standardDeviations: [Double]
    ) {
        self.parameters = Self.digits(parameters, dataset.parameters)
        self.residualSumOfSquares = Self.digits(
            [residualSumOfSquares], [dataset.residualSumOfSquares])
        self.standardDeviations = Self.digits(standardDeviations, dataset.standardDeviations)
    }

    /// Solves with the solver's default options.
    init(solving problem: ArchiveProblem, from start: Int) {
        var problem = problem
        let parameters = problem.dataset.starts[start].map { SolverParameter($0) }
        let solution = LevenbergMarquardt().solve(&problem, parameters: parameters)
        self.init(
            problem.dataset, parameters: solution.parameters,
            residualSumOfSquares: 2 * solution.cost,
            standardDeviations: solution.covariance(parameters).standardErrors)
    }

    /// The least digits of a list; NIST certifies 11, and a value that is off or no number has 0.
    private static func digits(_ values: [Double], _ certified: [Double]) -> Double {
        zip(values, certified).map { value, certified in
            guard value != certified else { return 11 }
            let error = abs(value - certified) / abs(certified)
            return error.isFinite ? min(11, max(0, -log10(error))) : 0
        }.min() ?? 0
    }
}
