package import Schedules

/// A loss as a function of named parameters: what one file of this folder holds.
///
/// To add a law, copy `ChinchillaLaw.swift` (rows of a table) or `AnnealingLaw.swift` (curves under
/// a learning-rate schedule) and change, top to bottom: the doc comment with formula, symbols and
/// paper; `about`; the parameters; the evaluator with the loss and its derivatives; the derived
/// quantities. Then add one line to `LawCatalog.standard`. The API, the CLI, the documentation and
/// the conformance tests find it there.
///
/// Everything here is in the parameters' own units. Robust losses, log residuals, the solver's
/// coordinates, bounds, several starts and intervals are the fit's business.
package protocol ScalingLaw: Sendable {
    /// What the law is, without any options chosen.
    static var about: LawDescription { get }

    /// A law with its options chosen.
    init(options: LawOptions)

    /// The parameters in the order in which the evaluator takes them.
    var parameters: [ParameterSpec] { get }

    /// What every run must carry.
    var requiredFeatures: [Feature] { get }

    /// Prepares the evaluation at fixed inputs; whatever does not depend on parameters is done here.
    ///
    /// The predictions come in the order of the inputs and, within each, of its steps.
    func evaluator(for inputs: [LawInput]) -> any LawEvaluator

    /// The first step of a schedule at which the law says anything; only asked of curve laws.
    func firstStep(on areas: ScheduleAreas) -> Int

    /// What else the parameters say, such as the exponent of the compute-optimal size.
    func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity]

    /// What to tell a person about a fit on these inputs, whatever its outcome.
    ///
    /// - Parameters:
    ///   - inputs: The points of the fit.
    ///   - free: Names of the parameters that are fitted.
    /// - Returns: Sentences for the fit's warnings.
    func cautions(for inputs: [LawInput], free: Set<String>) -> [String]
}

extension ScalingLaw {
    package func firstStep(on areas: ScheduleAreas) -> Int { 0 }

    package func derivedQuantities(_ parameters: [Double]) -> [DerivedQuantity] { [] }

    package func cautions(for inputs: [LawInput], free: Set<String>) -> [String] { [] }
}

/// A law bound to the points where it is evaluated.
package protocol LawEvaluator {
    /// How many predictions one evaluation makes.
    var pointCount: Int { get }

    /// Predicts the loss at every point, and the derivatives when asked.
    ///
    /// - Parameters:
    ///   - parameters: Values in the law's own order and units.
    ///   - losses: Receives the predicted loss of each point (`pointCount`).
    ///   - jacobian: Receives ∂loss/∂parameter, column-major, `pointCount` × parameters.
    mutating func evaluate(
        _ parameters: UnsafeBufferPointer<Double>, losses: UnsafeMutableBufferPointer<Double>,
        jacobian: UnsafeMutableBufferPointer<Double>?)
}

/// What a law is: the part of a law file that people read.
package struct LawDescription: Sendable, Equatable {
    /// What a law is evaluated on.
    package enum Kind: String, Sendable {
        /// One loss per finished run.
        case table
        /// Losses along a run under a learning-rate schedule.
        case curve
    }

    package var id: String
    package var title: String
    package var kind: Kind
    package var formula: String
    package var reference: String
    package var options: [LawOption]
    /// When not to use it.
    package var limits: String

    package init(
        id: String, title: String, kind: Kind, formula: String, reference: String,
        options: [LawOption] = [], limits: String
    ) {
        self.id = id
        self.title = title
        self.kind = kind
        self.formula = formula
        self.reference = reference
        self.options = options
        self.limits = limits
    }
}

/// A number that follows from a law's parameters.
package struct DerivedQuantity: Sendable, Equatable {
    package var name: String
    package var meaning: String
    package var value: Double

    package init(_ name: String, meaning: String, value: Double) {
        self.name = name
        self.meaning = meaning
        self.value = value
    }
}
