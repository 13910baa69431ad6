import Logging
import Testing

@testable import HTTP

/// Patterns, methods and errors.
struct RouterTests {
    private struct Broken: Error {}
    private struct Unknown: Error {}

    private var router: Router {
        var router = Router(logger: .silent) { error in
            error is Unknown ? HTTPError(.conflict, detail: "mapped") : nil
        }
        router.on(.get, "/") { _, _ in .text("root") }
        router.on(.get, "/v1/runs/{id}") { _, parameters in .text("run " + parameters["id"]) }
        router.on(.delete, "/v1/runs/{id}") { _, _ in .noContent }
        router.on(.get, "/v1/runs/latest") { _, _ in .text("latest") }
        router.on(.post, "/v1/runs/{id}/points") { _, parameters in .text(parameters["id"]) }
        router.on(.get, "/v1/{kind}/{id}/points") { _, parameters in
            .text(parameters["kind"] + ":" + parameters["id"])
        }
        router.on(.get, "/broken") { _, _ in throw Broken() }
        router.on(.get, "/mapped") { _, _ in throw Unknown() }
        router.on(.get, "/fault") { _, _ in
            throw HTTPError(.serviceUnavailable, detail: "slow", headers: ["Retry-After": "9"])
        }
        return router
    }

    private func ask(_ method: Method, _ target: String) throws -> Response {
        router.respond(to: Request(method: method, target: try RequestTarget(target)))
    }

    private func text(_ response: Response) -> String {
        String(decoding: response.body, as: UTF8.self)
    }

    @Test(arguments: [
        ("/", "root"), ("/v1/runs/a", "run a"), ("/v1/runs/a%2Fb", "run a/b"),
        ("/v1/runs/latest", "latest"), ("/v1/fits/3/points", "fits:3"),
        ("/v1/runs/3/points", "runs:3"),
    ]) func `finds the handler`(target: String, answer: String) throws {
        let response = try ask(.get, target)
        #expect(response.status == .ok)
        #expect(text(response) == answer)
    }

    @Test(arguments: ["/v1", "/v1/runs/", "/v1/runs//points", "/v1/runs/a/", "//", "/V1/runs/a"])
    func `answers 404 where no pattern matches`(target: String) throws {
        let response = try ask(.get, target)
        #expect(response.status == .notFound)
        #expect(response.headers["Content-Type"] == "application/problem+json")
        #expect(text(response).contains("There is nothing at \(target)."))
    }

    @Test func `answers 405 with the methods there are`() throws {
        let response = try ask(.put, "/v1/runs/a")
        #expect(response.status == .methodNotAllowed)
        #expect(response.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS")
        #expect(
            text(response).contains(
                "PUT is not allowed on /v1/runs/a; use one of DELETE, GET, HEAD, OPTIONS."))
        // Two patterns match the path; both their methods count.
        #expect(
            try ask(.put, "/v1/runs/a/points").headers["Allow"] == "GET, HEAD, OPTIONS, POST")
        #expect(try ask(Method(rawValue: "BREW"), "/").status == .methodNotAllowed)
    }

    @Test func `answers OPTIONS for a path and for the server`() throws {
        let response = try ask(.options, "/v1/runs/a/points")
        #expect(response.status == .noContent)
        #expect(response.headers["Allow"] == "GET, HEAD, OPTIONS, POST")
        #expect(
            try ask(.options, "*").headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, POST")
        #expect(try ask(.options, "/nowhere").status == .notFound)
    }

    @Test func `answers HEAD by the handler of GET`() throws {
        #expect(try text(ask(.head, "/v1/runs/a")) == "run a")
    }

    @Test func `answers a thrown fault as it says`() throws {
        let response = try ask(.get, "/fault")
        #expect(response.status == .serviceUnavailable)
        #expect(response.headers["Retry-After"] == "9")
    }

    @Test func `asks for the fault of another error`() throws {
        let response = try ask(.get, "/mapped")
        #expect(response.status == .conflict)
        #expect(text(response).contains("mapped"))
    }

    @Test func `tells nothing of an unknown error`() throws {
        let response = try ask(.get, "/broken")
        #expect(response.status == .internalServerError)
        #expect(
            text(response).contains("The server failed on this request; its log has the reason."))
        #expect(!text(response).contains("Broken"))
    }
}
