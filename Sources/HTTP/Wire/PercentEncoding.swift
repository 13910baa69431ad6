/// Percent-decoding of path components and query parts (RFC 3986, section 2.1).
enum PercentEncoding {
    /// The text that `bytes` encode.
    ///
    /// - Parameters:
    ///   - bytes: A component, already cut at its separators.
    ///   - plusIsSpace: Whether `+` stands for a blank, as HTML forms write queries.
    /// - Returns: The decoded text.
    /// - Throws: `malformedTarget` when a `%` is not followed by two hexadecimal digits, or when
    ///   the decoded octets are not UTF-8.
    static func decode(
        _ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = false
    ) throws(ParsingError) -> String {
        // Most components have nothing to decode, and the target is known to be ASCII.
        guard bytes.contains(where: { $0 == ASCII.percent || plusIsSpace && $0 == ASCII.plus })
        else { return String(decoding: bytes, as: UTF8.self) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            guard byte == ASCII.percent else {
                decoded.append(plusIsSpace && byte == ASCII.plus ? ASCII.space : byte)
                continue
            }
            guard index + 2 <= bytes.endIndex, let high = ASCII.hexValue(bytes[index]),
                let low = ASCII.hexValue(bytes[index + 1])
            else { throw .malformedTarget(.percentEncoding) }
            decoded.append(high << 4 | low)
            index += 2
        }
        guard let text = String(validating: decoded, as: UTF8.self) else {
            throw .malformedTarget(.encoding)
        }
        return text
    }
}
