/// A fault in the choice of a law, its options, its parameters or a published fit.
package enum LawError: Error, Equatable, Sendable {
    case unknownLaw(String, known: [String])
    case unknownOption(law: String, option: String, known: [String])
    case unknownOptionValue(law: String, option: String, value: String, known: [String])
    case unknownParameter(law: String, parameter: String, known: [String])
    case missingParameter(law: String, parameter: String)
    case parameterOutOfBounds(law: String, parameter: String, value: Double, ClosedRange<Double>)
    case unknownPublishedFit(String, law: String?, known: [String])
    case optimumWithoutLoss(String)
    case badRun(String, field: String, rule: String)

    /// The field of a request that is wrong, as a JSON pointer.
    package var pointer: String {
        switch self {
        case .unknownLaw: "/law"
        case .unknownOption(_, let option, _): "/options/\(option)"
        case .unknownOptionValue(_, let option, _, _): "/options/\(option)"
        case .unknownParameter(_, let parameter, _): "/fixed/\(parameter)"
        case .missingParameter: "/parameters"
        case .parameterOutOfBounds(_, let parameter, _, _): "/fixed/\(parameter)"
        case .unknownPublishedFit, .optimumWithoutLoss: "/published"
        case .badRun: "/runs"
        }
    }

    /// The fault and the remedy, in a sentence.
    package var message: String {
        switch self {
        case .unknownLaw(let name, let known):
            return "law = \"\(name)\" is not known; choose one of \(known.joined(separator: ", "))."
        case .unknownOption(let law, let option, let known):
            guard !known.isEmpty else {
                return "option \"\(option)\": the law \(law) has no options; leave it out."
            }
            return "option \"\(option)\" is not one of the law \(law); it has "
                + "\(known.joined(separator: ", "))."
        case .unknownOptionValue(_, let option, let value, let known):
            return "option \(option) = \"\(value)\" is not a choice; use "
                + "\(known.joined(separator: " or "))."
        case .unknownParameter(let law, let parameter, let known):
            return "parameter \"\(parameter)\" is not one of the law \(law); its parameters are "
                + "\(known.joined(separator: ", "))."
        case .missingParameter(let law, let parameter):
            return "parameter \(parameter) of the law \(law) has no value; add it to parameters."
        case .parameterOutOfBounds(let law, let parameter, let value, let bounds):
            return "parameter \(parameter) = \(value) is outside what the law \(law) allows, "
                + "\(bounds.lowerBound) to \(bounds.upperBound)."
        case .unknownPublishedFit(let name, let law, let known):
            let place = law.map { " of the law \($0)" } ?? ""
            guard !known.isEmpty else {
                return "published = \"\(name)\": there are no published fits\(place); fit runs."
            }
            return "published = \"\(name)\" is not a published fit\(place); choose one of "
                + "\(known.joined(separator: ", "))."
        case .optimumWithoutLoss(let name):
            return "published = \"\(name)\" is an optimum without a loss, of no law; it answers "
                + "the plan compute-optimal alone: `isoloss plan --published \(name) "
                + "--compute-optimal C`."
        case .badRun(let run, let field, let rule):
            return "run \(run): \(field) \(rule)."
        }
    }
}
