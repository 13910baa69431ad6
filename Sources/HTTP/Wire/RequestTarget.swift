/// The target of a request: the path's components and the query, percent-decoded.
///
/// Origin form (`/v1/runs?limit=3`), absolute form (`http://host/v1/runs`, whose authority is
/// dropped) and the asterisk form of OPTIONS; RFC 9112, section 3.2.
package struct RequestTarget: Sendable, Equatable {
    /// Decoded components: `/` has none, `/a/` has `a` and an empty one; `%2F` is no separator.
    package let components: [String]
    package let query: Query
    /// True when the target is `*`: the server as a whole, not a resource.
    package let isAsterisk: Bool

    /// The decoded path, for people and logs; match on `components`, where `%2F` is unambiguous.
    package var path: String {
        isAsterisk ? "*" : "/" + components.joined(separator: "/")
    }

    /// A target from its text on the request line.
    package init(_ text: String) throws(ParsingError) {
        try self.init(bytes: Array(text.utf8)[...])
    }

    init(bytes: ArraySlice<UInt8>) throws(ParsingError) {
        let allowed = bytes.allSatisfy { $0 > ASCII.space && $0 < 0x7F && $0 != ASCII.hash }
        guard allowed else { throw .malformedTarget(.character) }
        if bytes.elementsEqual(CollectionOfOne(UInt8(ascii: "*"))) {
            self.init(components: [], query: Query(), isAsterisk: true)
            return
        }
        let local = try Self.withoutAuthority(bytes)
        let mark = local.firstIndex(of: ASCII.question) ?? local.endIndex
        var components: [String] = []
        for part in local[..<mark].dropFirst().split(
            separator: ASCII.slash, omittingEmptySubsequences: false)
        {
            components.append(try PercentEncoding.decode(part))
        }
        // The root: what follows its slash is nothing, not an empty component.
        if components == [""] { components = [] }
        self.init(
            components: components, query: try Query(bytes: local[mark...].dropFirst()),
            isAsterisk: false)
    }

    private init(components: [String], query: Query, isAsterisk: Bool) {
        self.components = components
        self.query = query
        self.isAsterisk = isAsterisk
    }

    /// The target from its path on; an absolute form without a path means `/`.
    private static func withoutAuthority(
        _ bytes: ArraySlice<UInt8>
    ) throws(ParsingError) -> ArraySlice<UInt8> {
        if bytes.first == ASCII.slash { return bytes }
        for scheme in ["http://", "https://"] {
            guard bytes.count > scheme.utf8.count,
                ASCII.equalIgnoringCase(
                    String(decoding: bytes.prefix(scheme.utf8.count), as: UTF8.self), scheme)
            else { continue }
            let rest = bytes.dropFirst(scheme.utf8.count)
            let isEnd: (UInt8) -> Bool = { $0 == ASCII.slash || $0 == ASCII.question }
            let end = rest.firstIndex(where: isEnd) ?? rest.endIndex
            guard end > rest.startIndex else { throw .malformedTarget(.form) }
            let local = rest[end...]
            return local.first == ASCII.slash ? local : ([ASCII.slash] + local)[...]
        }
        throw .malformedTarget(.form)
    }
}

/// A query's name and value pairs, decoded, in the order given; names may repeat.
///
/// Pairs are separated by `&`, a name without `=` has the value "", and `+` is a blank, as HTML
/// forms write it (https://url.spec.whatwg.org/#application/x-www-form-urlencoded).
package struct Query: Sendable, Equatable {
    /// One pair, decoded.
    package struct Item: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package let items: [Item]

    package init(_ items: [Item] = []) {
        self.items = items
    }

    /// The first value of `name`, or nil where the query does not have it.
    package subscript(name: String) -> String? {
        items.first { $0.name == name }?.value
    }

    init(bytes: ArraySlice<UInt8>) throws(ParsingError) {
        var items: [Item] = []
        for pair in bytes.split(separator: ASCII.ampersand) {
            let end = pair.firstIndex(of: ASCII.equals) ?? pair.endIndex
            let name = try PercentEncoding.decode(pair[..<end], plusIsSpace: true)
            let value = try PercentEncoding.decode(pair[end...].dropFirst(), plusIsSpace: true)
            items.append(Item(name: name, value: value))
        }
        self.items = items
    }
}

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
