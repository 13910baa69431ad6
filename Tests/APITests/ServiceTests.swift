import JSONText
import Logging
import Testing

@testable import API

@Suite struct ServiceTests {
    private static let token = "s3cret-token"

    @Test(arguments: Transport.allCases)
    func `a token guards everything but liveness`(_ transport: Transport) throws {
        let service = try TestService(transport, token: Self.token)
        func get(_ path: String, _ authorization: String?) throws -> Answer {
            let headers = authorization.map { ["Authorization": $0] } ?? [:]
            return try service.send("GET", path, headers: headers)
        }
        #expect(try get("/healthz", nil).status == 200)
        for path in ["/readyz", "/v1/runs", "/v1/laws", "/nowhere"] {
            let missing = try get(path, nil)
            #expect(missing.status == 401 && missing["WWW-Authenticate"] == "Bearer")
            #expect(
                missing.details == ["The token is missing; send Authorization: Bearer TOKEN."])
        }
        for wrong in ["Bearer s3cret-tokeN", "Bearer s3cret", "Basic s3cret-token", Self.token] {
            let refused = try get("/v1/runs", wrong)
            #expect(refused.status == 401, "\(wrong)")
            #expect(refused["WWW-Authenticate"] == #"Bearer error="invalid_token""#)
        }
        #expect(try get("/v1/runs", "Bearer \(Self.token)").status == 200)
        #expect(try get("/v1/runs", "bearer \(Self.token)").status == 200)
    }

    @Test(arguments: [
        "localhost", "LocalHost:8080", "127.0.0.1:80", "127.3.2.1", "[::1]", "[::1]:8080",
    ])
    func `without a token this machine's own names are answered`(_ host: String) throws {
        let service = try TestService(.inProcess)
        #expect(try service.send("GET", "/v1/runs", headers: ["Host": host]).status == 200)
    }

    @Test(arguments: [
        "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example",
        "192.0.2.1:8080", "[2001:db8::1]", "0.0.0.0:8080", "",
    ])
    func `without a token no other name is answered`(_ host: String) throws {
        let service = try TestService(.inProcess)
        let answer = try service.send("GET", "/v1/runs", headers: ["Host": host])
        #expect(answer.status == 421)
        #expect(
            answer.details == [
                "Host is \(host), which is not this machine's own name; without a token ask by "
                    + "localhost, 127.0.0.1 or [::1], or start the server with ISOLOSS_TOKEN."
            ])
        let guarded = try TestService(.inProcess, token: Self.token)
        let headers = ["Host": host, "Authorization": "Bearer \(Self.token)"]
        #expect(try guarded.send("GET", "/v1/runs", headers: headers).status == 200)
    }

    @Test(
        arguments: [
            (nil, "Content-Type is missing; send one of application/json."),
            (
                "application/x-www-form-urlencoded",
                "Content-Type is application/x-www-form-urlencoded, which this call does not take; "
                    + "send one of application/json."
            ),
            (
                "text/plain",
                "Content-Type is text/plain, which this call does not take; send one of "
                    + "application/json."
            ),
        ] as [(String?, String)])
    func `a body that any web page may send is refused`(_ type: String?, _ detail: String) throws {
        let service = try TestService(.loopback)
        let answer = try service.send(
            "PUT", "/v1/runs/a", Array("{}".utf8),
            headers: type.map { ["Content-Type": $0] } ?? [:])
        #expect(answer.status == 415)
        #expect(answer.details == [detail])
        #expect(try service.get("/v1/runs/a").status == 404)
    }

    @Test(arguments: ["0.0.0.0", "::", "192.0.2.1"])
    func `without a token only loopback is served`(_ host: String) throws {
        let configuration = ServiceConfiguration(host: host, port: 0, version: "test")
        let logger = Logger(label: "test")
        #expect(throws: ServiceError.tokenNeeded(host: host)) {
            try Service(configuration: configuration, logger: logger)
        }
        var guarded = configuration
        guarded.token = Self.token
        #expect(throws: Never.self) { try Service(configuration: guarded, logger: logger) }
        #expect(
            ServiceError.tokenNeeded(host: "::").description
                == "host = :: is reachable from other machines, which needs a token; set "
                + "ISOLOSS_TOKEN, or listen on 127.0.0.1.")
    }

    @Test(arguments: ["", "two words", "tab\t"])
    func `a token that no header can carry is refused`(_ token: String) {
        let configuration = ServiceConfiguration(port: 0, token: token, version: "test")
        #expect(throws: ServiceError.badToken) {
            try Service(configuration: configuration, logger: Logger(label: "test"))
        }
    }

    @Test(arguments: Transport.allCases)
    func `answers liveness, readiness and its version`(_ transport: Transport) throws {
        let service = try TestService(transport)
        #expect(try service.get("/healthz").text == #"{"status":"ok","version":"test"}"#)
        #expect(try service.get("/readyz").text == #"{"status":"ready","version":"test"}"#)
    }

    @Test func `answers nothing once it has stopped, and stops twice without harm`() throws {
        let service = try TestService(.inProcess)
        service.service.stop()
        service.service.stop()
        for path in ["/readyz", "/v1/runs", "/healthz"] {
            let answer = try service.get(path)
            #expect(answer.status == 503)
            #expect(answer.details == ["The server has stopped."])
        }
    }

    @Test(arguments: Transport.allCases)
    func `lists the laws of its catalogue`(_ transport: Transport) throws {
        let service = try TestService(transport)
        let laws = try #require(try service.get("/v1/laws").json["laws"]?.elements)
        let ids = laws.compactMap { $0["id"]?.string }
        #expect(ids.contains("chinchilla") && ids.contains("lr-annealing"))
        for law in laws {
            for name in ["title", "formula", "reference", "kind", "limits"] {
                #expect(law[name]?.string?.isEmpty == false)
            }
            let parameters = law["parameters"]?.elements ?? []
            #expect(parameters.count > 1)
            #expect(parameters.allSatisfy { $0["bounds"]?.numbers.count == 2 })
        }
        let law = try service.get("/v1/laws/chinchilla").json
        #expect(
            law["requires"]
                == .array([
                    .string("parameter_count"), .string("token_count"), .string("loss"),
                ]))
        let unknown = try service.get("/v1/laws/chinchila")
        #expect(unknown.status == 404)
        #expect(unknown.details.first?.contains("choose one of chinchilla") == true)
    }

    @Test(arguments: Transport.allCases)
    func `says what is where and what is allowed`(_ transport: Transport) throws {
        let service = try TestService(transport)
        #expect(try service.get("/v1/nothing").status == 404)
        let wrong = try service.send("PATCH", "/v1/runs/a")
        #expect(wrong.status == 405 && wrong["Allow"] == "DELETE, GET, HEAD, OPTIONS, PUT")
        #expect(try service.send("HEAD", "/v1/runs").status == 200)
    }
}
