import Foundation
package import Plans
import Plots

/// The part of a command line that names a plan: its flag and its options, as the catalogue has
/// them.
package struct PlanArguments {
    package var kind: any PlanKind.Type
    /// Values by option name.
    package var options: [String: String] = [:]
    /// The source of the run, for plans about a run.
    package var path: String?
    /// The run's id.
    package var run: String?

    /// The option that plans about a run have beside their own.
    package static let runOption = PlanOption(
        "run", "id", meaning: "the run, where the path has several", example: "constant_3500")

    /// Reads what the argument parser left over.
    ///
    /// - Parameters:
    ///   - words: The command line without the options that every command has.
    ///   - catalog: The kinds there are.
    /// - Throws: `UsageError`.
    package init(_ words: [String], catalog: PlanCatalog = .standard) throws(UsageError) {
        let flags = catalog.kinds.map { "--\($0.about.id)" }
        let kinds = catalog.kinds.filter { kind in
            words.contains { Self.name(of: $0) == kind.about.id }
        }
        guard kinds.count == 1, let kind = kinds.first else {
            throw .onePlan(flags, given: kinds.map { "--\($0.about.id)" })
        }
        self.kind = kind
        let about = kind.about
        let known = about.options + (about.needsRun ? [Self.runOption] : [])
        var rest = words[...]
        while let word = rest.popFirst() {
            guard let name = Self.name(of: word) else {
                // A schedule may continue a run of these files.
                guard path == nil, about.takesSchedules,
                    FileManager.default.fileExists(atPath: word)
                else { throw .strayWord(word, plan: about.id) }
                path = word
                continue
            }
            let option = known.first { $0.flag == name }
            guard name == about.id || option != nil else {
                throw .unknownPlanOption(name, plan: about.id, known: known.map { "--\($0.flag)" })
            }
            let value = Self.value(
                of: word, &rest, isFlag: name == about.id && about.selector == .flag)
            try take(option, value, of: about)
        }
        if let run = options.removeValue(forKey: Self.runOption.name) { self.run = run }
    }

    private mutating func take(
        _ option: PlanOption?, _ value: String?, of about: PlanDescription
    ) throws(UsageError) {
        guard let option else {
            switch about.selector {
            case .flag: break
            case .runFiles: path = value
            case .option(let name):
                guard let value else {
                    let isRequired = about.options.contains { $0.name == name && $0.isRequired }
                    if isRequired { throw .planValueMissing(about.id) }
                    break
                }
                options[name] = value
            }
            return
        }
        guard let value else { throw .planValueMissing(option.flag) }
        guard options.updateValue(value, forKey: option.name) == nil else {
            throw .repeatedPlanOption(option.flag)
        }
    }

    /// The name after two dashes, up to an equals sign; nil for any other word.
    private static func name(of word: String) -> String? {
        guard word.hasPrefix("--") else { return nil }
        return word.dropFirst(2).split(separator: "=", maxSplits: 1).first.map(String.init)
    }

    /// The text after the equals sign, else the next word unless that is an option, too.
    private static func value(
        of word: String, _ rest: inout ArraySlice<String>, isFlag: Bool
    ) -> String? {
        if let equals = word.firstIndex(of: "=") {
            return String(word[word.index(after: equals)...])
        }
        guard !isFlag, let next = rest.first, !next.hasPrefix("--") else { return nil }
        return rest.popFirst()
    }
}

/// The plans of the catalogue, for `isoloss plan --help`.
package enum PlanHelp {
    /// The argument parser breaks longer lines itself, anywhere.
    private static let width = 76

    /// Each plan with its options and an example.
    package static func text(_ catalog: PlanCatalog = .standard) -> String {
        let plans = catalog.kinds.map { kind -> String in
            let about = kind.about
            let options = about.options + (about.needsRun ? [PlanArguments.runOption] : [])
            let shown = options.filter { about.selector != .option($0.name) }
            let pairs = shown.map { option in
                [
                    "  --\(option.flag) <\(option.usage)>",
                    option.meaning + (option.isRequired ? "; required" : ""),
                ]
            }
            let lines = ["\(selector(about))  \(about.title)"]
            return (lines + Table(pairs: pairs).lines(width: width))
                .joined(separator: "\n")
        }
        let examples = catalog.kinds.map { "  isoloss plan \(Self.example(of: $0.about))" }
        return """
            Exactly one of these plans, each with its options:

            \(plans.joined(separator: "\n\n"))

            Examples, after

              isoloss fit --law lr-annealing sample-runs --output fit.json

            In place of a published fit take one of your own runs. nmt.json is a fit of
            nmt-bivariate, of which none is published; a law and parameters will do:

            \(translation)

            \(examples.joined(separator: "\n"))

            Schedules of the answers are written in the schedule language, and a path
            after one has the runs that it continues, as in from:RUN@STEP; --format csv
            exports.
            """
    }

    /// The example's fit of a law that has no published one.
    package static let translation = """
        {"law":"nmt-bivariate","parameters":[
        {"name":"coefficient","value":0.5},{"name":"encoder_exponent","value":0.3},
        {"name":"decoder_exponent","value":0.2},
        {"name":"irreducible_loss","value":1.2}]}
        """

    /// A plan's example with an option to a line, since long lines are broken anywhere.
    package static func example(of about: PlanDescription) -> String {
        let parts = about.example.split(separator: " --")
        return parts.dropFirst().reduce(parts.first.map(String.init) ?? "") { text, part in
            let line = text.split(separator: "\n").last ?? ""
            // The first line begins with the program's name.
            let room = width - 16 - (text.contains("\n") ? 0 : 14)
            return text
                + (line.count + part.count > room ? " \\\n      --\(part)" : " --\(part)")
        }
    }

    private static func selector(_ about: PlanDescription) -> String {
        switch about.selector {
        case .flag: return "--\(about.id)"
        case .runFiles: return "--\(about.id) \(about.needsRun ? "<path>" : "[<path>]")"
        case .option(let name):
            let option = about.options.first { $0.name == name }
            let value = "<\(option?.usage ?? "value")>"
            return "--\(about.id) \(option?.isRequired == true ? value : "[\(value)]")"
        }
    }
}
