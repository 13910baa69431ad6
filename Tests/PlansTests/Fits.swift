import Fitting
import Foundation
import JSONText
import Laws
import Plans
import Testing

/// Fits at published parameters, with and without what intervals are made from.
enum Fits {
    /// The multi-power authors' own fit of their 400M runs, in the order of the law's parameters.
    ///
    /// Source: Luo et al. 2025, arXiv 2503.12811, parameters of their repository.
    static let multiPower400M = [
        2.374_744_66, 0.654_212_16, 0.428_787_31, 523.424_643_71, 2.024_627_35, 0.593_504_93,
        0.634_724_57,
    ]
    /// LR annealing as it fits runs of a few thousand steps at a peak of 3e-3.
    static let annealing = [2.9, 1.1, 0.5, 0.25, 0.99]

    static func predictor(
        _ law: String, _ values: [Double], options: [String: String] = [:],
        relativeError: Double? = nil
    ) throws -> LawPredictor {
        let named = try LawCatalog.standard.law(law, options: options)
        var report = FitReport(
            law: law,
            parameters: zip(named.parameters, values).map {
                FitReport.Parameter(name: $0.name, symbol: $0.symbol, value: $1)
            })
        report.options = options
        if let relativeError {
            report.covariance = values.indices.map { row in
                values.indices.map { column in
                    row == column
                        ? (relativeError * values[row]) * (relativeError * values[row]) : 0
                }
            }
            let noise = """
                {"scale":0.002,"autocorrelation":0.8,"effective_points":50,"degrees_of_freedom":45}
                """
            report.noise = try JSONDecoding.value(FitReport.Noise.self, from: Array(noise.utf8))
        }
        return try LawPredictor(report: report)
    }

    static func multiPower(relativeError: Double? = nil) throws -> LawPredictor {
        try predictor("multi-power", multiPower400M, relativeError: relativeError)
    }

    static func annealing(relativeError: Double? = nil) throws -> LawPredictor {
        try predictor("lr-annealing", annealing, relativeError: relativeError)
    }

    /// By a short name, for tests over several laws; `smooth` is a multi-power law with γ = 0.
    static func named(_ name: String, peak: Double = 3e-3) throws -> LawPredictor {
        switch name {
        case "lr-annealing":
            // At a tenfold peak over few steps λ must be short for a fall to pay at all.
            try predictor(name, peak > 1e-2 ? [2.9, 0.2, 0.5, 2, 0.9] : annealing)
        case "smooth":
            // As the law fits the sample runs.
            try predictor("multi-power", [0.3545, 2.554, 0.2133, 21_324, 128.4, 0.001, 0])
        case "low start": try predictor("multi-power", [1.9, 0.5, 0.43, 120, 0.6, 0.5, 0])
        case "forecast":
            try predictor(
                name, [0.3545, 2.554, 0.2133, 21_324, 128.4, 0.001, 0, 0, 1] + annealing + [0.6])
        default: try multiPower()
        }
    }
}
