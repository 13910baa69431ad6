package import Laws
import Schedules

/// One kind of plan: what it asks for, which fits can answer it, and how.
///
/// To add one, copy `SizePlans/EncoderDecoderPlan.swift`: describe it in `about`, read the options in `init`,
/// answer in `result`, and add one line to `PlanCatalog.standard`. Help of the command line, errors
/// and the HTTP call follow from there. An option named as a feature (`training_flops`) is read from
/// wherever a size may be given.
package protocol PlanKind: Sendable {
    associatedtype Result: PlanResult

    /// Its name, its options, and what it says about itself.
    static var about: PlanDescription { get }

    /// Reads the options.
    ///
    /// - Parameter options: What was given, by name; only names that `about` declares.
    /// - Throws: `PlanError` for one that is missing or not allowed.
    init(_ options: PlanOptions) throws

    /// Makes the plan.
    ///
    /// - Parameter context: The fit, and what else the plan may need.
    /// - Returns: The plan; a goal that cannot be reached is a result, too.
    /// - Throws: `PlanError` or `FittingError`.
    func result(_ context: PlanContext) throws -> Result
}

/// A kind of plan as people read it: its name, its options, the laws that it can be asked of.
package struct PlanDescription: Sendable {
    /// The words of a command line that name the kind.
    package enum Selector: Sendable, Equatable {
        /// The flag alone, as in `--best-schedule`.
        case flag
        /// The flag with the value of an option, as in `--time-to-target 2.5`.
        case option(String)
        /// The flag with the path of run files, as in `--anneal-now runs/`; only a plan about a run
        /// needs the path.
        case runFiles
    }

    /// The sources of a plan beside its options.
    package enum Source: Sendable, Equatable {
        case fit
        /// A fit and one run with its points.
        case fitAndRun
        /// A fit, and measured runs where there are some.
        case fitAndRuns
        /// A fit where there is one.
        case fitIfGiven
        /// Measured runs where some are named, and no fit; without them published rules.
        case runs
    }

    /// A picture of an answer: lists over one member of their rows, in panels one above the other.
    ///
    ///     Picture(x: "parameter_count", panels: [[.init("curve", "loss")]])
    ///
    /// Where the answer itself has both members of a panel's axes, that point is marked as the best.
    package struct Picture: Sendable, Equatable {
        /// One list as a line, as a line for each value of a group, or as dots.
        struct Layer: Sendable, Equatable {
            var list: String
            var y: String
            var group: String?
            /// The legend's words for dots; nil draws lines.
            var dots: String?
            /// The member that says whether a row is `PlanField.beyond` what was measured: lines are
            /// dashed there, and nowhere else.
            var beyond: String?

            init(
                _ list: String, _ y: String, group: String? = nil, dots: String? = nil,
                beyond: String? = nil
            ) {
                self.list = list
                self.y = y
                self.group = group
                self.dots = dots
                self.beyond = beyond
            }
        }

        var x: String
        var panels: [[Layer]]
        var isLogarithmic = true
    }

    /// As in `best-schedule`.
    package var id: String
    /// One line: what it answers.
    package var title: String
    package var selector: Selector
    package var options: [PlanOption]
    /// The fit and runs that it is made from.
    package var source = Source.fit
    /// The laws that it can be asked of.
    package var supportedLaws: @Sendable (any ScalingLaw) -> Bool
    /// The prediction of such a law, as in `a curve under a schedule`.
    package var question: String
    /// Arguments of a command line, for help; `fit.json` is a fit of the sample runs.
    package var example: String
    /// Its pictures, the first of which an answer has the lists for is drawn; none where the plan
    /// draws its own.
    package var pictures: [Picture] = []

    /// True where it needs a run with its points.
    package var needsRun: Bool { source == .fitAndRun }
    /// True where an option is a schedule, which may continue a run.
    package var takesSchedules: Bool { options.contains { $0.name.hasSuffix("schedule") } }
    /// True where it is made from a fit, if there is one.
    package var takesFit: Bool { source != .runs }
    /// True where it looks at measured runs, if some are named.
    package var takesRuns: Bool { source == .fitAndRuns || source == .runs }
    /// True where it needs a fit.
    package var needsFit: Bool { takesFit && source != .fitIfGiven }
}

/// One option of a plan, under the name that JSON and queries use.
package struct PlanOption: Sendable, Equatable {
    /// As in `total_steps`; a command line says `--total-steps`.
    package var name: String
    /// The word that stands for the value in help, as in `n`.
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

    /// The numbers that mean anything under a name: no model has half a parameter.
    static func range(of name: String) -> ClosedRange<Double> {
        switch name {
        case "parameter_count", "maximum_parameter_count", "sizes", "token_count", "token_counts",
            "maximum_token_count", "unique_token_count", "inference_tokens", "batch_tokens",
            "reference_parameter_count", "reference_token_count", "reference_batch":
            1...1e20
        case "training_flops", "total_flops", "reference_flops", "budgets": 1...1e40
        case "target_loss", "losses": 1e-6...1e6
        case "learning_rate", "tuned_rate", "reference_rate", "rates", "peak", "minimum_rate",
            "final_rate":
            ScheduleLimits.learningRates
        default: 1e-9...1e9
        }
    }

    /// As a command line writes it, without the two dashes.
    package var flag: String { name.replacing("_", with: "-") }
}
