import API
import HTTP
import JSONText
import Laws
import Logging
import TestSupport

/// How a test reaches the service: the same tests run both ways.
enum Transport: CaseIterable, Sendable {
    case inProcess
    case loopback
}

/// An answer, whichever way it came.
struct Answer {
    let status: Int
    let body: [UInt8]
    private let header: (String) -> String?

    init(_ response: Response) {
        status = response.status.code
        body = response.body
        header = { response.headers[$0] }
    }

    init(_ reply: LoopbackClient.Reply) {
        status = reply.status
        body = reply.body
        header = { reply[$0] }
    }

    subscript(name: String) -> String? { header(name) }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON, null when it is none.
    var json: JSONValue { (try? JSONParser.parse(body)) ?? .null }

    /// The pointers of a problem's errors.
    var pointers: [String] { json["errors"]?.elements.compactMap { $0["pointer"]?.string } ?? [] }

    /// The sentences of a problem's errors, or of the problem where it has none.
    var details: [String] {
        let details = json["errors"]?.elements.compactMap { $0["detail"]?.string } ?? []
        return details.isEmpty ? [json["detail"]?.string ?? text] : details
    }
}

extension JSONValue {
    var elements: [JSONValue] {
        guard case .array(let values) = self else { return [] }
        return values
    }

    /// A list of numbers, NaN for null.
    var numbers: [Double] { elements.map { $0.double ?? .nan } }
}

/// A whole service in memory with a client to it; it stops when the test lets go of it.
final class TestService {
    let service: Service
    private let client: LoopbackClient?
    private let token: String?

    init(
        _ transport: Transport, catalog: LawCatalog = .standard, token: String? = nil,
        patience: Duration = .seconds(60), threads: Int = 2, budget: WorkBudget = WorkBudget(),
        bodyLimit: Int = 1 << 20,
        databasePath: String? = nil
    ) throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var budget = budget
        budget[.bodyBytes] = bodyLimit
        service = try Service(
            configuration: ServiceConfiguration(
                databasePath: databasePath, port: 0, token: token, version: "test",
                budget: budget, fitThreads: threads, fitPatience: patience),
            logger: logger, catalog: catalog)
        self.token = token
        switch transport {
        case .inProcess: client = nil
        case .loopback: client = try LoopbackClient(port: try service.start().port, patience: 60)
        }
    }

    deinit {
        client?.finishSending()
        service.stop()
    }

    func send(
        _ method: String, _ target: String, _ body: [UInt8] = [], headers: [String: String] = [:]
    ) throws -> Answer {
        if let client {
            return Answer(
                try client.request(method, target, headers: headers, body: body))
        }
        let fields = headers.map { Headers.Field(name: $0.key, value: $0.value) }
        let request = Request(
            method: Method(rawValue: method), target: try RequestTarget(target),
            headers: Headers(fields), body: body)
        return Answer(service.respond(to: request))
    }

    func get(_ target: String, accept: String? = nil) throws -> Answer {
        try send("GET", target, headers: accept.map { ["Accept": $0] } ?? [:])
    }

    func put(_ target: String, _ json: String) throws -> Answer {
        try send("PUT", target, Array(json.utf8), headers: ["Content-Type": "application/json"])
    }

    func post(
        _ target: String, _ text: String, type: String = "application/json"
    ) throws -> Answer {
        try send("POST", target, Array(text.utf8), headers: ["Content-Type": type])
    }

    func delete(_ target: String) throws -> Answer {
        try send("DELETE", target)
    }
}
