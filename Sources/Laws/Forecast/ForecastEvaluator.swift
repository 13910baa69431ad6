/// The forecast at fixed inputs: each member's evaluation, weighted.
struct ForecastEvaluator: LawEvaluator {
    let pointCount: Int
    private let law: ForecastLaw
    private var evaluators: [any LawEvaluator]
    /// The members' predictions, one after the other.
    private var predicted: [Double]

    init(law: ForecastLaw, inputs: [LawInput]) {
        self.law = law
        evaluators = law.members.map { $0.law.law.evaluator(for: inputs) }
        pointCount = inputs.reduce(0) { $0 + $1.pointCount }
        predicted = Array(repeating: 0, count: evaluators.count * pointCount)
    }

    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?
    ) {
        let weights = law.weights(Array(parameters))
        for point in 0..<pointCount { losses[point] = 0 }
        for (index, member) in law.members.enumerated() {
            let weight = weights[index]
            let points = (index * pointCount)..<((index + 1) * pointCount)
            let columns =
                (member.range.lowerBound * pointCount)..<(member.range.upperBound * pointCount)
            predicted.withUnsafeMutableBufferPointer { predicted in
                let block = jacobian.map { UnsafeMutableBufferPointer(rebasing: $0[columns]) }
                let own = UnsafeMutableBufferPointer(rebasing: predicted[points])
                evaluators[index].evaluate(
                    UnsafeBufferPointer(rebasing: parameters[member.range]), losses: own,
                    jacobian: block)
                if let block {
                    for entry in block.indices { block[entry] *= weight }
                }
                // A law without a share has no say where it knows nothing: 0·∞ is not 0.
                guard weight > 0 else { return }
                for point in 0..<pointCount { losses[point] += weight * own[point] }
            }
        }
        guard let jacobian else { return }
        for point in 0..<pointCount {
            jacobian[law.weightIndex * pointCount + point] =
                predicted[point] - predicted[pointCount + point]
        }
    }
}
