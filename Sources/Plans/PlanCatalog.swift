import Fitting
package import Laws
import Records

/// The kinds of plans that can be named, in the order in which they are listed.
package struct PlanCatalog: Sendable {
    package var kinds: [any PlanKind.Type]

    /// Every plan of Isoloss: a new one is one line here.
    package static let standard = PlanCatalog(kinds: [
        BestSchedulePlan.self,
        AnnealNowPlan.self,
        TimeToTargetPlan.self,
        ComputeOptimalPlan.self,
        InferenceAwarePlan.self,
        IsoflopPlan.self,
        EncoderDecoderPlan.self,
        SparsePlan.self,
        BatchPlan.self,
        RepeatsPlan.self,
        NextRunPlan.self,
        GrowthPlan.self,
        HyperparametersPlan.self,
        PeakRatePlan.self,
    ])

    package init(kinds: [any PlanKind.Type]) {
        self.kinds = kinds
    }

    /// The kind of a name.
    ///
    /// - Parameter id: As in `best-schedule`.
    /// - Returns: The kind.
    /// - Throws: `PlanError.unknownKind` with the names there are.
    package func kind(_ id: String) throws(PlanError) -> any PlanKind.Type {
        guard let kind = kinds.first(where: { $0.about.id == id }) else {
            throw .unknownKind(id, known: kinds.map { $0.about.id })
        }
        return kind
    }

    /// Checks a request against a kind and makes the plan.
    ///
    /// - Parameters:
    ///   - kind: The kind of plan.
    ///   - options: Values by option name.
    ///   - context: The fit and what else is at hand.
    ///   - laws: The laws that are known, for the error when the fit's cannot serve.
    /// - Returns: The plan.
    /// - Throws: `PlanError` or `FittingError`.
    package static func plan<Kind: PlanKind>(
        _ kind: Kind.Type, options: [String: String], context: PlanContext,
        laws: LawCatalog = .standard
    ) throws -> Kind.Result {
        let about = kind.about
        if let fit = about.takesFit ? context.fit : nil {
            guard about.supportedLaws(fit.law.law) else {
                throw PlanError.unsupportedLaw(
                    kind: about.id, law: fit.law.about.id, question: about.question,
                    supported: supportedLaws(of: about, in: laws))
            }
            try fit.checkUnits(of: context.runs + (context.run.map { [$0] } ?? []))
        } else if about.needsFit {
            throw PlanError.fitMissing(kind: about.id)
        }
        try checkSizes(context, about)
        let plan = try kind.init(
            PlanOptions(
                options, features: context.features, of: about, parse: context.schedule))
        guard context.run != nil || !about.needsRun else {
            throw PlanError.runMissing(kind: about.id)
        }
        var context = context
        // What the plan asks for is no size of the law's runs.
        for option in about.options {
            if let feature = Feature(rawValue: option.name) { context.features[feature] = nil }
        }
        var result = try plan.result(context)
        if let fit = context.fit, about.takesFit {
            // Fits of curves say mostly which points they left out.
            let ofFit = fit.law.about.kind == .table ? fit.report.warnings : []
            let more =
                IntervalWarning.warnings(of: fit, context.interval)
                + (fit.published?.warnings ?? ofFit)
            result.warnings += more.filter { !result.warnings.contains($0) }
        }
        return result
    }

    /// Refuses a size that would change nothing: one that the plan itself chooses, or that neither it
    /// nor the law reads.
    private static func checkSizes(
        _ context: PlanContext, _ about: PlanDescription
    ) throws(PlanError) {
        let law = about.takesFit ? context.fit?.law : nil
        var read = Set(law.map { $0.law.requiredFeatures + $0.law.optionalFeatures } ?? [])
        // A forecast has parameters for each size.
        if case .average = law?.law.fitting { read.insert(.parameterCount) }
        let chosen = law?.about.kind == .table ? LossSurface.replaced : []
        let declared = Set(about.options.compactMap { Feature(rawValue: $0.name) })
        // A run that is asked about carries more than is read.
        let own = Set((context.run?.features ?? [:]).keys)
        for feature in Feature.allCases {
            guard let value = context.features[feature],
                !own.union(declared).union(read.subtracting(chosen)).contains(feature)
            else { continue }
            throw .invalid(
                option: feature.rawValue, value: PlanText.number(value),
                rule: chosen.contains(feature)
                    ? "is for the plan \(about.id) to choose; leave it out"
                    : "is read by neither the plan \(about.id)"
                        + (law.map { " nor the law \($0.about.id)" } ?? " nor a law")
                        + "; leave it out")
        }
    }

    /// The laws whose fits can answer a kind of plan.
    package static func supportedLaws(
        of about: PlanDescription, in laws: LawCatalog
    ) -> [String] {
        laws.laws.map { $0.about.id }.filter { id in
            (try? laws.law(id)).map { about.supportedLaws($0.law) } ?? false
        }
    }
}
