/// The reason why a text, a JSON object or a list of logged rates is no schedule, and its place.
///
///     do {
///         _ = try LearningRateSchedule(parsing: "warmup:100@3e-4,cosine:-5@0")
///     } catch {
///         error.message    // "character 24, in `cosine:-5@0`: steps = -5, must be …"
///     }
package struct ScheduleError: Error, Equatable, Sendable {
    /// The place of the fault.
    package enum Place: Equatable, Sendable {
        /// In the schedule language; `offset` counts characters from 0.
        case text(segment: String, offset: Int)
        /// In JSON, as an RFC 6901 pointer.
        case pointer(String)
        /// In the schedule as a whole.
        case schedule
    }

    /// The condition that a value fails.
    package enum Rule: Equatable, Sendable {
        case stepCount
        case stepCountOrZero
        case stepIndex
        case learningRate
        case positiveLearningRate
        case positiveNumber
        case power
        case wholeCount
        case oneOf([String])
        case above(field: String, value: String)
        case atMost(field: String, value: String)
        case ratesWithinLimits
        case absent(with: String)
        case within(ClosedRange<Int>)
        case runID
        case stepOfRun(String, steps: Int)
    }

    /// The fault, with the names and values that the sentence needs.
    package enum Kind: Equatable, Sendable {
        case empty
        case unknownSegment(String)
        case unknownSchedule(String)
        case malformed(usage: String)
        case unclosedParenthesis
        case unexpected(String)
        case invalid(field: String, value: String, rule: Rule)
        case missing(field: String, owner: String)
        case unknownField(String, owner: String, known: [String])
        case repeatedField(String)
        case phasesTooLong(phases: [String], sum: Int, steps: Int)
        case needsPositiveRates(shape: String, from: Double, to: Double)
        case noSteps
        case noPoints
        case tooManySteps
        case tooManySegments
        case tooManyRates
        case tooDeep
        case notJSON
        case wrongType(expected: String)
        case notOneForm
        case notFirst
        case noRunsHere
        case run(String, ScheduledRuns.Fault)
    }

    package let kind: Kind
    package let place: Place

    /// The JSON pointer of the fault in a request that has the schedule at a field.
    package func pointer(at field: String) -> String {
        guard case .pointer(let inner) = place else { return field }
        return field + inner
    }

    package init(_ kind: Kind, at place: Place) {
        self.kind = kind
        self.place = place
    }
}

// MARK: The sentences

extension ScheduleError: CustomStringConvertible {
    /// The whole sentence: where, what, and what to do.
    package var message: String {
        switch place {
        case .text(let segment, let offset):
            "character \(offset + 1), in `\(segment)`: \(detail)"
        case .pointer(let pointer):
            "\(pointer.isEmpty ? "/" : pointer): \(detail)"
        case .schedule:
            detail
        }
    }

    package var description: String { message }

    /// The sentence without the place, for an answer that carries the place in a field of its own.
    package var detail: String {
        switch kind {
        case .empty:
            "a segment is missing; write for example warmup:100@3e-4,hold:900"
        case .unknownSegment(let name):
            "unknown segment `\(name)`; known segments are \(Self.list(ScheduleCatalog.segmentNames))"
                + " and the schedules \(Self.list(ScheduleCatalog.scheduleNames)), written name(…)"
        case .unknownSchedule(let name):
            "unknown schedule `\(name)(…)`; known schedules are "
                + Self.list(ScheduleCatalog.scheduleNames)
        case .malformed(let usage):
            "must be written \(usage)"
        case .unclosedParenthesis:
            "the parenthesis opened here is not closed"
        case .unexpected(let text):
            "`\(text)` is not expected here; segments are separated by commas"
        case .invalid(let field, let value, let rule):
            "\(field) = \(value), \(rule.sentence)"
        case .missing(let field, let owner):
            "\(owner) needs `\(field)`"
        case .unknownField(let name, let owner, let known):
            "\(owner) has no `\(name)`; it takes \(Self.list(known))"
        case .repeatedField(let name):
            "`\(name)` is given twice"
        case .phasesTooLong(let phases, let sum, let steps):
            "\(phases.joined(separator: " + ")) = \(sum), must be at most steps = \(steps)"
        case .needsPositiveRates(let shape, let from, let to):
            "\(shape) runs from \(NumberText.text(from)) to \(NumberText.text(to)),"
                + " both must be above 0; use linear, or step@b to begin above 0"
        case .noSteps:
            "the schedule has 0 steps, must have at least 1"
        case .noPoints:
            "at least one point is needed, with a learning rate for each step"
        case .tooManySteps:
            "the schedule has too many steps, must be at most \(ScheduleLimits.steps)"
        case .tooManySegments:
            "the schedule has too many segments once repeats are written out,"
                + " must be at most \(ScheduleLimits.segments)"
        case .tooManyRates:
            "the schedule lists too many learning rates, must be at most"
                + " \(ScheduleLimits.listedRates)"
        case .tooDeep:
            "repeats are nested too deep, must be at most \(ScheduleLimits.depth) levels"
        case .notJSON:
            "the schedule begins like JSON and is not valid JSON"
        case .wrongType(let expected):
            "must be \(expected)"
        case .notOneForm:
            "a schedule object has exactly one of `segments`, `points` and `values`, or `from` with"
                + " `segments` to follow"
        case .notFirst:
            "what continues a run, or lists rates, can only come first in a schedule"
        case .noRunsHere:
            "there are no runs to continue here; `from:RUN@s` is for a prediction or a plan that is"
                + " given run files or a server"
        case .run(let run, .unknown(let known)):
            "there is no run `\(run)`" + (known.isEmpty ? "" : "; there is \(Self.list(known))")
        case .run(let run, .withoutRates):
            "run `\(run)` has neither a schedule nor logged learning rates to continue"
        case .run(let run, .unusable(let reason)):
            "run `\(run)` cannot be continued: \(reason)"
        }
    }

    private static func list(_ names: [String]) -> String {
        names.joined(separator: ", ")
    }
}

extension ScheduleError.Rule {
    /// The rule as the second half of "name = value, must be …".
    var sentence: String {
        switch self {
        case .stepCount: "must be a whole number of steps from 1 to \(ScheduleLimits.steps)"
        case .stepCountOrZero: "must be a whole number of steps from 0 to \(ScheduleLimits.steps)"
        case .stepIndex: "must be a whole step from 0 to \(ScheduleLimits.steps)"
        case .learningRate: "must be 0 or \(Self.rates)"
        case .positiveLearningRate: "must be \(Self.rates)"
        case .positiveNumber: "must be a finite number above 0"
        case .power: "must be a number from 1e-3 to 1000"
        case .wholeCount: "must be a whole number of at least 1"
        case .oneOf(let words): "must be one of \(words.joined(separator: ", "))"
        case .above(let field, let value): "must be above \(field) = \(value)"
        case .atMost(let field, let value): "must be at most \(field) = \(value)"
        case .ratesWithinLimits: "must keep every learning rate at 0 or \(Self.rates)"
        case .absent(let option): "must be left out with \(option)"
        case .within(let range):
            "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .runID: "must be 1 to 128 of the characters A-Z a-z 0-9 . _ -"
        case .stepOfRun(let run, let steps):
            "must be a whole step from 1 to \(steps), the length of run `\(run)`"
        }
    }

    private static let rates = "a number from 1e-30 to 1e6"
}
