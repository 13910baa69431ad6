package import Fitting
import Foundation
package import Records
package import Schedules

/// The fit, the runs and the limits that a plan is made from, beside its own options.
package struct PlanContext: Sendable {
    /// The fit; nil for plans that need none.
    package var fit: LawPredictor?
    /// Inputs that the law needs beside a schedule, such as a size.
    package var features: [Feature: Double]
    /// The interval wanted; nil without, or where the fit cannot give one.
    package var interval: LawPredictor.Interval?
    /// The run that is asked about, with its logged points; nil for plans without one.
    package var run: Run?
    /// Measured runs that the plan compares the fit with; empty where none were given.
    package var runs: [Run] = []
    /// Reads a schedule, which may continue one of the backend's runs.
    package var schedule: @Sendable (String) throws -> LearningRateSchedule = {
        try LearningRateSchedule(parsing: $0)
    }
    /// Told how much is done, 0 to 1.
    package var progress: @Sendable (Double) -> Void
    /// The limits of the plan's cost.
    package var budget: PlanBudget

    package init(
        predictor: LawPredictor?, features: [Feature: Double] = [:],
        interval: LawPredictor.Interval? = nil, run: Run? = nil, runs: [Run] = [],
        budget: PlanBudget = PlanBudget(),
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) {
        fit = predictor
        self.features = features
        self.interval = interval
        self.run = run
        self.runs = runs
        self.budget = budget
        self.progress = progress
    }

    /// The fit of a plan that needs one.
    package var predictor: LawPredictor {
        guard let fit else {
            preconditionFailure("the catalogue asks for a fit before a plan is made")
        }
        return fit
    }
}

/// The cost that a plan may have: CPU time, and the patience of who asked.
///
///     PlanBudget(seconds: 2) { client.hasLeft }
package struct PlanBudget: Sendable {
    /// The limit of one request where many are answered, in CPU seconds: two, less what the rest of
    /// the request and the last evaluation may take.
    package static let standardSeconds = 1.8

    /// CPU seconds of the thread that plans; nil without a limit.
    package var seconds: Double?
    /// True once the answer is no longer wanted.
    package var isCancelled: @Sendable () -> Bool
    private let start: Double

    /// - Parameters:
    ///   - seconds: CPU seconds from now on; nil without a limit.
    ///   - isCancelled: Whether the answer is no longer wanted.
    package init(
        seconds: Double? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.seconds = seconds
        self.isCancelled = isCancelled
        start = Self.threadSeconds()
    }

    /// Ends a plan that is no longer wanted or costs too much; asked before each evaluation.
    ///
    /// - Throws: `PlanError.refused` (`over-budget`), or `CancellationError`.
    package func check() throws {
        if isCancelled() { throw CancellationError() }
        guard let seconds, Self.threadSeconds() - start > seconds else { return }
        throw PlanError.refused(
            .overBudget,
            "the plan takes more than \(PlanText.number(seconds)) s of computing here; ask for fewer "
                + "steps, families, shapes, lengths or starts, or plan with `isoloss plan`, which has "
                + "no such limit")
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
}
