package import Laws
package import Records

/// Fits a law to runs: from a request to a report with everything that explains it.
///
///     let report = try Fitter().fit(FitRequest(law: "chinchilla"), runs: runs)
package struct Fitter: Sendable {
    package var catalog: LawCatalog

    package init(catalog: LawCatalog = .standard) {
        self.catalog = catalog
    }

    /// A request that has been checked against its runs: searching cannot be refused any more.
    package struct Prepared: Sendable {
        let law: ConfiguredLaw
        let request: FitRequest
        let observations: Observations
        /// The value of each fixed parameter by position.
        let fixed: [Int: Double]

        /// Runs to judge the fit on.
        let holdout: [Run]

        /// The count of fitted points.
        package var pointCount: Int { observations.pointCount }
    }

    /// Checks a request and collects the points it is about, without searching.
    ///
    /// - Parameters:
    ///   - request: The law, its options, the objective and the parameters that are fixed.
    ///   - runs: The runs to fit, in the order in which the report names them.
    ///   - holdout: Runs to judge the fit on, none of them fitted.
    /// - Returns: What `fit(_:)` takes.
    /// - Throws: `FittingError` for everything that a fit refuses.
    package func prepare(
        _ request: FitRequest, runs: [Run], holdout: [Run] = []
    ) throws(FittingError) -> Prepared {
        let (law, fixed) = try law(of: request)
        let observations = try ObservationBuilder(
            law: law, series: request.series, excludeHighest: request.excludeHighest,
            fromStep: request.fromStep
        ).observations(of: runs)
        let freeCount = law.parameters.count - fixed.count
        guard observations.pointCount >= freeCount, observations.pointCount > 0 else {
            throw .tooFewPoints(
                points: observations.pointCount, freeParameters: freeCount,
                warmupPointsLeftOut: observations.warmupPointsLeftOut)
        }
        let free = Set(
            law.parameters.indices.filter { fixed[$0] == nil }.map { law.parameters[$0].name })
        if let reason = law.law.refusal(for: observations.inputs, free: free) {
            throw .notIdentified(reason)
        }
        if request.objective.over == .dominatedPairs {
            try DominatedPairs.check(
                request, law: law, observations: observations, freeCount: freeCount,
                catalog: catalog)
        }
        try checkHoldout(holdout, law: law, request: request)
        return Prepared(
            law: law, request: request, observations: observations, fixed: fixed,
            holdout: holdout)
    }

    private func checkHoldout(
        _ runs: [Run], law: ConfiguredLaw, request: FitRequest
    ) throws(FittingError) {
        guard !runs.isEmpty else { return }
        do throws(FittingError) {
            let points = try ObservationBuilder(
                law: law, series: request.series, fromStep: request.fromStep
            ).observations(of: runs)
            guard points.pointCount > 0 else {
                throw .noPointsToScore(
                    warmupPointsLeftOut: points.warmupPointsLeftOut)
            }
        } catch {
            throw .holdout(error)
        }
    }

    /// Searches for the optimum of a checked request.
    ///
    /// - Parameters:
    ///   - prepared: The request and its points.
    ///   - progress: Told how much is done, 0 to 1, between starts.
    ///   - isCancelled: Asked between starts.
    /// - Returns: The optimum and how it was found; not converging is a reported outcome.
    /// - Throws: `FittingError` for what the law's procedure refuses, `.notEvaluable` and
    ///   `.cancelled`.
    package func fit(
        _ prepared: Prepared, progress: (Double) -> Void = { _ in },
        isCancelled: () -> Bool = { false }
    ) throws(FittingError) -> FitReport {
        let began = ContinuousClock.now
        let procedure: any FittingProcedure =
            switch prepared.law.law.fitting {
            case .optimum where prepared.request.objective.over == .dominatedPairs:
                DominatedPairsProcedure(prepared: prepared)
            case .optimum: OptimumProcedure(prepared: prepared)
            case .average(let mixture): AveragingProcedure(prepared: prepared, mixture: mixture)
            }
        let findings = try procedure.findings(progress: progress, isCancelled: isCancelled)
        var report = ReportBuilder(prepared: prepared, findings: findings).report()
        if !prepared.holdout.isEmpty {
            report.holdout = try LawPredictor(report: report, catalog: catalog)
                .score(prepared.holdout)
        }
        report.durationSeconds = (ContinuousClock.now - began) / .seconds(1)
        return report
    }

    /// Checks and fits in one call.
    package func fit(_ request: FitRequest, runs: [Run]) throws(FittingError) -> FitReport {
        try fit(prepare(request, runs: runs))
    }

    private func law(of request: FitRequest) throws(FittingError) -> (ConfiguredLaw, [Int: Double])
    {
        do throws(LawError) {
            let law = try catalog.law(request.law, options: request.options)
            var fixed: [Int: Double] = [:]
            for (name, value) in request.fixed.sorted(by: { $0.key < $1.key }) {
                let index = try law.index(ofParameter: name)
                let bounds = law.parameters[index].bounds
                guard bounds.contains(value) else {
                    throw .parameterOutOfBounds(
                        law: law.about.id, parameter: name, value: value, bounds)
                }
                fixed[index] = value
            }
            return (law, fixed)
        } catch {
            throw .law(error)
        }
    }
}
