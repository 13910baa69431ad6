/// Reads newline-delimited JSON: one value on every line that is not blank.
package enum JSONLines {
    /// Reads a whole text.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8, lines ending in LF or CR LF.
    ///   - maximumValues: The most values on all lines together.
    /// - Returns: The values, each with its line's number from 1.
    /// - Throws: `JSONSyntaxError` with the place in the whole text.
    package static func parse(
        _ bytes: [UInt8], maximumValues: Int = .max
    ) throws(JSONSyntaxError) -> [(line: Int, value: JSONValue)] {
        var values: [(line: Int, value: JSONValue)] = []
        var remaining = maximumValues
        var line = 0
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            line += 1
            defer { start = end + 1 }
            let text = bytes[start..<end]
            if text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            do {
                values.append(
                    (
                        line,
                        try JSONParser.parse(
                            text, maximumValues: maximumValues, remaining: &remaining)
                    ))
            } catch {
                var error = error
                error.line = line
                error.offset += start
                throw error
            }
        }
        return values
    }
}
