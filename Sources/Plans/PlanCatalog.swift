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
        let law = context.predictor.law.about
        guard about.able(law) else {
            throw PlanError.wrongLaw(
                kind: about.id, law: law.id, asks: about.asks,
                able: laws.laws.map { $0.about }.filter(about.able).map(\.id))
        }
        let plan = try kind.init(PlanOptions(options, of: about))
        guard context.run != nil || !about.needsRun else {
            throw PlanError.runMissing(kind: about.id)
        }
        var result = try plan.result(context)
        result.warnings += IntervalWarning.warnings(of: context.predictor, context.interval)
        return result
    }
}
