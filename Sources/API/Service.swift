import Fitting
package import HTTP
package import Laws
package import Logging
import Store
import Synchronization

/// The whole service: store, fitter, endpoints and server, put together.
package final class Service: Sendable {
    private let handler: RequestHandler
    private let server: HTTPServer
    private let queue: FitQueue
    private let store: RunStore

    /// A service that does not listen yet.
    ///
    /// - Parameters:
    ///   - configuration: Where data are kept, where to listen, whom to let in.
    ///   - logger: Told of starts, stops and failures.
    ///   - catalog: The laws that can be fitted.
    /// - Throws: `ServiceError`, `AddressError`, and `StoreError` for a database that cannot be
    ///   used.
    package init(
        configuration: ServiceConfiguration, logger: Logger, catalog: LawCatalog = .standard
    ) throws {
        try configuration.validate()
        let store =
            try configuration.databasePath.map { path in try RunStore(path: path) }
            ?? RunStore.inMemory()
        let queue = FitQueue(threads: configuration.fitThreads)
        let router = Self.router(configuration, logger, catalog, store, queue)
        let handler = RequestHandler(
            router: router, authorization: Authorization(token: configuration.token))
        self.store = store
        self.queue = queue
        self.handler = handler
        var limits = ParserLimits()
        limits.bodyBytes = configuration.bodyLimit
        server = HTTPServer(
            configuration: ServerConfiguration(
                host: configuration.host, port: configuration.port, limits: limits),
            logger: logger
        ) { request in
            handler.respond(to: request)
        }
    }

    /// Starts to serve.
    ///
    /// - Returns: The address bound to, with the port that was chosen where 0 was asked for.
    /// - Throws: `AddressError`, `SystemError` or `ServerError`.
    package func start() throws -> SocketAddress {
        try server.start()
    }

    /// Answers what is in flight, cancels the fits in the background, closes the database.
    @discardableResult
    package func stop() -> ShutdownOutcome {
        let outcome = server.stop()
        handler.end()
        queue.stop()
        // A handler that was cut off may still use the database, which SQLite does not survive;
        // what is stored is safe without closing.
        if outcome == .drained { try? store.close() }
        return outcome
    }

    /// Returns once the server has stopped; at once if it does not run.
    package func waitUntilStopped() {
        server.waitUntilStopped()
    }

    /// Answers a request in this process, as the server would.
    package func respond(to request: Request) -> Response {
        handler.respond(to: request)
    }

    private static func router(
        _ configuration: ServiceConfiguration, _ logger: Logger, _ catalog: LawCatalog,
        _ store: RunStore, _ queue: FitQueue
    ) -> Router {
        var router = Router(logger: logger, mapError: FaultMapping.fault)
        let limit = configuration.bodyLimit
        let cache = PredictorCache()
        HealthEndpoints(store: store, version: configuration.version).register(in: &router)
        PageEndpoints().register(in: &router)
        LawEndpoints(catalog: catalog).register(in: &router)
        RunEndpoints(store: store, bodyLimit: limit).register(in: &router)
        PointEndpoints(store: store, bodyLimit: limit).register(in: &router)
        FitEndpoints(
            store: store, fitter: Fitter(catalog: catalog), queue: queue, cache: cache,
            patience: configuration.fitPatience, bodyLimit: limit, logger: logger
        ).register(in: &router)
        let fits = DoneFits(store: store, catalog: catalog, cache: cache)
        ForecastEndpoints(store: store, fits: fits, bodyLimit: limit).register(in: &router)
        PlanEndpoints(store: store, fits: fits, bodyLimit: limit).register(in: &router)
        return router
    }
}

/// The steps from a request to its response: is the service running, is the client authorised,
/// which route answers.
private final class RequestHandler: Sendable {
    private let router: Router
    private let authorization: Authorization
    private let isEnded = Atomic(false)

    init(router: Router, authorization: Authorization) {
        self.router = router
        self.authorization = authorization
    }

    /// Lets no request through from here on.
    func end() {
        isEnded.store(true, ordering: .releasing)
    }

    func respond(to request: Request) -> Response {
        guard !isEnded.load(ordering: .acquiring) else {
            return HTTPError(.serviceUnavailable, detail: "The server has stopped.").response
        }
        if let refusal = authorization.refusal(of: request) { return refusal.response }
        return ConditionalAnswer.answer(router.respond(to: request), to: request)
    }
}
