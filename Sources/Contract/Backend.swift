package import Fitting
import JSONText
package import Laws
package import Plans
package import Records
package import Schedules

/// Whatever answers questions about runs and fits: files, a store, or a server far away.
///
/// Commands and endpoints ask a backend and write its answers; they know nothing else of where runs
/// and fits are. A fit is named by the path of its file or by its id, as the backend has it.
package protocol Backend {
    /// Fits a law and waits for the answer.
    ///
    /// - Parameters:
    ///   - submission: What to fit.
    ///   - progress: Told how far the fit is, 0 to 1.
    /// - Returns: The fit.
    /// - Throws: `FittingError`, `LawError`, or what keeps the backend from answering.
    func fit(_ submission: FitSubmission, progress: (Double) -> Void) throws -> FitReport

    /// Makes a published fit one that can be asked.
    ///
    /// - Parameters:
    ///   - name: Its name, as in `hoffmann-2022`.
    ///   - law: The law it must be of; nil for any.
    /// - Returns: The name by which the backend knows it.
    /// - Throws: `LawError` with the names there are.
    func publish(_ name: String, law: String?) throws -> String

    /// A fit that is done.
    func report(of fit: String) throws -> FitReport

    /// The predicted curve of a schedule.
    func curve(_ fit: String, _ request: CurveRequest) throws -> CurveResponse

    /// The predicted loss of one finished run.
    func loss(_ fit: String, _ request: LossRequest) throws -> LossResponse

    /// Metrics of runs under a fit.
    func score(_ fit: String, _ request: ScoreRequest) throws -> ScoreReport

    /// A plan.
    ///
    /// - Parameters:
    ///   - kind: The kind of the request.
    ///   - fit: The fit; nil for a plan that needs none.
    ///   - request: What is asked.
    ///   - progress: Told how far the search is, 0 to 1.
    /// - Returns: The plan.
    /// - Throws: `PlanError`, `FittingError`, or what keeps the backend from answering.
    func plan<Kind: PlanKind>(
        _ kind: Kind.Type, _ fit: String?, _ request: PlanRequest,
        progress: @escaping @Sendable (Double) -> Void
    ) throws -> Kind.Result

    /// The schedule of a run to its end, from its metadata or from what it logged, with what is assumed
    /// about it; nil where neither has it.
    func schedule(of run: Run) throws -> RunSchedule.Resolved?

    /// The columns and names that were guessed while runs were read.
    var notes: [String] { get }

    /// Doubts about the runs themselves, which belong to every answer about them.
    var warnings: [String] { get }

    /// The runs of a study; all there are where none is named.
    func runs(study: String?) throws -> [Run]

    /// One run, with its metadata.
    func run(_ id: String) throws -> Run

    /// The losses that a run measured.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - series: A further loss that is wanted in place of the main one.
    /// - Returns: Its points, thinned where they are very many; nil where it logged none.
    /// - Throws: What keeps the backend from answering.
    func measured(_ run: Run, series: String?) throws -> MeasuredCurve?
}

/// The runs that a question is about.
package enum RunChoice: Sendable, Equatable {
    /// By id; the field that named them is for errors.
    case named([String], field: String)
    /// The runs of a study with a role, where its runs have roles.
    case study(String, role: Run.Role, excluding: [String])
}

/// A backend that has the fits and the runs itself, and so computes every answer here.
package protocol ComputingBackend: Backend, Sendable {
    var catalog: LawCatalog { get }

    /// The predictor of a fit that is done.
    func predictor(_ fit: String) throws -> LawPredictor

    /// Runs with the points that a law needs.
    ///
    /// - Parameters:
    ///   - choice: Which runs.
    ///   - law: The law that will look at them; nil where only losses and rates are asked.
    ///   - series: The loss that it looks at, where it is not the main one.
    /// - Returns: The runs, in the order of the choice.
    /// - Throws: What is wrong with the choice.
    func runs(_ choice: RunChoice, law: ConfiguredLaw?, series: String?) throws -> [Run]

    /// A schedule that may continue the backend's runs.
    func schedule(_ source: ScheduleSource) throws -> LearningRateSchedule

    /// The CPU seconds that one plan may take; nil without a limit.
    var planSeconds: Double? { get }
}

extension ComputingBackend {
    package var planSeconds: Double? { nil }

    package func report(of fit: String) throws -> FitReport { try predictor(fit).report }

    package func curve(_ fit: String, _ request: CurveRequest) throws -> CurveResponse {
        let predictor = try predictor(fit)
        let schedule = try schedule(request.schedule ?? .json(.null))
        let own = request.run.map { ContinuedRun(id: $0, steps: schedule.totalSteps) }
        let logged = (own ?? schedule.continued).flatMap {
            log(of: $0, under: schedule, fittedBy: predictor)
        }
        var curve = try CurveResponse(
            predictor: predictor, schedule: schedule, features: request.prediction.features,
            every: request.every, interval: request.prediction.interval(), after: logged,
            then: request.then.map(self.metric))
        if let run = request.run, logged == nil {
            curve.warnings.append(
                "the curve is the law's alone: the fit has not seen run \"\(run)\", or the run has "
                    + "other learning rates than this schedule")
        }
        return curve
    }

    /// The log of a continued run that is in the fit, up to where it is left.
    ///
    /// Nil where the points are not to be had any more, or are of other rates: the law's own curve is an
    /// answer, too.
    private func log(
        of continued: ContinuedRun, under schedule: LearningRateSchedule,
        fittedBy predictor: LawPredictor
    ) -> LossCurve? {
        guard predictor.report.runs.contains(continued.id) else { return nil }
        let choice = RunChoice.named([continued.id], field: "schedule")
        let series = predictor.report.series
        guard let run = try? runs(choice, law: predictor.law, series: series).first,
            RunSchedule.follows(run, schedule, before: continued.steps)
        else { return nil }
        return run.curve(of: series).map { curve in
            let count = curve.steps.prefix { $0 < continued.steps }.count
            return LossCurve(
                steps: Array(curve.steps.prefix(count)), losses: Array(curve.losses.prefix(count)))
        }
    }

    package func loss(_ fit: String, _ request: LossRequest) throws -> LossResponse {
        try LossResponse(
            predictor: predictor(fit), features: request.prediction.features,
            interval: request.prediction.interval(standard: LawPredictor.Interval()),
            then: request.then.map(metric))
    }

    /// The fit of a metric: a published one by its name, else one of the backend's.
    private func metric(_ name: String) throws -> LawPredictor {
        try PublishedFit.isFit(name) ? published(PublishedFit.named(name)) : predictor(name)
    }

    private func published(_ fit: PublishedFit) throws -> LawPredictor {
        try LawPredictor(report: FitReport(fit, catalog: catalog), catalog: catalog)
    }

    package func score(_ fit: String, _ request: ScoreRequest) throws -> ScoreReport {
        let predictor = try predictor(fit)
        let choice =
            request.runs.map { RunChoice.named($0, field: "runs") }
            ?? .study(request.study ?? "", role: request.role ?? .test, excluding: [])
        return try predictor.score(
            runs(choice, law: predictor.law, series: predictor.report.series))
    }

    package func plan<Kind: PlanKind>(
        _ kind: Kind.Type, _ fit: String?, _ request: PlanRequest,
        progress: @escaping @Sendable (Double) -> Void
    ) throws -> Kind.Result {
        var context = PlanContext(
            predictor: nil, features: request.prediction.features,
            interval: request.prediction.interval(standard: LawPredictor.Interval()),
            budget: PlanBudget(seconds: planSeconds), progress: progress)
        context.schedule = { [self] in try schedule(.json(.string($0))) }
        guard let fit, kind.about.takesFit else {
            context.runs = try namedRuns(request.options, law: nil, series: nil) ?? []
            var options = request.options
            // A published fit needs no place among the backend's; an optimum is the plan's own matter.
            if let name = options["published"], PublishedFit.isFit(name) {
                options["published"] = nil
                context.fit = try published(PublishedFit.named(name))
            }
            return try PlanCatalog.plan(kind, options: options, context: context, laws: catalog)
        }
        let predictor = try predictor(fit)
        context.fit = predictor
        if kind.about.source == .fitAndRuns {
            let law = predictor.law
            let series = predictor.report.series
            // Those of the fit, where they are still to be had.
            let fitted = RunChoice.named(predictor.report.runs, field: "runs")
            context.runs =
                try namedRuns(request.options, law: law, series: series)
                ?? (try? runs(fitted, law: law, series: series)) ?? []
        }
        if let id = request.run {
            let choice = RunChoice.named([id], field: "run")
            context.run = try runs(
                choice, law: predictor.law, series: predictor.report.series
            ).first
        }
        // What the run carries itself need not be said again.
        context.features.merge(context.run?.features ?? [:]) { said, _ in said }
        return try PlanCatalog.plan(
            kind, options: request.options, context: context, laws: catalog)
    }

    /// The runs that a plan's options name, by their ids or by their study; nil where they name none.
    private func namedRuns(
        _ options: [String: String], law: ConfiguredLaw?, series: String?
    ) throws -> [Run]? {
        let ids = options["runs"]?.split(separator: ",").map(String.init)
        guard let study = options["study"] else {
            return try ids.map { try runs(.named($0, field: "runs"), law: law, series: series) }
        }
        guard ids == nil else {
            throw PlanError.invalid(
                option: "study", value: study,
                rule: "stands in place of runs; give one of the two")
        }
        let choice = RunChoice.study(study, role: .train, excluding: [])
        return try runs(choice, law: law, series: series)
    }

    package func schedule(of run: Run) throws -> RunSchedule.Resolved? {
        try RunSchedule.throughEnd(of: run) ?? RunSchedule.resolve(run)
    }

    package func measured(_ run: Run, series: String?) throws -> MeasuredCurve? {
        MeasuredCurve(run, series: series)
    }

    /// Checks a fit against its runs, so that what a fit refuses is refused before it waits.
    ///
    /// - Parameter submission: What to fit.
    /// - Returns: The work, ready to be done.
    /// - Throws: `FittingError`, `LawError`, or what is wrong with the choice of runs.
    package func prepare(_ submission: FitSubmission) throws -> Fitter.Prepared {
        let request = submission.request
        let law = try catalog.law(request.law, options: request.options)
        let choice =
            submission.runs.map { RunChoice.named($0, field: "runs") }
            ?? .study(submission.study ?? "", role: .train, excluding: submission.holdout)
        let fitted = try runs(choice, law: law, series: request.series)
        let holdout = try runs(
            .named(submission.holdout, field: "holdout"), law: law, series: request.series)
        return try Fitter(catalog: catalog).prepare(request, runs: fitted, holdout: holdout)
    }

    package func fit(
        _ submission: FitSubmission, progress: (Double) -> Void
    ) throws -> FitReport {
        try Fitter(catalog: catalog).fit(prepare(submission), progress: progress)
    }
}
