/// The evaluator of a law that is a formula at each point.
///
///     PointwiseEvaluator(points: inputs.map { log($0.required(.tokenCount)) }) {
///         logTokens, parameters, slopes in
///         let power = exp(-parameters[1] * logTokens)
///         slopes[0] = power
///         slopes[1] = -parameters[0] * power * logTokens
///         return parameters[0] * power
///     }
///
/// Laws whose evaluation decides the time of a fit write their own loops.
struct PointwiseEvaluator<Point>: LawEvaluator {
    /// The loss at a point for parameters, its derivatives going into the third argument.
    typealias Formula = (Point, UnsafeBufferPointer<Double>, Slopes) -> Double

    /// The derivatives at one point; where none are asked for, they go nowhere.
    struct Slopes {
        fileprivate let start: UnsafeMutablePointer<Double>?
        fileprivate let stride: Int

        /// The derivative by a parameter.
        subscript(_ parameter: Int) -> Double {
            get { start?[parameter * stride] ?? 0 }
            nonmutating set { start?[parameter * stride] = newValue }
        }
    }

    private let points: [Point]
    private let formula: Formula

    init(points: [Point], formula: @escaping Formula) {
        self.points = points
        self.formula = formula
    }

    var pointCount: Int { points.count }

    func evaluate(
        _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        for (index, point) in points.enumerated() {
            let slopes = Slopes(
                start: jacobian?.baseAddress.map { $0 + index }, stride: points.count)
            losses[index] = formula(point, parameters, slopes)
        }
    }
}
