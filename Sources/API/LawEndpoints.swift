import Contract
import HTTP
import Laws

/// `/v1/laws`: the catalogue.
struct LawEndpoints: Sendable {
    let catalog: LawCatalog

    func register(in routes: inout Routes) {
        routes.on(.get, "/v1/laws", "Lists the laws.") { _, _ in
            try .answer(LawListResponse(catalog))
        }
        routes.on(.get, "/v1/laws/{id}", "Shows a law.") { _, place in
            let id = place["id"]
            guard let law = catalog.laws.first(where: { $0.about.id == id }) else {
                let known = catalog.laws.map { $0.about.id }
                throw HTTPError(
                    .notFound, detail: LawError.unknownLaw(id, known: known).message)
            }
            return try .answer(LawResponse(law))
        }
    }
}
