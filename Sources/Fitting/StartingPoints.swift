import Laws

/// The starts of a fit: a space-filling design over the shape parameters, each completed by the
/// best linear parameters for it.
struct StartingPoints {
    private let specs: [ParameterSpec]
    private let free: [Bool]
    private let searched: [Int]
    private let design: SpaceFillingDesign
    private var projection: LinearProjection

    init(law: NamedLaw, free: [Bool], observations: Observations, seed: UInt64) {
        specs = law.parameters
        self.free = free
        searched = specs.indices.filter { index in
            guard case .searched = law.parameters[index].start else { return false }
            return free[index]
        }
        design = SpaceFillingDesign(dimensions: searched.count, seed: seed)
        projection = LinearProjection(law: law, free: free, observations: observations)
    }

    /// How many points the design has: enough for a few along each searched direction.
    var count: Int {
        switch searched.count {
        case 0: 1
        case 1: 12
        case 2: 24
        case 3: 48
        default: 96
        }
    }

    /// The start of an index, in the law's own units; fixed parameters keep their values.
    ///
    /// - Parameters:
    ///   - index: Position in the design.
    ///   - fixed: A value for every parameter that is not free.
    /// - Returns: One value per parameter.
    mutating func start(_ index: Int, fixed: [Double]) -> [Double] {
        var values = fixed
        for (position, parameter) in zip(design.point(index), searched) {
            guard case .searched(let range) = specs[parameter].start else { continue }
            let scale = specs[parameter].scale
            let low = scale.coordinate(of: range.lowerBound)
            let high = scale.coordinate(of: range.upperBound)
            values[parameter] = scale.value(at: low + position * (high - low))
        }
        projection.project(&values)
        return values
    }
}
