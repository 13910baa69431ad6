import HTTP

/// The guard at the door.
///
/// With a token it lets in whoever sends it (RFC 6750), without one whoever asks this machine by its
/// own name. Liveness and the page's own files, which hold no data, are open to all.
///
/// Only this machine can reach a server without a token, but so can every web page that is open on
/// it. A page's script may read answers of its own origin, and a name of its author's choice can be
/// made to mean 127.0.0.1: hence the look at Host. Writing from another origin needs a content type
/// that browsers ask leave for, see `RequestBody`.
struct Authorization: Sendable {
    private let token: [UInt8]?

    /// A guard.
    ///
    /// - Parameter token: What clients must send; nil lets in who asks a loopback host.
    init(token: String?) {
        self.token = token.map { Array($0.utf8) }
    }

    /// The judgement on a request.
    enum Judgement {
        case allowed
        case refused(HTTPError)
        /// Refused, and to be logged: somebody may be guessing.
        case wrongToken(HTTPError)
    }

    /// Judges a request by its head.
    func judge(_ request: Request) -> Judgement {
        guard let token else {
            return Self.hostRefusal(of: request).map(Judgement.refused) ?? .allowed
        }
        guard request.path != HealthEndpoints.livenessPath, !PageEndpoints.isOpen(request.path)
        else { return .allowed }
        // trackio's clients have a field of their own for it, which no page of another origin may
        // send without asking either.
        if let given = request.headers["X-Trackio-Write-Token"],
            Self.areEqual(Array(given.utf8), token)
        {
            return .allowed
        }
        guard let field = request.headers["Authorization"] else {
            return .refused(
                Self.error("The token is missing; send Authorization: Bearer TOKEN.", "Bearer"))
        }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer",
            Self.areEqual(Array(parts[1].utf8), token)
        else {
            return .wrongToken(
                Self.error(
                    "The token is not the one that the server was started with.",
                    #"Bearer error="invalid_token""#))
        }
        return .allowed
    }

    /// HTTP/1.0 may leave Host out; no browser does.
    private static func hostRefusal(of request: Request) -> HTTPError? {
        guard let field = request.headers["Host"], !isLoopback(field) else { return nil }
        return HTTPError(
            .misdirectedRequest,
            detail: "Host is \(field), which is not this machine's own name; without a token ask "
                + "by localhost, 127.0.0.1 or [::1], or start the server with ISOLOSS_TOKEN.")
    }

    private static func isLoopback(_ field: String) -> Bool {
        let end = field.hasPrefix("[") ? field.firstIndex(of: "]").map(field.index(after:)) : nil
        let host = field[..<(end ?? field.firstIndex(of: ":") ?? field.endIndex)]
        return (try? SocketAddress(host: host.lowercased(), port: 0))?.isLoopback == true
    }

    /// Compares every byte, whatever the first ones are: the time taken tells nothing of the token
    /// but its length.
    private static func areEqual(_ given: [UInt8], _ token: [UInt8]) -> Bool {
        guard given.count == token.count else { return false }
        return zip(given, token).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func error(_ detail: String, _ challenge: String) -> HTTPError {
        HTTPError(.unauthorized, detail: detail, headers: ["WWW-Authenticate": challenge])
    }
}
