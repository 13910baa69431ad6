import Contract
import HTTP
import Laws

/// `/v1/laws`: the catalogue.
struct LawEndpoints: Sendable {
    let catalog: LawCatalog

    func register(in router: inout Router) {
        router.on(.get, "/v1/laws") { request, _ in
            try request.query.refuseAll()
            return try .answer(LawListResponse(catalog))
        }
        router.on(.get, "/v1/laws/{id}") { request, place in
            try request.query.refuseAll()
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
