import Contract
import HTTP
import Plots

/// The format of an answer with rows, chosen by Accept (RFC 9110, section 12.5.1).
enum ResponseFormat: String, CaseIterable {
    case json = "application/json"
    case ndjson = "application/x-ndjson"
    case csv = "text/csv"

    /// The format that a request prefers.
    ///
    /// - Parameter request: The request; without Accept it takes JSON.
    /// - Throws: `HTTPError` 406 when it takes none of them.
    init(acceptedBy request: Request) throws(HTTPError) {
        let ranges = request.headers.tokens(for: "Accept").map(MediaRange.init)
        guard !ranges.isEmpty else {
            self = .json
            return
        }
        // Of equal weights the earlier format here wins, which makes JSON the answer to */*.
        var best: (format: ResponseFormat, weight: Double)?
        for format in Self.allCases {
            let weight = ranges.weight(of: format.rawValue)
            if weight > best?.weight ?? 0 { best = (format, weight) }
        }
        guard let best else {
            let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPError(
                .notAcceptable, detail: "Accept allows none of the formats there are: \(names).")
        }
        self = best.format
    }

    /// A response with rows.
    ///
    /// - Parameters:
    ///   - table: The rows, for CSV and NDJSON.
    ///   - isRows: True for the rows as JSON, whatever the format.
    ///   - json: The whole answer, for JSON.
    /// - Returns: The response.
    /// - Throws: What `json` throws.
    func response(
        table: @autoclosure () -> Table, isRows: Bool = false, json: () throws -> [UInt8]
    ) rethrows -> Response {
        guard !isRows else { return .json(table().json) }
        return switch self {
        case .json: .json(try json())
        case .ndjson: .content(table().ndjson, type: rawValue)
        case .csv: .content(table().csv, type: "text/csv; charset=utf-8")
        }
    }
}

/// A request whose answer may be a root-level array of flat objects, as dashboards read it:
/// `?format=rows`.
struct RowsRequest<Request: RequestFields>: RequestFields {
    var request: Request
    var isRows = false

    init(_ request: Request) {
        self.request = request
    }

    mutating func visit(_ fields: inout some FieldVisitor) {
        request.visit(&fields)
        fields.field(
            "format", &isRows, .only("rows"), standard: false,
            "rows answers an array of flat objects.")
    }
}

/// One member of Accept: a media type or a pattern, and its weight.
private struct MediaRange {
    let name: Substring
    let weight: Double

    init(_ text: String) {
        let parts = text.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
        name = parts.first.map { $0[...] } ?? ""
        let weights = parts.dropFirst().filter { $0.hasPrefix("q=") }
        weight = weights.first.flatMap { Double($0.dropFirst(2)) } ?? 1
    }

    /// The closeness with which it names a type: 2 as such, 1 as `text/*`, 0 as `*/*`, nil not at all.
    func closeness(to type: String) -> Int? {
        if name == type { return 2 }
        if name == "*/*" { return 0 }
        return name.hasSuffix("/*") && type.hasPrefix(name.dropLast()) ? 1 : nil
    }
}

extension [MediaRange] {
    /// The weight of the range that names a type most closely; 0 when none does.
    fileprivate func weight(of type: String) -> Double {
        let matches = compactMap { range in range.closeness(to: type).map { ($0, range.weight) } }
        return matches.max { $0.0 < $1.0 }?.1 ?? 0
    }
}
