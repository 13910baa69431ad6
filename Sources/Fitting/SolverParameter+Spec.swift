import Laws
import LeastSquares

extension SolverParameter {
    /// A law's parameter as the solver sees it: its bounds in the solver's coordinate.
    ///
    /// - Parameters:
    ///   - spec: The parameter.
    ///   - coordinate: Where to begin.
    ///   - isFixed: Whether it is held there.
    init(_ spec: ParameterSpec, at coordinate: Double, isFixed: Bool) {
        self.init(
            coordinate, lower: spec.scale.coordinate(of: spec.bounds.lowerBound),
            upper: spec.scale.coordinate(of: spec.bounds.upperBound), isFixed: isFixed)
    }
}
