import HTTP

/// The bearer token that guards everything but liveness (RFC 6750).
struct Authorization: Sendable {
    private let token: [UInt8]?

    /// A guard.
    ///
    /// - Parameter token: What clients must send; nil lets everybody in.
    init(token: String?) {
        self.token = token.map { Array($0.utf8) }
    }

    /// The refusal of a request, nil if it may pass.
    func refusal(of request: Request) -> HTTPFault? {
        guard let token, request.path != HealthEndpoints.livenessPath else { return nil }
        guard let field = request.headers["Authorization"] else {
            return Self.fault("The token is missing; send Authorization: Bearer TOKEN.", "Bearer")
        }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer",
            Self.areEqual(Array(parts[1].utf8), token)
        else {
            return Self.fault(
                "The token is not the one that the server was started with.",
                #"Bearer error="invalid_token""#)
        }
        return nil
    }

    /// Compares every byte, whatever the first ones are: the time taken tells nothing of the token
    /// but its length.
    private static func areEqual(_ given: [UInt8], _ token: [UInt8]) -> Bool {
        guard given.count == token.count else { return false }
        return zip(given, token).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func fault(_ detail: String, _ challenge: String) -> HTTPFault {
        HTTPFault(.unauthorized, detail: detail, headers: ["WWW-Authenticate": challenge])
    }
}
