/// What a request is aimed at: the path's components and the query, percent-decoded.
///
/// Origin form (`/v1/runs?limit=3`), absolute form (`http://host/v1/runs`, whose authority is
/// dropped) and the asterisk form of OPTIONS; RFC 9112, section 3.2.
package struct RequestTarget: Sendable, Equatable {
    /// Decoded components: `/` has none, `/a/` has `a` and an empty one; `%2F` is no separator.
    package let components: [String]
    package let query: Query
    /// Whether the target is `*`: the server as a whole, not a resource.
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
