import API
import ArgumentParser
import Laws

/// `isoloss laws`: what can be fitted, and what a run must carry for it.
struct LawsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "laws",
        abstract: "List the laws, or show all there is to know about one.",
        discussion: """
            What is there, and what one law needs:

              isoloss laws
              isoloss laws lr-annealing
            """)

    @Argument(help: "The law to show.")
    var name: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let catalog = LawCatalog.standard
        guard let name else {
            return try output.print(LawListAnswer(payload: LawListPayload(catalog)))
        }
        guard let law = catalog.laws.first(where: { $0.about.id == name }) else {
            throw LawError.unknownLaw(name, known: catalog.laws.map { $0.about.id })
        }
        try output.print(LawAnswer(law: LawPayload(law)))
    }
}
