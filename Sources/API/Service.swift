package import HTTP
package import Laws
package import Logging
import Store
import Synchronization

/// The whole service: store, fitter, endpoints and server, put together.
package final class Service: Sendable {
    private let handler: ServiceHandler
    private let server: HTTPServer
    private let queue: FitQueue
    private let store: RunStore
    private let forecasts: RunForecasts

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
            try configuration.databasePath.map { path in
                try RunStore(path: path, durability: configuration.durability)
            }
            ?? RunStore.inMemory()
        for warning in store.warnings { logger.error("\(warning)") }
        let queue = FitQueue(threads: configuration.fitThreads)
        let ledger = MemoryLedger(limit: configuration.requestBytes)
        let counts = RequestCounts()
        let backend = StoreBackend(store: store, catalog: catalog, cache: PredictorCache())
        let forecasts = RunForecasts(backend: backend)
        var routes = Self.routes(configuration, logger, backend, queue, forecasts)
        MetricsEndpoints(
            store: store, forecasts: forecasts, counts: counts, ledger: ledger,
            version: configuration.version, runLimit: configuration.metricsRuns
        ).register(in: &routes)
        let handler = ServiceHandler(
            router: routes.described(version: configuration.version),
            authorization: Authorization(token: configuration.token),
            counts: counts, logger: logger)
        self.forecasts = forecasts
        self.store = store
        self.queue = queue
        self.handler = handler
        var limits = ParserLimits()
        limits.bodyBytes = configuration.budget[.bodyBytes]
        server = HTTPServer(
            configuration: ServerConfiguration(
                host: configuration.host, port: configuration.port, limits: limits,
                memoryBytes: configuration.requestBytes),
            logger: logger, ledger: ledger, handler: handler)
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
        forecasts.stop()
        // A handler that was cut off may still use the database, which SQLite does not survive;
        // what is stored is safe without closing.
        if outcome == .drained { try? store.close() }
        return outcome
    }

    /// Returns once the server has stopped; at once if it does not run.
    package func waitUntilStopped() {
        server.waitUntilStopped()
    }

    /// The response to a request in this process: the server's, but whole.
    package func respond(to request: Request) -> Response {
        if case .refuse(let response, _) = handler.admit(request) { return response }
        return handler.respond(to: request).collected()
    }

    private static func routes(
        _ configuration: ServiceConfiguration, _ logger: Logger, _ backend: StoreBackend,
        _ queue: FitQueue, _ forecasts: RunForecasts
    ) -> Routes {
        var routes = Routes(Router(logger: logger, mapError: FaultMapping.fault))
        let budget = configuration.budget
        let store = backend.store
        HealthEndpoints(store: store, version: configuration.version).register(in: &routes)
        PageEndpoints().register(in: &routes.router)
        LawEndpoints(catalog: backend.catalog).register(in: &routes)
        let polled = PolledAnswers(store: store)
        RunEndpoints(store: store, budget: budget, polled: polled).register(in: &routes)
        PointEndpoints(store: store, budget: budget, polled: polled).register(in: &routes)
        CurvesEndpoint(store: store, budget: budget, polled: polled).register(in: &routes)
        ImportEndpoints(store: store, budget: budget).register(in: &routes)
        let intake = TrackerIntake(store: store)
        MLflowEndpoints(intake: intake, budget: budget).register(in: &routes)
        TrackioEndpoints(intake: intake, budget: budget, version: configuration.version)
            .register(in: &routes)
        FitEndpoints(
            backend: backend, queue: queue, patience: configuration.fitPatience, budget: budget,
            logger: logger
        ).register(in: &routes)
        ForecastEndpoints(backend: backend, budget: budget).register(in: &routes)
        PlanEndpoints(backend: backend, budget: budget).register(in: &routes)
        RunForecastEndpoints(forecasts: forecasts).register(in: &routes)
        return routes
    }
}

/// The steps from a request to its response: is the service running, is the client authorised,
/// which route answers.
private final class ServiceHandler: RequestHandler {
    /// The pause before a wrong token is answered: a guesser has one attempt per connection in it,
    /// and no thread waits.
    private static let guessDelay = Duration.milliseconds(250)

    private let router: Router
    private let authorization: Authorization
    private let counts: RequestCounts
    private let guessLog: ThrottledLog
    private let isEnded = Atomic(false)

    init(
        router: Router, authorization: Authorization, counts: RequestCounts, logger: Logger
    ) {
        self.router = router
        self.authorization = authorization
        self.counts = counts
        guessLog = ThrottledLog(logger)
    }

    /// Lets no request through from here on.
    func end() {
        isEnded.store(true, ordering: .releasing)
    }

    func admit(_ head: Request) -> Admission {
        let admission = judge(head)
        guard case .refuse(let response, let delay) = admission else { return admission }
        return .refuse(TrackerErrors.dressed(response, for: head), delay: delay)
    }

    private func judge(_ head: Request) -> Admission {
        guard !isEnded.load(ordering: .acquiring) else {
            return .refuse(
                HTTPError(.serviceUnavailable, detail: "The server has stopped.").response)
        }
        switch authorization.judge(head) {
        case .allowed: return router.admit(head)
        case .refused(let error):
            counts.count(error.response.status.code)
            return .refuse(error.response)
        case .wrongToken(let error):
            counts.count(error.response.status.code)
            guessLog.warning(
                "a wrong token", metadata: ["peer": "\(head.peer)", "path": "\(head.path)"])
            return .refuse(error.response, delay: Self.guessDelay)
        }
    }

    func respond(to request: Request) -> Response {
        let dressed = TrackerErrors.dressed(router.respond(to: request), for: request)
        let response = ConditionalAnswer.answer(dressed, to: request)
        counts.count(response.status.code)
        return response
    }
}

/// A log that strangers cannot fill: of a flood it shows a few lines a second, and the number of
/// those left out.
private final class ThrottledLog: Sendable {
    private static let linesPerSecond = 5

    private struct State {
        var second = 0
        var lines = 0
        var omitted = 0
    }

    private let logger: Logger
    private let state = Mutex(State())
    private let start = ContinuousClock.now

    init(_ logger: Logger) {
        self.logger = logger
    }

    func warning(_ message: Logger.Message, metadata: Logger.Metadata) {
        let second = Int((ContinuousClock.now - start) / .seconds(1))
        let omitted: Int? = state.withLock { state in
            if second != state.second { (state.second, state.lines) = (second, 0) }
            guard state.lines < Self.linesPerSecond else {
                state.omitted += 1
                return nil
            }
            state.lines += 1
            defer { state.omitted = 0 }
            return state.omitted
        }
        guard let omitted else { return }
        var metadata = metadata
        if omitted > 0 { metadata["omitted_before"] = "\(omitted)" }
        logger.warning(message, metadata: metadata)
    }
}
