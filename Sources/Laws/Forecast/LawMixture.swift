/// Laws averaged: their members, each with parameters of its own, and a share of the first.
package struct LawMixture: Sendable {
    /// One of the laws averaged.
    package struct Member: Sendable {
        package let law: ConfiguredLaw
        /// The places of its parameters among the mixture's.
        package let range: Range<Int>

        /// The parameters of the mixture that are fixed and this member's, by its own positions.
        package func fixed(_ fixed: [Int: Double]) -> [Int: Double] {
            var own: [Int: Double] = [:]
            for (index, value) in fixed where range.contains(index) {
                own[index - range.lowerBound] = value
            }
            return own
        }
    }

    /// Two: the second has the rest of the share.
    package let members: [Member]
    /// The position of the first member's share.
    package let weightIndex: Int
    /// An option of the law that its fit may choose where the request leaves it open: whether the
    /// rises of the rate count, without which nothing in a member knows the peak.
    package let peakOption: LawOption
    /// Another such option: the first member's measure of a drop of the rate.
    package let dropOption: LawOption

    /// A member's parameter as the mixture names it.
    ///
    /// - Parameters:
    ///   - parameter: The member's name for it, as in `area_exponent`.
    ///   - law: The member's id, as in `multi-power`.
    /// - Returns: The two joined, as in `multi_power_area_exponent`.
    package static func name(of parameter: String, in law: String) -> String {
        law.replacing("-", with: "_") + "_" + parameter
    }

    /// The share of each member.
    ///
    /// - Parameter values: The mixture's parameters.
    /// - Returns: A share per member; their sum is 1.
    package func weights(_ values: [Double]) -> [Double] {
        [values[weightIndex], 1 - values[weightIndex]]
    }

    /// The member with the largest share.
    package func heaviest(_ values: [Double]) -> Member {
        let weights = weights(values)
        return weights[0] >= weights[1] ? members[0] : members[1]
    }

    package func evaluator(for inputs: [LawInput]) -> any LawEvaluator {
        Evaluator(mixture: self, inputs: inputs)
    }

    /// Each member's evaluation at fixed inputs, weighted.
    private struct Evaluator: LawEvaluator {
        let pointCount: Int
        private let mixture: LawMixture
        private var evaluators: [any LawEvaluator]
        /// The members' predictions, one after the other.
        private var predicted: [Double]

        init(mixture: LawMixture, inputs: [LawInput]) {
            self.mixture = mixture
            evaluators = mixture.members.map { $0.law.law.evaluator(for: inputs) }
            pointCount = inputs.reduce(0) { $0 + $1.pointCount }
            predicted = Array(repeating: 0, count: evaluators.count * pointCount)
        }

        mutating func evaluate(
            _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
            jacobian: UnsafeMutableBufferPointer<Double>?
        ) {
            let weights = mixture.weights(Array(parameters))
            for point in 0..<pointCount { losses[point] = 0 }
            for (index, member) in mixture.members.enumerated() {
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
                jacobian[mixture.weightIndex * pointCount + point] =
                    predicted[point] - predicted[pointCount + point]
            }
        }
    }
}
