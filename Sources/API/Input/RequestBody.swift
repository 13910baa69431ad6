import HTTP
import Imports
import JSONText

/// A request's body: what it is written in, and its bytes free of compression.
struct RequestBody {
    /// What bodies are written in.
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
    /// Most bytes that the body may amount to, for readers that unpack what is packed twice or
    /// without saying so.
    let limit: Int

    /// Takes the body out of a request.
    ///
    /// - Parameters:
    ///   - request: The request; a body needs a Content-Type, because a web page can send one
    ///     without to any server that its reader can reach.
    ///   - formats: What the endpoint takes.
    ///   - limit: Most bytes after decompression.
    /// - Throws: `HTTPError` 415 for an unknown type or coding, 413 for too much, 400 for bytes
    ///   that are not compressed as they say.
    init(
        _ request: Request, formats: [Format] = [.json], limit: Int
    ) throws(HTTPError) {
        format = try Self.format(of: request, formats: formats)
        bytes = try Self.decoded(request, limit: limit)
        self.limit = limit
    }

    /// The body as one JSON value.
    func json() throws(JSONSyntaxError) -> JSONValue {
        try JSONParser.parse(bytes)
    }

    /// The values of an NDJSON body, each with its line's number from 1.
    func jsonLines() throws(JSONSyntaxError) -> [(line: Int, value: JSONValue)] {
        try JSONLines.parse(bytes)
    }

    private static func format(
        of request: Request, formats: [Format]
    ) throws(HTTPError) -> Format {
        let names = formats.map(\.rawValue).joined(separator: ", ")
        guard let field = request.headers["Content-Type"] else {
            guard !request.body.isEmpty else { return .json }
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
        _ request: Request, limit: Int
    ) throws(HTTPError) -> [UInt8] {
        let coding = request.headers["Content-Encoding"]?.lowercased() ?? "identity"
        switch coding {
        case "identity", "": return request.body
        case "gzip", "x-gzip": break
        default:
            throw HTTPError(
                .unsupportedMediaType,
                detail: "Content-Encoding is \(coding), which is not supported; send gzip or none.",
                headers: ["Accept-Encoding": "gzip"])
        }
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
}
