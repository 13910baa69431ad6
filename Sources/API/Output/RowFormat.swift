import HTTP
import JSONText
import Plots

/// `?format=rows`: an answer as a root-level array of flat objects, as dashboards read it.
enum RowFormat {
    /// The parameter's name.
    static let name = "format"

    /// True where the query asks for rows.
    ///
    /// - Parameter query: The query.
    /// - Returns: Whether it does.
    /// - Throws: `HTTPError` 400 for any other format.
    static func isAsked(in query: Query) throws(HTTPError) -> Bool {
        guard let format = query[name] else { return false }
        guard format == "rows" else {
            throw QueryReader.fault(name, "format = \(format) must be rows.")
        }
        return true
    }

    /// The rows as JSON.
    static func bytes(of table: Table) -> [UInt8] {
        JSONWriter.bytes(of: table.json)
    }
}
