package import Laws
package import Plans
import Records

/// A law as `GET /v1/laws/{id}` answers it and `isoloss laws` prints it.
package struct LawResponse: Sendable, Equatable, Codable {
    /// One parameter of the law.
    package struct Parameter: Sendable, Equatable, Codable {
        package var name: String
        package var symbol: String
        package var meaning: String
        /// Lower and upper bound in the parameter's own unit.
        package var bounds: [Double]
    }

    /// A choice, its default first.
    package struct Option: Sendable, Equatable, Codable {
        package var name: String
        package var values: [String]
        package var meaning: String
    }

    /// A fit from the literature, which `published` names wherever a fit is asked.
    package struct Published: Sendable, Equatable, Codable {
        package var name: String
        /// Values of the law's parameters, in its order under the options.
        package var values: [Double]
        package var options: [String: String]
        package var source: String
        /// The parameters that N counts; empty for a law without N.
        package var parameterCountKind: String
        package var lossUnit: String
        package var fittedOn: String
        /// Least and most of the features of its runs, where the paper says them.
        package var ranges: [String: [Double]]
        package var warnings: [String]
    }

    package var id: String
    package var title: String
    /// `table` or `curve`.
    package var kind: String
    package var formula: String
    package var reference: String
    package var limits: String
    /// The fields that every run must carry, by their JSON names; `schedule`, `loss` and `series`
    /// included.
    package var requires: [String]
    /// The fields that a run may carry beside those.
    package var optional: [String]
    package var parameters: [Parameter]
    package var options: [Option]
    package var published: [Published]

    /// The place in a run of the values that the law is fitted to.
    private static func observed(by about: LawDescription) -> [String] {
        guard about.observes == .loss else { return ["series"] }
        return about.kind == .curve ? ["schedule", "points"] : ["loss"]
    }

    /// Describes a law with its default options.
    package init(_ type: any ScalingLaw.Type) throws(LawError) {
        let about = type.about
        let law = type.init(
            options: try LawOptions(offered: about.options, law: about.id))
        id = about.id
        title = about.title
        kind = about.kind.rawValue
        formula = about.formula
        reference = about.reference
        limits = about.limits
        requires = law.requiredFeatures.map(\.rawValue) + Self.observed(by: about)
        optional = law.optionalFeatures.map(\.rawValue) + law.loggedSeries
        parameters = law.parameters.map { spec in
            Parameter(
                name: spec.name, symbol: spec.symbol, meaning: spec.meaning,
                bounds: [spec.bounds.lowerBound, spec.bounds.upperBound])
        }
        options = about.options.map { option in
            Option(name: option.name, values: option.values, meaning: option.meaning)
        }
        published = PublishedFit.fits(of: about.id).map { fit in
            Published(
                name: fit.name, values: fit.parameters, options: fit.options, source: fit.source,
                parameterCountKind: fit.parameterConvention, lossUnit: fit.lossUnit,
                fittedOn: fit.fittedOn,
                ranges: Dictionary(
                    uniqueKeysWithValues: fit.ranges.map { feature, range in
                        (feature.rawValue, [range.lowerBound, range.upperBound])
                    }),
                warnings: fit.warnings)
        }
    }
}

/// All laws, in the catalogue's order, and the published optima, which are of none.
package struct LawListResponse: Sendable, Equatable, Codable {
    /// A published optimum, which `published` names in the plan `compute-optimal`.
    package struct Optimum: Sendable, Equatable, Codable {
        package var name: String
        package var formula: String
        /// The parameters that N counts.
        package var parameterCountKind: String
        /// The unit of its loss; empty where it has none.
        package var lossUnit: String
        package var source: String
        package var fittedOn: String
        /// Least and most FLOP of the runs, where the paper says them.
        package var budgets: [Double]?
        /// True for an exponent alone, which carries a known optimum over.
        package var needsReference: Bool
        package var warnings: [String]
    }

    package var laws: [LawResponse]
    package var optima: [Optimum]

    package init(_ catalog: LawCatalog) throws(LawError) {
        var laws: [LawResponse] = []
        for type in catalog.laws { laws.append(try LawResponse(type)) }
        self.laws = laws
        optima = PublishedOptimum.all.map { optimum in
            Optimum(
                name: optimum.name, formula: optimum.formula,
                parameterCountKind: optimum.parameterConvention, lossUnit: optimum.lossUnit,
                source: optimum.source, fittedOn: optimum.fittedOn,
                budgets: optimum.budgets.map { [$0.lowerBound, $0.upperBound] },
                needsReference: optimum.needsReference, warnings: optimum.warnings)
        }
    }
}

/// The plans there are, as `GET /v1/plans` answers them, in the catalogue's order.
///
///     PlanListResponse(.standard, laws: .standard).plans[0].kind   // best-schedule
package struct PlanListResponse: Sendable, Equatable, Codable {
    /// One kind of plan: its name, what it is made from, and its options.
    package struct Plan: Sendable, Equatable, Codable {
        /// As in `best-schedule`.
        package var kind: String
        package var title: String
        /// True where it is asked of a fit (`/v1/fits/{id}/plan`); else `/v1/plans/{kind}` answers it.
        package var needsFit: Bool
        /// True where it is made for a run with its points.
        package var needsRun: Bool
        /// The laws whose fits can answer it; absent where it takes no fit.
        package var laws: [String]?
        package var options: [Option]
    }

    /// One option of a plan.
    package struct Option: Sendable, Equatable, Codable {
        package var name: String
        package var meaning: String
        package var isRequired: Bool
        /// A value that works.
        package var example: String
    }

    package var plans: [Plan]

    package init(_ catalog: PlanCatalog, laws: LawCatalog) {
        plans = catalog.kinds.map { kind in
            let about = kind.about
            return Plan(
                kind: about.id, title: about.title, needsFit: about.needsFit,
                needsRun: about.needsRun,
                laws: about.takesFit ? PlanCatalog.supportedLaws(of: about, in: laws) : nil,
                options: about.options.map { option in
                    Option(
                        name: option.name, meaning: option.meaning, isRequired: option.isRequired,
                        example: option.example)
                })
        }
    }
}
