package import JSONText

/// The body of an error (RFC 9457), as a client reads it.
package struct ProblemDetails: Codable, Equatable, Sendable {
    /// A stable word such as `over-budget`, where there is one.
    package var type: String?
    package var title: String?
    package var status: Int?
    package var detail: String?
    /// Bad values, each with its place.
    package var errors: [ValidationError]?

    package init(
        type: String? = nil, title: String? = nil, status: Int? = nil, detail: String? = nil,
        errors: [ValidationError]? = nil
    ) {
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.errors = errors
    }
}
