import CZlib
import HTTP
import Store
import Synchronization

/// The answers that pages and dashboards poll, made once for each state of the store.
///
/// Two hundred open pages ask for the same list every second and a half. Until something is stored,
/// each gets the answer that the first one had made; the store's revision tells, also of what other
/// processes store.
final class PolledAnswers: Sendable {
    /// Longer answers are not kept: with 64 of this size the cache holds 16 MiB.
    private static let longestBody = 256 << 10
    private static let mostKept = 64

    /// A question: all that an answer depends on beside the store.
    private struct Question: Hashable {
        let path: [String]
        let query: [String]
        let accept: String?
    }

    private struct Kept {
        var revision: Int?
        var answers: [Question: Response] = [:]
    }

    private let store: RunStore
    private let kept = Mutex(Kept())

    init(store: RunStore) {
        self.store = store
    }

    /// The answer to a GET that only reads the store.
    ///
    /// - Parameters:
    ///   - request: The question.
    ///   - make: Reads the store for it.
    /// - Returns: The answer kept for the store's present state, or a new one.
    /// - Throws: What `make` throws; that is not kept.
    func answer(_ request: Request, _ make: () throws -> Response) throws -> Response {
        // Read before the store is: what is made is at least as new as its revision says.
        guard let revision = store.revision else { return try make() }
        let question = Question(
            path: request.target.components,
            query: request.query.pairs.flatMap { [$0.name, $0.value] },
            accept: request.headers["Accept"])
        if let known = kept.withLock({ $0.revision == revision ? $0.answers[question] : nil }) {
            return known
        }
        let made = try make()
        guard made.stream == nil, made.deferral == nil, made.body.count <= Self.longestBody else {
            return made
        }
        kept.withLock { kept in
            if kept.revision != revision || kept.answers.count >= Self.mostKept {
                kept = Kept(revision: revision)
            }
            kept.answers[question] = made
        }
        return made
    }
}

/// ETags of answers (RFC 9110, section 13): who polls and already has the answer gets 304 and no body.
///
/// The tag is the body's CRC-32 and length: a collision would show a poller an old state until the
/// next change, and costs a fraction of what writing the body did.
enum ConditionalAnswer {
    /// Longer answers are not worth reading twice.
    private static let longestBody = 4 << 20

    /// An answer with its tag, or 304 to a request that names it.
    static func answer(_ response: Response, to request: Request) -> Response {
        guard request.method == .get, response.status == .ok, response.headers["ETag"] == nil,
            response.stream == nil, response.deferral == nil, response.body.count <= longestBody
        else { return response }
        let checksum = crc32(0, response.body, uInt(response.body.count))
        let tag = "\"\(String(checksum, radix: 16))-\(response.body.count)\""
        var tagged = response
        tagged.headers["ETag"] = tag
        guard request.headers["If-None-Match"] == tag else { return tagged }
        tagged.status = .notModified
        tagged.body = []
        return tagged
    }
}
