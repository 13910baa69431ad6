package import Fitting
package import Laws
package import Records

/// One kind of plan: what it asks for, which fits can answer it, and how.
///
/// To add one, copy `TimeToTarget/TimeToTargetPlan.swift`: describe it in `about`, read the options
/// in `init`, answer in `result`, and add one line to `PlanCatalog.standard`. Help of the command
/// line, errors and the HTTP call follow from there.
package protocol PlanKind: Sendable {
    associatedtype Result: PlanResult

    /// Its name, its options, and what it says about itself.
    static var about: PlanDescription { get }

    /// Reads the options.
    ///
    /// - Parameter options: What was given, by name; only names that `about` declares.
    /// - Throws: `PlanError` for one that is missing or not allowed.
    init(_ options: PlanOptions) throws(PlanError)

    /// Makes the plan.
    ///
    /// - Parameter context: The fit, and what else the plan may need.
    /// - Returns: The plan; a goal that cannot be reached is a result, too.
    /// - Throws: `PlanError` or `FittingError`.
    func result(_ context: PlanContext) throws -> Result
}

/// What a plan is made from, beside its own options.
package struct PlanContext: Sendable {
    package var predictor: LawPredictor
    /// What the law needs beside a schedule, such as a size.
    package var features: [Feature: Double]
    /// The interval wanted; nil without, or where the fit cannot give one.
    package var interval: LawPredictor.Interval?
    /// The run that is asked about, with its logged points; nil for plans without one.
    package var run: Run?
    /// Told how much is done, 0 to 1.
    package var progress: @Sendable (Double) -> Void

    package init(
        predictor: LawPredictor, features: [Feature: Double] = [:],
        interval: LawPredictor.Interval? = nil, run: Run? = nil,
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) {
        self.predictor = predictor
        self.features = features
        self.interval = interval
        self.run = run
        self.progress = progress
    }
}

/// What people read of a kind of plan.
package struct PlanDescription: Sendable {
    /// What a command line names the kind by.
    package enum Selector: Sendable, Equatable {
        /// The flag alone, as in `--best-schedule`.
        case flag
        /// The flag with the value of an option, as in `--time-to-target 2.5`.
        case option(String)
        /// The flag with the path of run files, as in `--anneal-now runs/`.
        case runFiles
    }

    /// As in `best-schedule`.
    package var id: String
    /// One line: what it answers.
    package var title: String
    package var selector: Selector
    package var options: [PlanOption]
    /// The laws that it can be asked of.
    package var able: @Sendable (LawDescription) -> Bool
    /// What such a law predicts, as in `a curve under a schedule`.
    package var asks: String
    /// Arguments of a command line after the fit, for help.
    package var example: String

    /// Whether it needs a run with its points.
    package var needsRun: Bool { selector == .runFiles }
}

/// One option of a plan, under the name that JSON and queries use.
package struct PlanOption: Sendable, Equatable {
    /// As in `total_steps`; a command line says `--total-steps`.
    package var name: String
    /// What stands for the value in help, as in `n`.
    package var usage: String
    package var meaning: String
    package var isRequired: Bool
    /// A value that works, for errors.
    package var example: String

    package init(
        _ name: String, _ usage: String, meaning: String, isRequired: Bool = false, example: String
    ) {
        self.name = name
        self.usage = usage
        self.meaning = meaning
        self.isRequired = isRequired
        self.example = example
    }

    /// As a command line writes it, without the two dashes.
    package var flag: String { name.replacing("_", with: "-") }
}
