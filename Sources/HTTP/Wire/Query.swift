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
