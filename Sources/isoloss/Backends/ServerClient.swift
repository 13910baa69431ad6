import Contract
import Dispatch
import Foundation
import FoundationNetworking
import JSONText
import Synchronization

/// Asks an isoloss server, one request at a time.
struct ServerClient: Sendable {
    /// The environment variable that holds the bearer token.
    static let tokenVariable = "ISOLOSS_TOKEN"
    /// Without an answer for this long, a server counts as gone.
    private static let timeoutSeconds: TimeInterval = 60

    private let base: String
    private let token: String?
    private let session: URLSession

    /// A client for a server.
    ///
    /// - Parameters:
    ///   - text: The server's URL, as in `http://127.0.0.1:8080`.
    ///   - environment: Where the token is looked up.
    /// - Throws: `UsageError.badServerURL`.
    init(
        _ text: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(UsageError) {
        guard let url = URL(string: text), let scheme = url.scheme, let host = url.host,
            ["http", "https"].contains(scheme), !host.isEmpty
        else { throw .badServerURL(text) }
        base = text.hasSuffix("/") ? String(text.dropLast()) : text
        token = environment[Self.tokenVariable].flatMap { $0.isEmpty ? nil : $0 }
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = Self.timeoutSeconds
        // A server on this machine must not be sought through a proxy.
        configuration.connectionProxyDictionary = [:]
        session = URLSession(configuration: configuration)
    }

    // MARK: Calls

    /// Reads a resource.
    ///
    /// - Parameters:
    ///   - path: Segments below the server's URL, as in `["v1", "fits", id]`.
    ///   - query: Parameters in order; those without a value are left out.
    /// - Returns: The body of a successful answer.
    /// - Throws: `ClientError`.
    func get(_ path: [String], query: [QueryFields.Item] = []) throws(ClientError) -> [UInt8] {
        try call("GET", path, query: query).body
    }

    /// Sends a JSON body.
    ///
    /// - Parameters:
    ///   - method: `POST` or `PUT`.
    ///   - path: Segments below the server's URL.
    ///   - body: JSON text.
    /// - Returns: A successful answer.
    /// - Throws: `ClientError`.
    func send(_ method: String, _ path: [String], body: [UInt8]) throws(ClientError) -> Reply {
        try call(method, path, query: [], body: body)
    }

    /// Reads a resource and decodes it.
    ///
    /// - Parameters:
    ///   - type: What to read.
    ///   - path: Segments below the server's URL.
    ///   - query: Parameters in order; those without a value are left out.
    /// - Returns: The value and the body it was read from.
    /// - Throws: `ClientError`, also when the answer is not of that type.
    func get<Value: Decodable>(
        _ type: Value.Type, _ path: [String], query: [QueryFields.Item] = []
    ) throws(ClientError) -> Value {
        try decode(type, from: get(path, query: query), at: path)
    }

    /// Decodes an answer.
    ///
    /// - Parameters:
    ///   - type: What to read.
    ///   - body: JSON text.
    ///   - path: Where it came from, for the error.
    /// - Returns: The value.
    /// - Throws: `ClientError.notIsoloss` when the answer is not of that type.
    func decode<Value: Decodable>(
        _ type: Value.Type, from body: [UInt8], at path: [String]
    ) throws(ClientError) -> Value {
        do {
            return try JSONDecoding.value(type, from: body, readsNullAsNaN: true)
        } catch {
            throw .notIsoloss(url: address(of: path))
        }
    }

    // MARK: The wire

    func address(of path: [String]) -> String {
        ([base] + path.map(Self.escaped)).joined(separator: "/")
    }

    private func call(
        _ method: String, _ path: [String], query: [QueryFields.Item], body: [UInt8]? = nil
    ) throws(ClientError) -> Reply {
        let address = address(of: path)
        let pairs = query.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }
        let text = pairs.isEmpty ? address : address + "?" + pairs.joined(separator: "&")
        guard let url = URL(string: text) else {
            throw .unreachable(url: address, reason: "not a URL")
        }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        if let body {
            request.httpBody = Data(body)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let reply = try exchange(request, address: address)
        guard !reply.isSuccess else { return reply }
        guard reply.status != 401 else {
            throw .unauthorized(url: base, hasToken: token != nil)
        }
        guard let problem = try? JSONDecoding.value(ProblemDetails.self, from: reply.body) else {
            throw .notIsoloss(url: address)
        }
        throw .refused(url: address, status: reply.status, problem)
    }

    private func exchange(_ request: URLRequest, address: String) throws(ClientError) -> Reply {
        let outcome = Mutex<Result<Reply, ClientError>?>(nil)
        let done = DispatchSemaphore(value: 0)
        let task = session.dataTask(with: request) { data, response, error in
            let result: Result<Reply, ClientError> =
                if let response = response as? HTTPURLResponse {
                    .success(
                        Reply(
                            status: response.statusCode, body: Array(data ?? Data()),
                            location: response.value(forHTTPHeaderField: "Location")))
                } else {
                    .failure(.unreachable(url: address, reason: Self.reason(of: error)))
                }
            outcome.withLock { $0 = result }
            done.signal()
        }
        task.resume()
        done.wait()
        let result = outcome.withLock { $0 }
        return try (result ?? .failure(.unreachable(url: address, reason: "no answer"))).get()
    }

    private static func reason(of error: (any Error)?) -> String {
        switch (error as? URLError)?.code {
        case .cannotConnectToHost: "nothing listens there"
        case .cannotFindHost: "there is no such host"
        case .timedOut: "it took too long"
        default: error?.localizedDescription ?? "the connection was lost"
        }
    }

    /// Escapes everything but RFC 3986's unreserved characters, so that ids and schedules arrive
    /// as they were typed.
    private static func escaped(_ text: String) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? text
    }
}

/// The body of an error (RFC 9457), as a client reads it.
struct ProblemDetails: Codable, Equatable, Sendable {
    /// A stable word such as `over-budget`, where there is one.
    var type: String?
    var title: String?
    var status: Int?
    var detail: String?
    /// Bad values, each with its place.
    var errors: [ValidationError]?
}

/// A server's answer.
struct Reply: Sendable {
    var status: Int
    var body: [UInt8]
    var location: String?

    var isSuccess: Bool { (200..<300).contains(status) }
}

/// A server that does not answer, or that refuses.
enum ClientError: Error, Equatable {
    case unreachable(url: String, reason: String)
    case refused(url: String, status: Int, ProblemDetails)
    case unauthorized(url: String, hasToken: Bool)
    case notIsoloss(url: String)
    case fitFailed(id: String, reason: String)

    /// True where the request can never succeed as it is.
    var isBadInput: Bool {
        switch self {
        case .refused(_, let status, _): (400..<500).contains(status) && status != 429
        case .unauthorized: true
        case .unreachable, .notIsoloss, .fitFailed: false
        }
    }

    /// The fault and its remedy in a sentence.
    var message: String {
        switch self {
        case .unreachable(let url, let reason):
            "no answer from \(url): \(reason); is `isoloss serve` running there?"
        case .refused(let url, let status, let problem):
            Self.sentence(url: url, status: status, problem)
        case .unauthorized(let url, let hasToken):
            hasToken
                ? "\(url) refused the token in ISOLOSS_TOKEN; set the one that the server was "
                    + "started with."
                : "\(url) wants a token; set ISOLOSS_TOKEN to the one that the server was started "
                    + "with."
        case .notIsoloss(let url):
            "\(url) did not answer as an isoloss server does; check --server."
        case .fitFailed(let id, let reason):
            "fit \(id) failed on the server: \(reason)"
        }
    }

    private static func sentence(url: String, status: Int, _ problem: ProblemDetails) -> String {
        let fields = (problem.errors ?? []).map { "\($0.pointer): \($0.detail)" }
        if fields.isEmpty {
            return "\(url) answered \(status): \(problem.detail ?? problem.title ?? "no reason")"
        }
        return "\(url) answered \(status): \(fields.joined(separator: "\n  "))"
    }
}
