/// An error that a client is told: a status, a sentence, and where in its input the error stands.
///
/// The response has the media type `application/problem+json` (RFC 9457):
///
///     throw HTTPError(.notFound, detail: "There is no run \"a\".")
///
package struct HTTPError: Error, Sendable, Equatable {
    package var status: Status
    /// A stable word for programs, such as `over-budget`; `about:blank` where the status says all.
    package var type: String
    /// A short sentence that is the same for every fault of this kind; the status's phrase
    /// unless given.
    package var title: String
    /// The finding about this request, and the remedy.
    package var detail: String
    package var errors: [FieldError]
    /// Fields that go with the status, such as Allow or Retry-After.
    package var headers: Headers

    package init(
        _ status: Status, type: String = "about:blank", title: String? = nil, detail: String,
        errors: [FieldError] = [], headers: Headers = Headers()
    ) {
        self.status = status
        self.type = type
        self.title = title ?? status.reason
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    /// An error at one member of a JSON body.
    package struct FieldError: Sendable, Equatable {
        /// The member's place as a JSON pointer (RFC 6901): `/points/3/loss`.
        package let pointer: String
        package let detail: String

        package init(pointer: String, detail: String) {
            self.pointer = pointer
            self.detail = detail
        }
    }

    package var response: Response {
        var headers = headers
        headers["Content-Type"] = "application/problem+json"
        return Response(status: status, headers: headers, body: ProblemDetails.encode(self))
    }
}

extension HTTPError {
    init(_ error: ParsingError) {
        self.init(error.status, detail: error.description)
    }

    static let requestTimeout = HTTPError(
        .requestTimeout, detail: "The request did not come whole in time; send it again.")

    /// 503: too much memory is in use for what this request needs.
    package static let noMemory = HTTPError(
        .serviceUnavailable,
        detail: "The server has no memory to spare for this request now; try again in a few "
            + "seconds, or start it with a larger --memory.", headers: ["Retry-After": "3"])

    static let tooManyConnections = HTTPError(
        .serviceUnavailable,
        detail: "Too many connections are open; close some, and try again in a few seconds.",
        headers: ["Retry-After": "5"])

    package static let overload = HTTPError(
        .serviceUnavailable, detail: "Too many requests are waiting; try again in a second.",
        headers: ["Retry-After": "1"])

    static let unexpected = HTTPError(
        .internalServerError,
        detail: "The server failed on this request; its log has the reason.")
}

/// The JSON text of an error, its members in RFC 9457's order.
enum ProblemDetails {
    static func encode(_ error: HTTPError) -> [UInt8] {
        var text = #"{"type":"#
        text += quoted(error.type)
        text += #","title":"# + quoted(error.title)
        text += #","status":"# + "\(error.status.code)"
        text += #","detail":"# + quoted(error.detail)
        if !error.errors.isEmpty {
            let members = error.errors.map { member in
                #"{"pointer":"# + quoted(member.pointer) + #","detail":"# + quoted(member.detail)
                    + "}"
            }
            text += #","errors":["# + members.joined(separator: ",") + "]"
        }
        return Array((text + "}").utf8)
    }

    /// A JSON string (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
