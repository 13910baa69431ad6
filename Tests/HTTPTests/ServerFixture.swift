import Logging
import TestSupport

@testable import HTTP

/// A server on a free port, stopped when the test is done with it.
func withServer(
    _ adjust: (inout ServerConfiguration) -> Void = { _ in },
    respond: @escaping @Sendable (Request) -> Response = echo,
    _ body: (_ port: Int, _ server: HTTPServer) throws -> Void
) throws {
    var configuration = ServerConfiguration(port: 0, workers: 4)
    configuration.shutdownGrace = .seconds(5)
    // Clients of a test often outlive the server, which would wait for them to close.
    configuration.timeouts.linger = .milliseconds(500)
    adjust(&configuration)
    let server = HTTPServer(
        configuration: configuration, logger: .silent, respond: respond)
    let address = try server.start()
    defer { server.stop() }
    try body(address.port, server)
}

/// Answers with what was asked, so that a test sees what the server understood.
@Sendable func echo(_ request: Request) -> Response {
    .text("\(request.method) \(request.path) \(String(decoding: request.body, as: UTF8.self))")
}

extension Logger {
    /// For servers whose log nobody reads.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
