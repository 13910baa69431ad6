package import Schedules

/// A plan that cannot be made, for bad input or for want of an answer.
package enum PlanError: Error, Equatable, Sendable {
    case unknownKind(String, known: [String])
    case unknownOption(kind: String, option: String, known: [String])
    case missing(kind: String, options: [PlanOption])
    case invalid(option: String, value: String, rule: String)
    case schedule(option: String, ScheduleError)
    case unsupportedLaw(kind: String, law: String, question: String, supported: [String])
    case fitMissing(kind: String)
    case runMissing(kind: String)
    case run(String, reason: String)
    case noPicture(kind: String)
    /// A question that was understood and has no answer.
    case refused(Refusal, String)

    /// Why a plan has no answer: the stable words that errors carry as their `type`.
    package enum Refusal: String, Sendable {
        /// The loss falls all the way to an end of what was searched.
        case noInteriorMinimum = "no-interior-minimum"
        case unreachableLoss = "unreachable-loss"
        /// The fitted data leave open what the answer depends on.
        case notIdentified = "not-identified"
        case overBudget = "over-budget"
    }

    /// The refusal of a loss that is below what anything reaches, with the distance.
    static func unreachable(_ target: Double, floor: Double, by subject: String) -> PlanError {
        let (low, gap) = (
            PlanText.number(floor, digits: 5), PlanText.number(floor - target, digits: 3)
        )
        return .refused(
            .unreachableLoss,
            "\(subject) stays above \(low), \(gap) above the target "
                + PlanText.number(target, digits: 5))
    }

    /// The word of a refusal; nil for bad input.
    package var refusal: Refusal? {
        if case .refused(let refusal, _) = self { refusal } else { nil }
    }

    /// The field of a request that is wrong, as a JSON pointer.
    package var pointer: String {
        switch self {
        case .unknownKind: "/kind"
        case .unknownOption(_, let option, _): "/\(option)"
        case .missing(_, let options): "/\(options.first?.name ?? "")"
        case .invalid(let option, _, _): "/\(option)"
        case .schedule(let option, let error):
            if case .pointer(let inner) = error.place { "/\(option)\(inner)" } else { "/\(option)" }
        case .unsupportedLaw: "/law"
        case .fitMissing: "/fit"
        case .runMissing, .run: "/run"
        case .refused, .noPicture: ""
        }
    }

    /// The sentence: the fault and its remedy.
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
        case .unsupportedLaw(let kind, let law, let question, let supported):
            return "the law \(law) cannot serve the plan \(kind), which asks for \(question); fit "
                + "one that can: \(supported.joined(separator: ", "))."
        case .fitMissing(let kind):
            return "the plan \(kind) needs a fit; name its file or its id as fit, or a published "
                + "one."
        case .runMissing(let kind):
            return "the plan \(kind) needs a run with its logged points; name it as run."
        case .run(let id, let reason):
            return "run \(id): \(reason)."
        case .noPicture(let kind):
            return "this answer of the plan \(kind) has no curve to draw; ask for its numbers."
        case .refused(let refusal, let reason):
            return "\(refusal.rawValue): \(reason)."
        }
    }
}
