package import Laws
package import Plans

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
        /// The laws whose fits can answer it; absent where it needs no fit.
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
                laws: about.needsFit ? PlanCatalog.supportedLaws(of: about, in: laws) : nil,
                options: about.options.map { option in
                    Option(
                        name: option.name, meaning: option.meaning, isRequired: option.isRequired,
                        example: option.example)
                })
        }
    }
}
