import LawTestSupport
import Laws
import Records
import Testing

/// What every law of the catalogue must satisfy, with every choice of its options.
@Suite struct LawConformanceTests {
    /// Every law with every single option away from its default.
    static let laws: [ConfiguredLaw] = LawCatalog.standard.laws.flatMap { type -> [ConfiguredLaw] in
        var choices: [[String: String]] = [[:]]
        for option in type.about.options {
            choices += option.values.dropFirst().map { [option.name: $0] }
        }
        return choices.compactMap { try? LawCatalog.standard.law(type.about.id, options: $0) }
    }

    @Test(arguments: laws)
    func `derivatives agree with differences`(law: ConfiguredLaw) throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            var samples = LawSamples(law: law, seed: seed)
            let inputs = try samples.inputs()
            let parameters = samples.parameters(for: inputs)
            let check = DerivativeCheck(law: law, inputs: inputs, parameters: parameters)
            for finding in check.findings() { Issue.record("seed \(seed): \(finding)") }
        }
    }

    @Test(arguments: laws)
    func `predictions are finite inside the bounds`(law: ConfiguredLaw) throws {
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
    func `predictions are numbers at the bounds of the exponents`(law: ConfiguredLaw) throws {
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
    func `parameters are described and searched inside their bounds`(law: ConfiguredLaw) {
        #expect(Set(law.parameters.map(\.name)).count == law.parameters.count)
        for spec in law.parameters {
            #expect(!spec.symbol.isEmpty && !spec.meaning.isEmpty)
            if case .searched(let range) = spec.start {
                #expect(spec.bounds.contains(range.lowerBound))
                #expect(spec.bounds.contains(range.upperBound))
            }
            if let typical = spec.typical {
                #expect(spec.bounds.contains(typical.lowerBound))
                #expect(spec.bounds.contains(typical.upperBound))
            }
            if spec.scale == .log { #expect(spec.bounds.lowerBound > 0) }
            if spec.scale == .decay { #expect(spec.bounds.upperBound < 1) }
        }
    }

    @Test(arguments: laws)
    func `projected parameters enter the loss linearly`(law: ConfiguredLaw) throws {
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
