import Foundation
import Laws
import LeastSquares
import Records

/// The uncertainty of the parameters, in their own units.
struct ParameterUncertainty {
    /// Parameters × parameters; rows of fixed and bounded parameters are 0, and the variance of a
    /// parameter that the data do not determine is infinite.
    var covariance: [[Double]]
    /// Standard errors found by other means than the covariance, by position.
    var errors: [Int: Double] = [:]
    /// The ends found for a parameter by other means than its standard error, by position.
    var intervals: [Int: [Double]] = [:]
    var warnings: [String]
    private let specs: [ParameterSpec]
    private let values: [Double]
    private let isFree: [Bool]
    private let isFixed: [Bool]
    private let atBound: [Bool]
    private let degreesOfFreedom: Double

    /// - Parameters:
    ///   - specs: The law's parameters.
    ///   - values: Their values at the optimum.
    ///   - fixed: Those that the request fixes.
    ///   - atBound: Whether the search ended on a bound, one per parameter.
    ///   - estimate: What the linearised model says.
    ///   - noise: The noise behind it.
    init(
        specs: [ParameterSpec], values: [Double], fixed: [Int: Double], atBound: [Bool],
        estimate: DeltaCovariance, noise: NoiseEstimate
    ) {
        self.init(
            specs: specs, values: values, fixed: fixed, atBound: atBound, matrix: estimate.matrix,
            degreesOfFreedom: noise.degreesOfFreedom)
        warnings = Self.warnings(
            specs, isKnown: zip(isFixed, atBound).map { $0 || $1 }, estimate)
    }

    /// - Parameters:
    ///   - specs: The law's parameters.
    ///   - values: Their values at the optimum.
    ///   - fixed: Those that the request fixes.
    ///   - atBound: Whether the search ended on a bound, one per parameter.
    ///   - matrix: Their covariance in the solver's coordinates, infinite where nothing is known.
    ///   - degreesOfFreedom: Of the t distribution behind intervals.
    init(
        specs: [ParameterSpec], values: [Double], fixed: [Int: Double], atBound: [Bool],
        matrix: [[Double]], degreesOfFreedom: Double
    ) {
        self.specs = specs
        self.values = values
        self.atBound = atBound
        self.degreesOfFreedom = degreesOfFreedom
        isFixed = specs.indices.map { fixed[$0] != nil }
        isFree = specs.indices.map {
            fixed[$0] == nil && !atBound[$0] && matrix[$0][$0].isFinite
        }
        let slopes = zip(specs, values).map { $0.scale.slope(at: $1) }
        covariance = specs.indices.map { row in
            specs.indices.map {
                let entry = matrix[row][$0]
                return entry.isInfinite ? entry : entry * slopes[row] * slopes[$0]
            }
        }
        warnings = []
    }

    /// Above this condition number a valley is called flat: parameters along it move by half of
    /// their digits for a change of cost that rounding hides.
    private static let flatValley = 1e6

    private static func warnings(
        _ specs: [ParameterSpec], isKnown: [Bool], _ estimate: DeltaCovariance
    ) -> [String] {
        if estimate.isInterpolating {
            return [
                "there are no more points than free parameters: the fit passes through them whatever "
                    + "the noise, so that there are no standard errors and no intervals; add runs or "
                    + "fix parameters"
            ]
        }
        let unknown = specs.indices.filter { !isKnown[$0] && !estimate.matrix[$0][$0].isFinite }
        if !unknown.isEmpty {
            let names = unknown.map { specs[$0].name }.joined(separator: ", ")
            return [
                "the data do not determine \(names); add runs that vary what it acts on, or fix it"
            ]
        }
        guard estimate.conditionNumber > flatValley else { return [] }
        let names = estimate.tradingOff.map { specs[$0].name }.joined(separator: ", ")
        return [
            "a flat valley: \(names) trade off against each other (condition number "
                + "\(Int(min(estimate.conditionNumber, 1e18)))); predictions are surer than these parameters"
        ]
    }

    /// Takes the covariance of the free parameters from the solver's coordinates.
    mutating func setCovariance(ofCoordinates matrix: [[Double]]) {
        let slopes = zip(specs, values).map { $0.scale.slope(at: $1) }
        for row in free {
            for column in free {
                covariance[row][column] = matrix[row][column] * slopes[row] * slopes[column]
            }
        }
    }

    /// A covariance of the solver's coordinates as one of the parameters in their own units.
    func inOwnUnits(_ matrix: [[Double]]) -> [[Double]] {
        let slopes = zip(specs, values).map { $0.scale.slope(at: $1) }
        return specs.indices.map { row in
            specs.indices.map { matrix[row][$0] * slopes[row] * slopes[$0] }
        }
    }

    /// The parameters that have an uncertainty, by position.
    var free: [Int] { specs.indices.filter { isFree[$0] } }

    /// A parameter of the report.
    ///
    func parameter(_ index: Int, _ spec: ParameterSpec, level: Double) -> FitReport.Parameter {
        var parameter = FitReport.Parameter(
            name: spec.name, symbol: spec.symbol, value: values[index])
        parameter.fixed = isFixed[index]
        parameter.atBound = !isFixed[index] && atBound[index]
        guard isFree[index] else { return parameter }
        let error = errors[index] ?? covariance[index][index].squareRoot()
        parameter.standardError = error
        if let interval = intervals[index] {
            parameter.interval = interval
            return parameter
        }
        parameter.interval = spec.interval(
            at: values[index], standardError: error, level: level,
            degreesOfFreedom: degreesOfFreedom)
        return parameter
    }

    /// The quantities that follow from the parameters.
    ///
    /// Standard errors by the delta method, with central differences: the derived quantities are
    /// smooth and a law should not have to state their gradients.
    func derived(of law: ConfiguredLaw, over inputs: [LawInput]) -> [FitReport.Derived] {
        func quantities(_ values: [Double]) -> [DerivedQuantity] {
            law.law.derivedQuantities(values, over: inputs)
        }
        let center = quantities(values)
        let gradients = values.indices.map { index in
            let width = 1e-6 * max(abs(values[index]), 1e-12)
            var (above, below) = (values, values)
            above[index] += width
            below[index] -= width
            return zip(quantities(above), quantities(below)).map {
                ($0.value - $1.value) / (2 * width)
            }
        }
        // A quantity can have no value, as an optimum for a law without an exponent.
        return center.enumerated().filter { $0.element.value.isFinite }.map { position, quantity in
            let gradient = gradients.map { $0[position] }
            return FitReport.Derived(
                name: quantity.name, meaning: quantity.meaning, value: quantity.value,
                standardError: standardError(along: gradient))
        }
    }

    /// √(gᵀΣg) for a quantity with gradient g; nil where the covariance does not say.
    func standardError(along gradient: [Double]) -> Double? {
        let variance = QuadraticForm.value(covariance, gradient)
        return variance.isFinite && variance > 0 ? variance.squareRoot() : nil
    }
}

extension ParameterSpec {
    /// An interval from a standard error, both in the parameter's own unit.
    ///
    /// It is symmetric in the solver's coordinate, where the law is closest to linear: a positive
    /// coefficient's interval stays positive.
    func interval(
        at value: Double, standardError: Double, level: Double, degreesOfFreedom: Double
    ) -> [Double] {
        let quantile = Quantiles.studentT(0.5 + 0.5 * level, degreesOfFreedom: degreesOfFreedom)
        let center = scale.coordinate(of: value)
        let half = quantile * standardError / scale.slope(at: value)
        return [center - half, center + half].map { self.value(at: $0) }
    }
}
