import Logging
import TestSupport

@testable import HTTP

/// A server on a free port, stopped when the test is done with it.
func withServer(
    _ adjust: (inout ServerConfiguration) -> Void = { _ in },
    admit: @escaping @Sendable (Request) -> Admission = { _ in .accept(.generous) },
    respond: @escaping @Sendable (Request) -> Response = echo,
    _ body: (_ port: Int, _ server: HTTPServer) throws -> Void
) throws {
    var configuration = ServerConfiguration(port: 0, workers: 4)
    configuration.shutdownGrace = .seconds(5)
    // Clients of a test often outlive the server, which would wait for them to close.
    configuration.timeouts.linger = .milliseconds(500)
    adjust(&configuration)
    let server = HTTPServer(
        configuration: configuration, logger: .silent,
        handler: ClosureHandler(judge: admit, answer: respond))
    let address = try server.start()
    defer { server.stop() }
    try body(address.port, server)
}

/// A handler made of two closures.
struct ClosureHandler: RequestHandler {
    var judge: @Sendable (Request) -> Admission = { _ in .accept(.generous) }
    var answer: @Sendable (Request) -> Response = echo

    func admit(_ head: Request) -> Admission { judge(head) }
    func respond(to request: Request) -> Response { answer(request) }
}

extension RouteTerms {
    /// Takes bodies as large as the server allows.
    static let generous = RouteTerms(bodyLimit: .max)
}

/// Answers with what was asked, so that a test sees what the server understood.
@Sendable func echo(_ request: Request) -> Response {
    .text("\(request.method) \(request.path) \(String(decoding: request.body, as: UTF8.self))")
}

extension Logger {
    /// For servers whose log nobody reads.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
