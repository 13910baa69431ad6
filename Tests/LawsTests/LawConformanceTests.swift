import LawTestSupport
import Laws
import Testing

/// What every law of the catalogue must satisfy, with every choice of its options.
@Suite struct LawConformanceTests {
    /// Every law with every single option away from its default.
    static let laws: [NamedLaw] = LawCatalog.standard.laws.flatMap { type -> [NamedLaw] in
        var choices: [[String: String]] = [[:]]
        for option in type.about.options {
            choices += option.values.dropFirst().map { [option.name: $0] }
        }
        return choices.compactMap { try? LawCatalog.standard.law(type.about.id, options: $0) }
    }

    @Test(arguments: laws)
    func `derivatives agree with differences`(law: NamedLaw) throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            var samples = LawSamples(law: law, seed: seed)
            let inputs = try samples.inputs()
            let parameters = samples.parameters(for: inputs)
            let center = LawEvaluation(law: law, inputs: inputs, parameters: parameters)
            for (index, spec) in law.parameters.enumerated() {
                let slope = spec.scale.slope(at: parameters[index])
                let column = center.column(index).map { $0 * slope }
                let tolerance = 1e-8 * column.reduce(1e-6) { max($0, abs($1)) }
                let wide = differences(law, inputs, parameters, index, width: 1e-3)
                let narrow = differences(law, inputs, parameters, index, width: 5e-4)
                // Where two widths disagree there is a join of two branches between them, whose
                // second derivatives differ: differences say nothing there.
                let judged = wide.indices.filter { abs(wide[$0] - narrow[$0]) <= tolerance }
                #expect(Double(judged.count) >= 0.8 * Double(wide.count), "\(spec.name)")
                let worst = judged.reduce(0) { max($0, abs(column[$1] - narrow[$1])) }
                #expect(worst <= tolerance, "\(spec.name), seed \(seed)")
            }
        }
    }

    /// Fourth-order central differences in the solver's coordinate, where every parameter varies
    /// on the scale of 1; widths near 1e-3 balance rounding and truncation.
    private func differences(
        _ law: NamedLaw, _ inputs: [LawInput], _ parameters: [Double], _ index: Int, width: Double
    ) -> [Double] {
        let scale = law.parameters[index].scale
        func losses(_ steps: Double) -> [Double] {
            var moved = parameters
            moved[index] = scale.value(
                at: scale.coordinate(of: parameters[index]) + steps * width)
            return LawEvaluation(law: law, inputs: inputs, parameters: moved).losses
        }
        let (far, near) = (zip(losses(2), losses(-2)), zip(losses(1), losses(-1)))
        return zip(far, near).map { far, near in
            (8 * (near.0 - near.1) - (far.0 - far.1)) / (12 * width)
        }
    }

    @Test(arguments: laws)
    func `predictions are finite inside the bounds`(law: NamedLaw) throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            var samples = LawSamples(law: law, seed: seed)
            let inputs = try samples.inputs(rows: 5)
            let parameters = samples.parameters(for: inputs)
            let evaluation = LawEvaluation(law: law, inputs: inputs, parameters: parameters)
            #expect(evaluation.losses.allSatisfy { $0.isFinite })
            #expect(evaluation.jacobian.allSatisfy { $0.isFinite })
        }
    }

    /// Exponents at both ends of their bounds, everything else where a fit searches.
    @Test(arguments: laws)
    func `predictions are numbers at the bounds of the exponents`(law: NamedLaw) throws {
        var samples = LawSamples(law: law, seed: 11)
        let inputs = try samples.inputs(rows: 5)
        let middle = samples.parameters(for: inputs)
        for (index, spec) in law.parameters.enumerated() where spec.start != .projected {
            for end in [spec.bounds.lowerBound, spec.bounds.upperBound] {
                var parameters = middle
                parameters[index] = end
                let evaluation = LawEvaluation(law: law, inputs: inputs, parameters: parameters)
                #expect(!evaluation.losses.contains { $0.isNaN }, "\(spec.name) = \(end)")
            }
        }
    }

    @Test(arguments: laws)
    func `parameters are described and searched inside their bounds`(law: NamedLaw) {
        #expect(Set(law.parameters.map(\.name)).count == law.parameters.count)
        for spec in law.parameters {
            #expect(!spec.symbol.isEmpty && !spec.meaning.isEmpty)
            if case .searched(let range) = spec.start {
                #expect(spec.bounds.contains(range.lowerBound))
                #expect(spec.bounds.contains(range.upperBound))
            }
            if spec.scale == .log { #expect(spec.bounds.lowerBound > 0) }
            if spec.scale == .decay { #expect(spec.bounds.upperBound < 1) }
        }
    }

    @Test(arguments: laws)
    func `projected parameters enter the loss linearly`(law: NamedLaw) throws {
        var samples = LawSamples(law: law, seed: 3)
        let inputs = try samples.inputs()
        let parameters = samples.parameters(for: inputs)
        let center = LawEvaluation(law: law, inputs: inputs, parameters: parameters)
        for (index, spec) in law.parameters.enumerated() where spec.start == .projected {
            var doubled = parameters
            doubled[index] *= 2
            let moved = LawEvaluation(law: law, inputs: inputs, parameters: doubled)
            for point in center.losses.indices {
                let slope = center.jacobian[index * center.losses.count + point]
                let expected = center.losses[point] + slope * parameters[index]
                #expect(abs(moved.losses[point] - expected) < 1e-9 * abs(expected), "\(spec.name)")
            }
        }
    }

    @Test func `ids and options are unique`() {
        let abouts = LawCatalog.standard.laws.map { $0.about }
        #expect(Set(abouts.map(\.id)).count == abouts.count)
        for about in abouts {
            #expect(Set(about.options.map(\.name)).count == about.options.count)
            #expect(about.reference.contains("arXiv"))
            #expect(!about.formula.isEmpty && !about.limits.isEmpty)
        }
    }
}
