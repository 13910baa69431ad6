import ArgumentParser
import Contract
import JSONText
import Laws
import Plots
import Records

/// `isoloss laws`: what can be fitted, and what a run must carry for it.
struct LawsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "laws",
        abstract: "List the laws, or show all there is to know about one.",
        discussion: """
            What is there, what one law needs, and where a published fit or optimum is
            from:

              isoloss laws
              isoloss laws lr-annealing
              isoloss laws hoffmann-2022
              isoloss laws llama-3-2024
            """)

    @Argument(help: "The law, or the published fit or optimum, to show.")
    var name: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let catalog = LawCatalog.standard
        let list = try LawListResponse(catalog)
        guard let name else { return try output.print(LawListOutput(payload: list)) }
        if let optimum = list.optima.first(where: { $0.name == name }) {
            return try output.print(PublishedOutput(optimum))
        }
        for law in list.laws {
            guard let fit = law.published.first(where: { $0.name == name }) else { continue }
            return try output.print(PublishedOutput(fit, of: law))
        }
        guard let law = catalog.laws.first(where: { $0.about.id == name }) else {
            throw LawError.unknownLaw(name, known: catalog.laws.map { $0.about.id })
        }
        try output.print(LawOutput(law: LawResponse(law)))
    }
}

/// The laws there are: one line each.
struct LawListOutput: CommandOutput {
    let payload: LawListResponse

    func json() throws -> JSONValue { try JSONEncoding(payload).value }

    var table: Table {
        Table(
            header: ["id", "title", "kind", "formula", "requires", "parameters", "reference"],
            rows: payload.laws.map { law in
                [
                    .text(law.id), .text(law.title), .text(law.kind), .text(law.formula),
                    .text(law.requires.joined(separator: " ")),
                    .text(law.parameters.map(\.name).joined(separator: " ")),
                    .text(law.reference),
                ]
            })
    }

    func text(style: TerminalStyle) -> [String] {
        let table = Table(
            [.init("law", .left), .init("formula", .left), .init("a run must carry", .left)],
            texts: payload.laws.map { [$0.id, $0.formula, $0.requires.joined(separator: ", ")] })
        let optima = Table(
            [.init("published optimum", .left), .init("formula, C in FLOP", .left)],
            texts: payload.optima.map { [$0.name, $0.formula] })
        return table.lines + ["", "`isoloss laws NAME` shows parameters, options and limits.", ""]
            + optima.lines + [
                "",
                "`isoloss plan --published NAME --compute-optimal C` answers by one, without data;",
                "of an exponent alone from --reference-flops and --reference-parameter-count.",
                "`isoloss laws NAME` shows its source, what its N counts and its traps.",
            ]
    }
}

/// All there is to know about one published fit or optimum.
struct PublishedOutput: CommandOutput {
    private let title: String
    private let formula: String
    private let facts: [[String]]
    private let command: String
    private let value: JSONValue

    init(_ optimum: LawListResponse.Optimum) throws {
        title = "\(optimum.name): a published optimum"
        formula = optimum.formula + ", C in FLOP"
        let budgets = optimum.budgets.map { [["budgets", Self.text(of: $0) + " FLOP"]] } ?? []
        facts =
            Self.facts(
                kind: optimum.parameterCountKind, lossUnit: optimum.lossUnit,
                fittedOn: optimum.fittedOn, budgets, source: optimum.source, optimum.warnings)
        command =
            "plan --published \(optimum.name) --compute-optimal C"
            + (optimum.needsReference
                ? " --reference-flops C --reference-parameter-count N" : "")
        value = try JSONEncoding(optimum).value
    }

    init(_ fit: LawResponse.Published, of law: LawResponse) throws {
        title = "\(fit.name): a published fit of \(law.id)"
        formula = law.formula
        let type = try LawCatalog.standard.law(law.id, options: fit.options)
        let values = zip(type.parameters, fit.values).map { spec, value in
            [spec.name, "\(spec.symbol) = \(NumberFormat.significant(value, digits: 6))"]
        }
        let options = fit.options.sorted { $0.key < $1.key }.map { ["option", "\($0)=\($1)"] }
        let ranges = fit.ranges.sorted { $0.key < $1.key }.map { [$0, Self.text(of: $1)] }
        facts =
            values + options
            + Self.facts(
                kind: fit.parameterCountKind, lossUnit: fit.lossUnit, fittedOn: fit.fittedOn,
                ranges, source: fit.source, fit.warnings)
        command = "predict --published \(fit.name)"
        value = try JSONEncoding(fit).value
    }

    private static func text(of range: [Double]) -> String {
        range.map { NumberFormat.significant($0) }.joined(separator: " to ")
    }

    private static func facts(
        kind: String, lossUnit: String, fittedOn: String, _ ranges: [[String]], source: String,
        _ warnings: [String]
    ) -> [[String]] {
        [["N counts", kind], ["losses in", lossUnit]].filter { !$0[1].isEmpty }
            + [["fitted on", fittedOn]] + ranges + [["source", source]]
            + warnings.map { ["mind", $0] }
    }

    func json() throws -> JSONValue { value }

    var table: Table {
        Table(header: ["name", "value"], rows: facts.map { $0.map { .text($0) } })
    }

    func text(style: TerminalStyle) -> [String] {
        [title, "", "  \(formula)", ""] + Table(pairs: facts).lines(width: style.width)
            + ["", "`isoloss \(command)`"]
    }
}

/// All there is to know about one law.
struct LawOutput: CommandOutput {
    let law: LawResponse

    func json() throws -> JSONValue { try JSONEncoding(law).value }

    var table: Table {
        Table(
            header: ["name", "symbol", "lower_bound", "upper_bound", "meaning"],
            rows: law.parameters.map { parameter in
                [
                    .text(parameter.name), .text(parameter.symbol),
                    .number(parameter.bounds[0]), .number(parameter.bounds[1]),
                    .text(parameter.meaning),
                ]
            })
    }

    func text(style: TerminalStyle) -> [String] {
        var lines = ["\(law.id): \(law.title)", "", "  \(law.formula)", ""]
        lines += parameterTable.lines(width: style.width)
        if !law.options.isEmpty { lines += [""] + optionTable.lines(width: style.width) }
        var facts = [["a run must carry", law.requires.joined(separator: ", ")]]
        if !law.optional.isEmpty {
            facts.append(["and may carry", law.optional.joined(separator: ", ")])
        }
        facts += [["limits", law.limits], ["source", law.reference]]
        lines += [""] + Table(pairs: facts).lines(width: style.width)
        guard let first = law.published.first else { return lines }
        lines += [""] + publishedTable.lines(width: style.width)
        return lines + [
            "", "`isoloss laws \(first.name)` shows one with its traps, and",
            "`--law \(law.id) --published \(first.name)` stands wherever --fit does.",
        ]
    }

    private var publishedTable: Table {
        Table(
            [
                .init("published fit", .left), .init("values", .left), .init("N counts", .left),
                .init("traps"), .init("source", .left),
            ],
            texts: law.published.map { fit in
                [
                    fit.name,
                    fit.values.map { NumberFormat.significant($0) }.joined(separator: " "),
                    fit.parameterCountKind, "\(fit.warnings.count)",
                    "\(fit.source); on \(fit.fittedOn), \(fit.lossUnit)",
                ]
            })
    }

    private var parameterTable: Table {
        Table(
            [
                .init("parameter", .left), .init("symbol", .left), .init("bounds", .left),
                .init("meaning", .left),
            ],
            texts: law.parameters.map { parameter in
                let ends = parameter.bounds.map { NumberFormat.significant($0) }
                return [
                    parameter.name, parameter.symbol, ends.joined(separator: " to "),
                    parameter.meaning,
                ]
            })
    }

    private var optionTable: Table {
        Table(
            [
                .init("--option", .left), .init("values, the default first", .left),
                .init("meaning", .left),
            ],
            texts: law.options.map { option in
                [option.name, option.values.joined(separator: ", "), option.meaning]
            })
    }
}
