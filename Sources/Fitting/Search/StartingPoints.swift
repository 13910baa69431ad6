import Laws
import Records

/// The starts of a fit: a space-filling design over the shape parameters, each completed by the
/// best linear parameters for it.
struct StartingPoints {
    /// The start of a search.
    struct Start {
        /// In the law's own units.
        var values: [Double]
        /// The losses that the law predicts there, where they are known.
        var predicted: [Double]?
    }

    private let law: ConfiguredLaw
    private let specs: [ParameterSpec]
    private let inputs: [LawInput]
    private let losses: [Double]
    private let free: [Bool]
    private let searched: [Int]
    /// True when the design spans whole bounds in place of the ranges where optima usually lie.
    private let isWide: Bool
    private let design: SpaceFillingDesign
    private var projection: LinearProjection

    init(
        law: ConfiguredLaw, free: [Bool], observations: Observations, evaluator: any LawEvaluator,
        seed: UInt64, isWide: Bool = false
    ) {
        self.isWide = isWide
        self.law = law
        specs = law.parameters
        inputs = observations.inputs
        losses = observations.losses
        self.free = free
        searched = specs.indices.filter { index in
            guard case .searched = law.parameters[index].start else { return false }
            return free[index]
        }
        design = SpaceFillingDesign(dimensions: searched.count, seed: seed)
        projection = LinearProjection(
            law: law, free: free, losses: losses, evaluator: evaluator)
    }

    /// The points of the design: enough for a few along each searched direction.
    var count: Int {
        switch searched.count {
        case 0: isWide ? 0 : 1
        case _ where isWide: 12
        case 1: 12
        case 2: 24
        default: 48
        }
    }

    /// The start of an index; fixed parameters keep their values.
    ///
    /// - Parameters:
    ///   - index: Position in the design.
    ///   - fixed: A value for every parameter that is not free.
    /// - Returns: The start.
    mutating func start(_ index: Int, fixed: [Double]) -> Start {
        var values = fixed
        for (position, parameter) in zip(design.point(index), searched) {
            guard case .searched(let usual) = specs[parameter].start else { continue }
            let range = isWide ? specs[parameter].bounds : usual
            let scale = specs[parameter].scale
            let low = scale.coordinate(of: range.lowerBound)
            let high = scale.coordinate(of: range.upperBound)
            values[parameter] = scale.value(at: low + position * (high - low))
        }
        let isProjected = projection.project(&values)
        guard complete(&values) else {
            return Start(values: values, predicted: isProjected ? projection.predicted : nil)
        }
        for _ in 1..<Self.modelRounds { _ = complete(&values) }
        return Start(values: values)
    }

    /// The terms of a start model may depend on the parameters it finds: the second round takes
    /// them from the first.
    private static let modelRounds = 2

    /// - Returns: Whether the law has a start model.
    private func complete(_ values: inout [Double]) -> Bool {
        guard let model = law.law.startModel(at: values, inputs: inputs, losses: losses) else {
            return false
        }
        // A term that wants to be negative is kept at a thousandth of the loss.
        let floors = model.terms.map { term in
            1e-3 * losses[0] / max(term.reduce(0) { max($0, abs($1)) }, .leastNormalMagnitude)
        }
        let coefficients = LinearCoefficients.best(
            NormalEquations(terms: model.terms, losses: losses), floors: floors)
        for (index, value) in model.parameters(coefficients).enumerated()
        where free[index] && value.isFinite {
            let bounds = specs[index].bounds
            values[index] = min(max(value, bounds.lowerBound), bounds.upperBound)
        }
        return true
    }
}
