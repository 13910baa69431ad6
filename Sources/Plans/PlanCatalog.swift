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
            result.warnings += IntervalWarning.warnings(of: fit, context.interval)
        }
        return result
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
