import HTTP
import JSONText
import Plots

extension Response {
    /// An answer as JSON, checked before it is written.
    ///
    /// A number that is not finite stands as null, and a warning says so where the answer has
    /// warnings. Places that the answer knows of itself need none.
    ///
    /// - Parameters:
    ///   - value: The answer.
    ///   - status: The status.
    ///   - known: Members whose own warnings tell what is null.
    /// - Returns: The response.
    /// - Throws: What the value's encoding throws.
    static func answer(
        _ value: some Encodable, status: Status = .ok, known: Set<String> = []
    ) throws -> Response {
        .json(try JSONAnswer.bytes(of: value, known: known), status: status)
    }

    /// A chart as a picture.
    static func picture(of chart: LineChart) -> Response {
        .content(Array(chart.svg().utf8), type: "image/svg+xml")
    }
}

/// Answers as JSON text.
enum JSONAnswer {
    /// The text of an answer, with a warning about what could not be written.
    static func bytes(of value: some Encodable, known: Set<String> = []) throws -> [UInt8] {
        let encoding = try JSONEncoding(value)
        let places = encoding.notFinite.filter { place in
            !known.contains(String(place.split(separator: "/").first ?? ""))
        }
        guard let first = places.first, case .object(var members) = encoding.value else {
            return JSONWriter.bytes(of: encoding.value)
        }
        let warning = JSONValue.string(
            places.count == 1
                ? "the number at \(first) is beyond those that can be written, and null"
                : "\(places.count) numbers are beyond those that can be written, and null; the "
                    + "first is \(first)")
        if let index = members.firstIndex(where: { $0.name == "warnings" }) {
            guard case .array(let warnings) = members[index].value else {
                return JSONWriter.bytes(of: encoding.value)
            }
            members[index].value = .array(warnings + [warning])
        }
        return JSONWriter.bytes(of: .object(members))
    }
}
