import Foundation

/// What a server answered.
struct Reply: Sendable {
    var status: Int
    var body: [UInt8]
    var location: String?

    var isSuccess: Bool { (200..<300).contains(status) }
}

/// The body of an error (RFC 9457).
struct Problem: Decodable, Equatable, Sendable {
    /// One field that was refused.
    struct Field: Decodable, Equatable, Sendable {
        var pointer: String
        var detail: String
    }

    var title: String?
    var detail: String?
    var errors: [Field]?
}

/// Why a server did not answer, or what it refused.
enum ClientError: Error, Equatable {
    case unreachable(url: String, reason: String)
    case refused(url: String, status: Int, Problem)
    case unauthorized(url: String, hasToken: Bool)
    case notIsoloss(url: String)
    case fitFailed(id: String, reason: String)

    /// Whether the request can never succeed as it is.
    var isBadInput: Bool {
        switch self {
        case .refused(_, let status, _): (400..<500).contains(status) && status != 429
        case .unauthorized: true
        case .unreachable, .notIsoloss, .fitFailed: false
        }
    }

    /// What is wrong and what to do, in a sentence.
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

    private static func sentence(url: String, status: Int, _ problem: Problem) -> String {
        let fields = (problem.errors ?? []).map { "\($0.pointer): \($0.detail)" }
        if fields.isEmpty {
            return "\(url) answered \(status): \(problem.detail ?? problem.title ?? "no reason")"
        }
        return "\(url) answered \(status): \(fields.joined(separator: "\n  "))"
    }
}
