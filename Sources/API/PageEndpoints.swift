import CAssets
import CZlib
import HTTP

/// The page at `/`, its files under `/page/`, and the Python client at `/isoloss.py`.
///
/// They hold no data, so they need no token: the page asks its reader for one. Every file is small,
/// compressed once, and revalidated by its ETag (`ConditionalAnswer`), so that a new server never
/// shows an old page. The page names all modules that its view imports, so that a browser asks for
/// them at once and not level by level.
struct PageEndpoints: Sendable {
    /// Scripts, styles and requests of this server only, no markup of others around it.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    /// The files by their names, compressed once in a process.
    private static let assets: [String: Asset] = {
        let list = (0..<asset_count).map { Asset(embedded_asset($0).pointee) }
        return Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
    }()
    /// The page by its view: a module that has a `show`, and is called as the view.
    private static let pages: [String: Asset] = {
        guard let page = assets["index.html"] else { return [:] }
        let views = assets.keys.filter { text(of: $0).contains("export async function show(") }
        return Dictionary(
            uniqueKeysWithValues: views.map { view in
                let links = modules(from: ["app.js", view]).map {
                    #"<link rel="modulepreload" href="/page/\#($0)">"#
                }
                let whole = text(of: page.name)
                    .replacing("<!-- modules -->", with: links.joined(separator: "\n"))
                return (view, Asset(page.name, Array(whole.utf8)))
            })
    }()

    private static func text(of name: String) -> String {
        String(decoding: assets[name]?.bytes ?? [], as: UTF8.self)
    }

    /// Modules with all that they import by a line such as `import {make} from "./dom.js";`.
    private static func modules(from names: [String]) -> [String] {
        var found = names
        var next = 0
        while next < found.count {
            let lines = text(of: found[next]).split(separator: "\n")
            for line in lines where line.hasPrefix("import ") {
                guard let path = line.split(separator: "\"").dropFirst().first else { continue }
                let name = String(path.dropFirst("./".count))
                if !found.contains(name) { found.append(name) }
            }
            next += 1
        }
        return found
    }

    /// True when a path is answered without a token.
    static func isOpen(_ path: String) -> Bool {
        path == "/" || path.hasPrefix("/page/") || path == "/\(PythonClient.name)"
    }

    func register(in router: inout Router) {
        // Made now: the event loop, which answers, must not wait.
        _ = Self.pages
        router.on(.get, "/", .loop) { request, _ in
            let view = request.query["view"] ?? ""
            return try answer(Self.pages["\(view).js"] ?? Self.pages["runs.js"], to: request)
        }
        router.on(.get, "/\(PythonClient.name)", .loop) { request, _ in
            try answer(Self.assets[PythonClient.name], to: request)
        }
        router.on(.get, "/page/{name}", .loop) { request, place in
            try answer(Self.assets[place["name"]], to: request)
        }
    }

    private func answer(_ asset: Asset?, to request: Request) throws -> Response {
        guard let asset else {
            throw HTTPError(
                .notFound, detail: "The page has no file \"\(request.path.dropFirst(6))\".")
        }
        var response = Response.content(asset.bytes, type: asset.type)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Content-Security-Policy"] = Self.policy
        if request.headers.tokens(for: "Accept-Encoding").contains(where: {
            $0 == "gzip" || $0.hasPrefix("gzip;")
        }) {
            response.headers["Content-Encoding"] = "gzip"
            response.body = asset.compressed
        }
        return response
    }
}

/// The Python client, one file without dependencies.
package enum PythonClient {
    package static let name = "isoloss.py"

    /// Its text in UTF-8.
    package static var source: [UInt8] {
        let file = (0..<asset_count).lazy.map { embedded_asset($0).pointee }
            .first { String(cString: $0.name) == name }
        return file.map { Array(UnsafeBufferPointer(start: $0.bytes, count: $0.size)) } ?? []
    }
}

/// A file of the binary as it is sent.
private struct Asset: Sendable {
    let name: String
    let type: String
    let bytes: [UInt8]
    let compressed: [UInt8]

    init(_ embedded: embedded_file) {
        self.init(
            String(cString: embedded.name),
            Array(UnsafeBufferPointer(start: embedded.bytes, count: embedded.size)))
    }

    init(_ name: String, _ content: [UInt8]) {
        self.name = name
        bytes = content
        type = Self.type(ofEnding: name.split(separator: ".").last.map(String.init) ?? "")
        compressed = Self.gzip(content)
    }

    private static func type(ofEnding ending: String) -> String {
        switch ending {
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "py": "text/x-python; charset=utf-8"
        default: "application/octet-stream"
        }
    }

    /// The gzip format of bytes, at zlib's best.
    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        // 15 bits of window, and 16 for a gzip header in place of zlib's own.
        let code = deflateInit2_(
            &stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib could not start: \(code)")
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(bytes.count))))
        let written = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = uInt(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(output.count)
                // The bound makes one call enough.
                deflate(&stream, Z_FINISH)
                return output.count - Int(stream.avail_out)
            }
        }
        return Array(output.prefix(written))
    }
}
