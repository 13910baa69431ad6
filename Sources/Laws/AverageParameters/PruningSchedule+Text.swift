/// A fault of a pruning schedule.
package enum PruningScheduleError: Error, Equatable, Sendable {
    case ramp(start: Double, end: Double)
    case sparsity(Double)
    case text(String)

    /// The rule that was broken, with the value.
    package var message: String {
        switch self {
        case .ramp(let start, let end):
            "has start = \(start) and end = \(end), must be 0 <= start <= end <= 1"
        case .sparsity(let value): "has sparsity = \(value), must be at least 0 and below 1"
        case .text(let text):
            "\"\(text)\" is no pruning schedule; write it as "
                + "cubic(start=0.25,end=0.75,sparsity=0.8), or linear(…), with of=compute where "
                + "start and end are fractions of compute, not of tokens"
        }
    }
}

/// The schedule as text: `cubic(start=0.25,end=0.75,sparsity=0.8)`, and `of=compute` inside.
extension PruningSchedule {
    /// Reads a schedule.
    ///
    /// - Parameter text: The shape and its arguments by name, `of` left out for tokens.
    /// - Throws: `PruningScheduleError.text`, or what a value out of range throws.
    package init(parsing text: String) throws(PruningScheduleError) {
        let spaceless = String(text.filter { $0 != " " })
        guard let open = spaceless.firstIndex(of: "("), spaceless.last == ")",
            let ramp = Ramp(rawValue: String(spaceless[..<open]))
        else { throw .text(text) }
        var arguments: [Substring: Substring] = [:]
        for argument in spaceless[open...].dropFirst().dropLast().split(separator: ",") {
            let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, arguments.updateValue(parts[1], forKey: parts[0]) == nil else {
                throw .text(text)
            }
        }
        let clock = arguments.removeValue(forKey: "of") ?? "tokens"
        guard arguments.count == 3, let clock = Clock(rawValue: String(clock)),
            let start = arguments["start"].flatMap({ Double($0) }),
            let end = arguments["end"].flatMap({ Double($0) }),
            let sparsity = arguments["sparsity"].flatMap({ Double($0) })
        else { throw .text(text) }
        try self.init(
            ramp: ramp, start: start, end: end, finalSparsity: sparsity, clock: clock)
    }

    /// The text that `init(parsing:)` reads.
    package var text: String {
        let suffix = clock == .tokens ? "" : ",of=\(clock.rawValue)"
        return "\(ramp.rawValue)(start=\(start),end=\(end),sparsity=\(finalSparsity)\(suffix))"
    }
}
