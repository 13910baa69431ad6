import API
import JSONText

/// The laws there are: one line each.
struct LawListAnswer: Answer {
    let payload: LawListPayload

    func json() throws -> [UInt8] { try JSONCoding.encode(payload) }

    var warnings: [String] { [] }

    var table: TextTableRows {
        TextTableRows(
            header: ["id", "title", "kind", "formula", "requires", "parameters", "reference"],
            rows: payload.laws.map { law in
                [
                    .string(law.id), .string(law.title), .string(law.kind), .string(law.formula),
                    .string(law.requires.joined(separator: " ")),
                    .string(law.parameters.map(\.name).joined(separator: " ")),
                    .string(law.reference),
                ]
            })
    }

    func text(style: TerminalStyle) -> [String] {
        let table = TextTable(
            [.init("law", .left), .init("formula", .left), .init("a run must carry", .left)],
            rows: payload.laws.map { [$0.id, $0.formula, $0.requires.joined(separator: ", ")] })
        return table.lines + ["", "`isoloss laws NAME` shows parameters, options and limits."]
    }
}

/// All there is to know about one law.
struct LawAnswer: Answer {
    let law: LawPayload

    func json() throws -> [UInt8] { try JSONCoding.encode(law) }

    var warnings: [String] { [] }

    var table: TextTableRows {
        TextTableRows(
            header: ["name", "symbol", "lower_bound", "upper_bound", "meaning"],
            rows: law.parameters.map { parameter in
                [
                    .string(parameter.name), .string(parameter.symbol),
                    .number(parameter.bounds[0]), .number(parameter.bounds[1]),
                    .string(parameter.meaning),
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
        return lines + [""] + TextTable(pairs: facts).lines(width: style.width)
    }

    private var parameterTable: TextTable {
        TextTable(
            [
                .init("parameter", .left), .init("symbol", .left), .init("bounds", .left),
                .init("meaning", .left),
            ],
            rows: law.parameters.map { parameter in
                let ends = parameter.bounds.map { NumberText.significant($0) }
                return [
                    parameter.name, parameter.symbol, ends.joined(separator: " to "),
                    parameter.meaning,
                ]
            })
    }

    private var optionTable: TextTable {
        TextTable(
            [
                .init("--option", .left), .init("values, the default first", .left),
                .init("meaning", .left),
            ],
            rows: law.options.map { option in
                [option.name, option.values.joined(separator: ", "), option.meaning]
            })
    }
}
