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
            What is there, what one law needs, and where a published optimum is from:

              isoloss laws
              isoloss laws lr-annealing
              isoloss laws llama-3-2024
            """)

    @Argument(help: "The law, or the published optimum, to show.")
    var name: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let catalog = LawCatalog.standard
        let list = try LawListResponse(catalog)
        guard let name else { return try output.print(LawListOutput(payload: list)) }
        if let optimum = list.optima.first(where: { $0.name == name }) {
            return try output.print(OptimumOutput(optimum: optimum))
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

/// All there is to know about one published optimum.
struct OptimumOutput: CommandOutput {
    let optimum: LawListResponse.Optimum

    func json() throws -> JSONValue { try JSONEncoding(optimum).value }

    private var facts: [[String]] {
        [
            ["N counts", optimum.parameterCountKind],
            ["fitted on", optimum.fittedOn],
            [
                "budgets",
                optimum.budgets.map { ends in
                    ends.map { NumberFormat.significant($0) }.joined(separator: " to ") + " FLOP"
                } ?? "not said",
            ],
            ["source", optimum.source],
        ] + optimum.warnings.map { ["mind", $0] }
    }

    var table: Table {
        Table(header: ["name", "value"], rows: facts.map { $0.map { .text($0) } })
    }

    func text(style: TerminalStyle) -> [String] {
        let reference =
            optimum.needsReference ? " --reference-flops C --reference-parameter-count N" : ""
        return ["\(optimum.name): a published optimum", "", "  \(optimum.formula), C in FLOP", ""]
            + Table(pairs: facts).lines(width: style.width) + [
                "", "`isoloss plan --published \(optimum.name) --compute-optimal C\(reference)`",
            ]
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
            "", "`--law \(law.id) --published \(first.name)` stands wherever --fit does.",
        ]
    }

    private var publishedTable: Table {
        Table(
            [.init("published fit", .left), .init("values", .left), .init("source", .left)],
            texts: law.published.map { fit in
                [
                    fit.name,
                    fit.values.map { NumberFormat.significant($0) }.joined(separator: " "),
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
