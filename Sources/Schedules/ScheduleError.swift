/// Why a text, a JSON object or a list of logged rates is not a schedule, and where it says so.
///
/// The data stands apart from the sentence: `message` is made in `ScheduleError+Message.swift`.
package struct ScheduleError: Error, Equatable, Sendable {
    /// Where the fault stands.
    package enum Place: Equatable, Sendable {
        /// In the schedule language; `offset` counts characters from 0.
        case text(segment: String, offset: Int)
        /// In JSON, as an RFC 6901 pointer.
        case pointer(String)
        /// In the schedule as a whole.
        case schedule
    }

    /// What a value must be.
    package enum Rule: Equatable, Sendable {
        case stepCount
        case stepCountOrZero
        case stepIndex
        case learningRate
        case positiveLearningRate
        case positiveNumber
        case wholeCount
        case oneOf([String])
        case above(field: String, value: String)
        case atMost(field: String, value: String)
        case finiteRates
        case absent(with: String)
        case within(ClosedRange<Int>)
        case runID
        case stepOfRun(String, steps: Int)
    }

    /// What is wrong, with the names and values that the sentence needs.
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
        case exponentialAtZero(from: Double, to: Double)
        case noSteps
        case noPoints
        case tooManySteps
        case tooManySegments
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

    package init(_ kind: Kind, at place: Place) {
        self.kind = kind
        self.place = place
    }
}
