import HTTP
import Imports
import JSONText

/// A request's body: its format, and its bytes free of compression.
struct RequestBody {
    /// The formats of bodies.
    enum Format: String, CaseIterable {
        case json = "application/json"
        case ndjson = "application/x-ndjson"
        case csv = "text/csv"
        case tsv = "text/tab-separated-values"

        /// The format of a media type, its parameters and other names for it included.
        init?(mediaType: String) {
            switch mediaType {
            case "application/x-ndjson", "application/ndjson", "application/jsonl",
                "application/x-jsonlines", "application/jsonlines":
                self = .ndjson
            default:
                guard let format = Format(rawValue: mediaType) else { return nil }
                self = format
            }
        }
    }

    let format: Format
    let bytes: [UInt8]
    let budget: WorkBudget
    private let context: RequestContext

    /// The most bytes that the body may amount to, for readers that unpack what is packed twice or
    /// without saying so.
    var limit: Int { budget[.bodyBytes] }

    /// Takes the body out of a request.
    ///
    /// - Parameters:
    ///   - request: The request; a body needs a Content-Type, because a web page can send one
    ///     without to any server that its reader can reach.
    ///   - formats: What the endpoint takes.
    ///   - budget: The most bytes after decompression, and the most values.
    /// - Throws: `HTTPError` 415 for an unknown type or coding, 413 for too much, 400 for bytes
    ///   that are not compressed as they say.
    init(
        _ request: Request, formats: [Format] = [.json], budget: WorkBudget
    ) throws(HTTPError) {
        format = try Self.format(of: request, formats: formats)
        bytes = try Self.decoded(request, budget: budget)
        self.budget = budget
        context = request.context
    }

    /// The body as one JSON value.
    func json() throws -> JSONValue {
        try reserveTree()
        return try countingValues { () throws(JSONSyntaxError) in
            try JSONParser.parse(bytes, maximumValues: budget[.jsonValues])
        }
    }

    /// The values of an NDJSON body, each with its line's number from 1.
    func jsonLines() throws -> [(line: Int, value: JSONValue)] {
        try reserveTree()
        return try countingValues { () throws(JSONSyntaxError) in
            try JSONLines.parse(bytes, maximumValues: budget[.jsonValues])
        }
    }

    /// Refuses a table of more columns than names are allowed, by its first line: each takes a look at
    /// what it may mean.
    func checkColumns() throws(HTTPError) {
        let separator = UInt8(ascii: format == .tsv ? "\t" : ",")
        let header = bytes.prefix { $0 != UInt8(ascii: "\n") }
        try budget.check(.names, of: header.count { $0 == separator } + 1)
    }

    /// Sets aside what the tree of the body and the records made of it can take.
    private func reserveTree() throws(HTTPError) {
        // No value is shorter than two bytes with what parts it from the next.
        try context.reserve(min(budget[.jsonValues], bytes.count / 2) * Self.bytesPerValue)
    }

    private func countingValues<Result>(
        _ parse: () throws(JSONSyntaxError) -> Result
    ) throws -> Result {
        do {
            return try parse()
        } catch let error {
            guard case .tooManyValues = error.kind else { throw error }
            throw budget.error(.jsonValues, of: nil)
        }
    }

    /// The memory of a value in a tree, and of its share in the record that is made of it.
    private static let bytesPerValue = 160

    /// The format of a request's body, judged by its head.
    ///
    /// - Parameters:
    ///   - request: The request, whole or its head.
    ///   - formats: The formats that the endpoint takes.
    /// - Returns: The format; JSON for no body at all.
    /// - Throws: `HTTPError` 415.
    static func format(of request: Request, formats: [Format]) throws(HTTPError) -> Format {
        let names = formats.map(\.rawValue).joined(separator: ", ")
        guard let field = request.headers["Content-Type"] else {
            guard request.hasBody else { return .json }
            throw HTTPError(
                .unsupportedMediaType, detail: "Content-Type is missing; send one of \(names).")
        }
        let mediaType = field.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        guard let format = Format(mediaType: mediaType), formats.contains(format) else {
            throw HTTPError(
                .unsupportedMediaType,
                detail: "Content-Type is \(field), which this call does not take; send one of "
                    + "\(names).")
        }
        return format
    }

    private static func decoded(
        _ request: Request, budget: WorkBudget
    ) throws(HTTPError) -> [UInt8] {
        guard try isGzip(request) else { return request.body }
        let limit = budget[.bodyBytes]
        // Deflate packs at most 1,032 bytes into one (zlib's technical notes).
        try request.context.reserve(min(limit, request.body.count * 1_032))
        do throws(GzipError) {
            return try Gzip.decompress(request.body, limit: limit)
        } catch .tooLarge {
            throw HTTPError(
                .contentTooLarge,
                detail: "The body is larger than \(limit) bytes once unpacked; send it in several "
                    + "requests.")
        } catch {
            throw HTTPError(
                .badRequest, detail: "The body is damaged or cut-off gzip; compress it again.")
        }
    }

    /// True where the body is to be unpacked.
    fileprivate static func isGzip(_ request: Request) throws(HTTPError) -> Bool {
        let coding = request.headers["Content-Encoding"]?.lowercased() ?? "identity"
        switch coding {
        case "identity", "": return false
        case "gzip", "x-gzip": return true
        default:
            throw HTTPError(
                .unsupportedMediaType,
                detail: "Content-Encoding is \(coding), which is not supported; send gzip or none.",
                headers: ["Accept-Encoding": "gzip"])
        }
    }
}

extension RouteTerms {
    /// The terms of a route that takes a body.
    ///
    /// - Parameters:
    ///   - formats: The formats that it takes.
    ///   - lane: The lane of short bodies; long ones go to the heavy lane.
    ///   - budget: The limit of the body.
    /// - Returns: Terms that refuse other formats by the head.
    static func body(
        _ formats: [RequestBody.Format] = [.json], lane: Lane = .quick, budget: WorkBudget
    ) -> RouteTerms {
        RouteTerms(lane: lane, bodyLimit: budget[.bodyBytes]) { head in
            guard head.hasBody else { return }
            _ = try RequestBody.format(of: head, formats: formats)
            _ = try RequestBody.isGzip(head)
        }
    }
}
