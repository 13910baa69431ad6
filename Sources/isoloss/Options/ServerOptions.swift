import ArgumentParser

/// The server to ask in place of files.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Ask this isoloss server; the token is taken from ISOLOSS_TOKEN.", valueName: "url"))
    var server: String?

    /// The client for the server, or nil when none was named.
    ///
    /// - Returns: The client.
    /// - Throws: `UsageError.badServerURL`.
    func client() throws(UsageError) -> ServerClient? {
        guard let server else { return nil }
        return try ServerClient(server)
    }
}
