import Testing

@testable import HTTP

/// Header fields: order, case and lists.
struct HeadersTests {
    @Test func `finds a field whatever its case`() {
        let headers: Headers = ["Content-Type": "a", "content-type": "b", "X": "c"]
        #expect(headers["CONTENT-TYPE"] == "a")
        #expect(headers.values(for: "Content-type") == ["a", "b"])
        #expect(headers["Content_Type"] == nil)
        // Letters differ in one bit from their other case; so do marks, which have none.
        #expect((["A@": "1"] as Headers)["a`"] == nil)
    }

    @Test func `sets and removes every value`() {
        var headers: Headers = ["a": "1", "b": "2", "A": "3"]
        headers["a"] = "4"
        #expect(headers.fields.map(\.name) == ["b", "a"])
        headers["B"] = nil
        #expect(headers.fields.map(\.value) == ["4"])
        headers.add("a", "5")
        #expect(headers.values(for: "A") == ["4", "5"])
    }

    @Test func `splits lists of tokens over all lines`() {
        let headers: Headers = ["Connection": " Close ,, upgrade", "connection": "X"]
        #expect(headers.tokens(for: "Connection") == ["close", "upgrade", "x"])
    }
}
