import HTTP
import TestSupport
import Testing

@testable import API

/// The page's files, as a browser asks for them.
@Suite struct PageTests {
    @Test(arguments: Transport.allCases)
    func `the page needs no token, and lets nothing else in`(_ transport: Transport) throws {
        let service = try TestService(transport, token: "s3cret-token")
        let page = try service.send("GET", "/")
        #expect(page.status == 200)
        #expect(page["Content-Type"] == "text/html; charset=utf-8")
        #expect(page.text.contains("/page/app.js"))
        let policy = try #require(page["Content-Security-Policy"])
        #expect(policy.contains("default-src 'none'"))
        #expect(policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(try service.send("GET", "/v1/runs").status == 401)
    }

    @Test func `every file that the page names is there, and no inline script`() throws {
        let service = try TestService(.inProcess)
        let page = try service.send("GET", "/").text
        let names = page.matches(of: /(?:href|src)="(\/page\/[^"]*)"/).map { String($0.1) }
        #expect(names.count >= 4)
        for name in names { #expect(try service.send("GET", name).status == 200, "\(name)") }
        #expect(page.matches(of: /<script(?![^>]* src=)/).isEmpty)
        #expect(page.matches(of: /\son[a-z]+=/).isEmpty)
        #expect(try service.send("GET", "/page/nothing.js").status == 404)
    }

    @Test(arguments: ["runs", "curves", "whatif", "fits", "plans", "logs"])
    func `the page of a view names all modules that it needs, and no others`(
        _ view: String
    ) throws {
        let service = try TestService(.inProcess)
        let page = try service.send("GET", "/?view=\(view)").text
        let named = page.matches(of: /modulepreload" href="\/page\/([^"]*)"/).map { String($0.1) }
        var pending = ["app.js", "\(view).js"]
        var seen: Set<String> = []
        while let name = pending.popLast() {
            guard seen.insert(name).inserted else { continue }
            let module = try service.send("GET", "/page/\(name)")
            #expect(module.status == 200, "\(name)")
            pending += module.text.matches(of: /from "\.\/([^"]*)"/).map { String($0.1) }
        }
        #expect(Set(named) == seen && named.count == seen.count)
        #expect(try service.send("GET", "/page/app.js").text.contains("\(view): {title"))
        // Any other address shows the list of runs.
        #expect(try service.send("GET", "/?view=none").status == 200)
    }

    @Test func `a file is sent compressed, and once`() throws {
        let service = try TestService(.inProcess)
        let plain = try service.send("GET", "/page/style.css")
        let packed = try service.send(
            "GET", "/page/style.css", headers: ["Accept-Encoding": "br, gzip"])
        #expect(packed["Content-Encoding"] == "gzip")
        #expect(packed.body.count < plain.body.count / 2)
        let tag = try #require(plain["ETag"])
        let again = try service.send("GET", "/page/style.css", headers: ["If-None-Match": tag])
        #expect(again.status == 304 && again.body.isEmpty)
    }

    @Test(arguments: Transport.allCases)
    func `who polls and has the answer already gets none`(_ transport: Transport) throws {
        let service = try TestService(transport)
        let first = try service.send("GET", "/v1/runs")
        let tag = try #require(first["ETag"])
        let second = try service.send("GET", "/v1/runs", headers: ["If-None-Match": tag])
        #expect(second.status == 304 && second.body.isEmpty)
        _ = try service.send(
            "PUT", "/v1/runs/a", Array("{}".utf8), headers: ["Content-Type": "application/json"])
        let third = try service.send("GET", "/v1/runs", headers: ["If-None-Match": tag])
        #expect(third.status == 200 && third["ETag"] != tag)
    }

    @Test func `the Python client is served`() throws {
        let client = try TestService(.inProcess).send("GET", "/isoloss.py")
        #expect(client["Content-Type"] == "text/x-python; charset=utf-8")
        #expect(client.text.contains("def init("))
    }
}
