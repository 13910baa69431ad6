import Testing

@testable import HTTP

/// Paths and queries as they come out of a target.
struct RequestTargetTests {
    @Test(arguments: [
        ("/", []),
        ("/v1/runs", ["v1", "runs"]),
        ("/a/", ["a", ""]),
        ("//a", ["", "a"]),
        ("/a%2Fb/c", ["a/b", "c"]),
        ("/%C3%A9", ["\u{E9}"]),
        ("/a+b", ["a+b"]),
        ("/a?b/c", ["a"]),
        ("/../a", ["..", "a"]),
        ("http://host/a", ["a"]),
        ("HTTP://host", []),
        ("https://host:80?q", []),
    ]) func `decodes the path's components`(text: String, components: [String]) throws {
        #expect(try RequestTarget(text).components == components)
    }

    @Test func `joins the path for people`() throws {
        #expect(try RequestTarget("/a%20b/c?d").path == "/a b/c")
        #expect(try RequestTarget("/").path == "/")
        #expect(try RequestTarget("*").path == "*")
    }

    @Test func `decodes the query in order`() throws {
        let query = try RequestTarget("/?a=1&b&c=&a=2&&d=x%26y%3Dz&e=p+q&=v&f=g=h").query
        #expect(
            query.items.map { "\($0.name):\($0.value)" }
                == ["a:1", "b:", "c:", "a:2", "d:x&y=z", "e:p q", ":v", "f:g=h"])
        #expect(query["a"] == "1")
        #expect(query["b"]?.isEmpty == true)
        #expect(query["missing"] == nil)
    }

    @Test func `leaves a schedule in a query as it is written`() throws {
        let spec = "warmup:2160@3e-4,cosine:21840@3e-5,repeat:2(hold:10,step@1e-4)"
        #expect(try RequestTarget("/curve?schedule=\(spec)").query["schedule"] == spec)
    }

    @Test(arguments: [
        ("a", ParsingError.TargetProblem.form),
        ("", .form),
        ("ftp://host/", .form),
        ("http:///a", .form),
        ("/a b", .character),
        ("/a#b", .character),
        ("/\u{E9}", .character),
        ("/a\u{7F}", .character),
        ("/%", .percentEncoding),
        ("/%4", .percentEncoding),
        ("/%4g", .percentEncoding),
        ("/a?b=%zz", .percentEncoding),
        ("/%FF", .encoding),
        ("/?a=%C3%28", .encoding),
    ]) func `refuses a malformed target`(text: String, problem: ParsingError.TargetProblem) {
        #expect(throws: ParsingError.malformedTarget(problem)) { try RequestTarget(text) }
    }
}
