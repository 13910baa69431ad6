package import Schedules

/// What a plan cannot be asked for.
package enum PlanError: Error, Equatable, Sendable {
    case unknownKind(String, known: [String])
    case unknownOption(kind: String, option: String, known: [String])
    case missing(kind: String, options: [PlanOption])
    case invalid(option: String, value: String, rule: String)
    case schedule(option: String, ScheduleError)
    case wrongLaw(kind: String, law: String, asks: String, able: [String])
    case runMissing(kind: String)
    case run(String, reason: String)

    /// The field of a request that is wrong, as a JSON pointer.
    package var pointer: String {
        switch self {
        case .unknownKind: "/kind"
        case .unknownOption(_, let option, _): "/\(option)"
        case .missing(_, let options): "/\(options.first?.name ?? "")"
        case .invalid(let option, _, _): "/\(option)"
        case .schedule(let option, let error):
            if case .pointer(let inner) = error.place { "/\(option)\(inner)" } else { "/\(option)" }
        case .wrongLaw: "/law"
        case .runMissing, .run: "/run"
        }
    }

    /// What is wrong and what to do, in a sentence.
    package var message: String {
        switch self {
        case .unknownKind(let name, let known):
            return "kind = \"\(name)\" is not a plan; choose one of "
                + "\(known.joined(separator: ", "))."
        case .unknownOption(let kind, let option, let known):
            return "\(option) is no option of the plan \(kind); it has "
                + "\(known.joined(separator: ", "))."
        case .missing(let kind, let options):
            let names = options.map(\.name).joined(separator: " and ")
            let example = options.map { "\($0.name)=\($0.example)" }.joined(separator: " ")
            return "the plan \(kind) needs \(names); give for example \(example)."
        case .invalid(let option, let value, let rule):
            return "\(option) = \(value) \(rule)."
        case .schedule(let option, let error):
            return "\(option): \(error.message)."
        case .wrongLaw(let kind, let law, let asks, let able):
            return "the law \(law) cannot serve the plan \(kind), which asks for \(asks); fit one "
                + "that can: \(able.joined(separator: ", "))."
        case .runMissing(let kind):
            return "the plan \(kind) needs a run with its logged points; name it as run."
        case .run(let id, let reason):
            return "run \(id): \(reason)."
        }
    }
}
