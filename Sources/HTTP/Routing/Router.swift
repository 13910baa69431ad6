package import Logging

/// A function that answers a request whose path matches, on the lane of its route.
package typealias Handler = @Sendable (Request, PathParameters) throws -> Response

/// The table of routes: finds the handler of a request, and turns errors into problem details.
///
///     var router = Router(logger: logger)
///     router.on(.get, "/v1/runs/{id}") { request, path in .text(path["id"]) }
///     router.on(.get, "/v1/plan", .heavy(1)) { request, _ in .json(try plan(request)) }
///     let response = router.respond(to: request)
package struct Router: Sendable {
    private struct Route {
        let pattern: PathPattern
        var handlers: [Method: (terms: RouteTerms, handle: Handler)]
    }

    /// A function from errors of the layers below to those for clients; nil leaves it a 500.
    ///
    /// Errors thrown as `HTTPError` do not pass here.
    package var mapError: @Sendable (any Error) -> HTTPError?

    /// In the order of trial, by the number of components.
    private var routes: [Int: [Route]] = [:]
    private let logger: Logger

    package init(
        logger: Logger, mapError: @escaping @Sendable (any Error) -> HTTPError? = { _ in nil }
    ) {
        self.logger = logger
        self.mapError = mapError
    }

    /// Registers a handler; a second one for the same method and pattern is a programmer's error
    /// and stops the process.
    package mutating func on(
        _ method: Method, _ pattern: String, _ terms: RouteTerms = .quick,
        _ handler: @escaping Handler
    ) {
        let path = PathPattern(pattern)
        var group = routes[path.components.count] ?? []
        if let index = group.firstIndex(where: { $0.pattern == path }) {
            precondition(
                group[index].handlers[method] == nil, "\(method) \(pattern) is there already")
            group[index].handlers[method] = (terms, handler)
        } else {
            let route = Route(pattern: path, handlers: [method: (terms, handler)])
            let place = group.firstIndex { path.precedes($0.pattern) } ?? group.endIndex
            group.insert(route, at: place)
        }
        routes[path.components.count] = group
    }

    /// Judges a request by its head: is there such a path and method, is the body within the
    /// route's limit and of a type that it takes.
    package func admit(_ head: Request) -> Admission {
        do {
            guard case .handler(let terms, _, _) = try find(head) else {
                return .accept(RouteTerms())
            }
            if let length = head.contentLength, length > terms.bodyLimit {
                throw HTTPError(.bodyTooLarge(limit: terms.bodyLimit))
            }
            try terms.check(head)
            return .accept(terms)
        } catch {
            return .refuse(response(to: error, of: head))
        }
    }

    /// The response to a request; a HEAD's has the body of the GET, which the writer leaves out.
    package func respond(to request: Request) -> Response {
        do {
            let response: Response
            switch try find(request) {
            case .options(let methods): response = allowResponse(methods)
            case .handler(_, let handle, let parameters):
                response = try handle(request, parameters)
            }
            guard let deferral = response.deferral else { return response }
            return .later { finish in
                deferral.begin { result in
                    switch result {
                    case .success: finish(result)
                    case .failure(let error):
                        finish(.success(self.response(to: error, of: request)))
                    }
                }
            }
        } catch {
            return response(to: error, of: request)
        }
    }

    private func response(to error: any Error, of request: Request) -> Response {
        if let error = error as? HTTPError ?? mapError(error) { return error.response }
        logger.error(
            "a handler failed",
            metadata: [
                "method": "\(request.method)", "path": "\(request.path)", "error": "\(error)",
            ])
        return HTTPError.unexpected.response
    }

    private enum Target {
        case options(Set<Method>)
        case handler(RouteTerms, Handler, PathParameters)
    }

    private func find(_ request: Request) throws(HTTPError) -> Target {
        if request.target.isAsterisk { return .options(allMethods) }
        var allowed: Set<Method> = []
        for route in routes[request.target.components.count] ?? [] {
            guard let parameters = route.pattern.match(request.target.components) else { continue }
            if let found = route.handlers[request.method] ?? fallback(request.method, route) {
                return .handler(found.terms, found.handle, parameters)
            }
            allowed.formUnion(route.handlers.keys)
        }
        guard !allowed.isEmpty else {
            throw HTTPError(.notFound, detail: "There is nothing at \(request.path).")
        }
        guard request.method != .options else { return .options(allowed) }
        let allow = allowValue(allowed)
        throw HTTPError(
            .methodNotAllowed,
            detail: "\(request.method) is not allowed on \(request.path); use one of \(allow).",
            headers: ["Allow": allow])
    }

    /// HEAD is answered as GET wherever it has no handler of its own.
    private func fallback(
        _ method: Method, _ route: Route
    ) -> (terms: RouteTerms, handle: Handler)? {
        method == .head ? route.handlers[.get] : nil
    }

    private var allMethods: Set<Method> {
        Set(routes.values.joined().flatMap(\.handlers.keys))
    }

    private func allowResponse(_ methods: Set<Method>) -> Response {
        Response(status: .noContent, headers: ["Allow": allowValue(methods)])
    }

    private func allowValue(_ methods: Set<Method>) -> String {
        var methods = methods.union([.options])
        if methods.contains(.get) { methods.insert(.head) }
        return methods.map(\.rawValue).sorted().joined(separator: ", ")
    }
}

/// A path with named places: `/v1/runs/{id}/points`.
struct PathPattern: Sendable, Equatable {
    enum Component: Sendable, Equatable {
        case literal(String)
        case parameter(String)
    }

    let components: [Component]

    /// A pattern from its text; a malformed one is a programmer's error and stops the process.
    init(_ text: String) {
        precondition(text.hasPrefix("/"), "the pattern \(text) must begin with /")
        components =
            text == "/"
            ? []
            : text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
                $0.hasPrefix("{") && $0.hasSuffix("}")
                    ? .parameter(String($0.dropFirst().dropLast())) : .literal(String($0))
            }
    }

    /// The parameters that `path` gives, or nil where it does not match.
    ///
    /// An empty component fills no parameter: `/v1/runs/` is not a run with an empty name.
    func match(_ path: [String]) -> PathParameters? {
        guard path.count == components.count else { return nil }
        var parameters = PathParameters()
        for (component, text) in zip(components, path) {
            switch component {
            case .literal(let literal):
                guard literal == text else { return nil }
            case .parameter(let name):
                guard !text.isEmpty else { return nil }
                parameters.add(name, text)
            }
        }
        return parameters
    }

    /// True where this is to be tried before `other`: a literal goes before a parameter, from the
    /// left.
    func precedes(_ other: PathPattern) -> Bool {
        for (left, right) in zip(components, other.components) {
            switch (left, right) {
            case (.literal, .parameter): return true
            case (.parameter, .literal): return false
            default: continue
            }
        }
        return false
    }
}

/// The components of a path at the pattern's named places, percent-decoded.
package struct PathParameters: Sendable, Equatable {
    private var items: [Query.Item] = []

    /// The component at the place `name`; asking for a place that the pattern does not have is a
    /// programmer's error and stops the process.
    package subscript(name: String) -> String {
        guard let item = items.first(where: { $0.name == name }) else {
            preconditionFailure("the route's pattern has no {\(name)}")
        }
        return item.value
    }

    mutating func add(_ name: String, _ value: String) {
        items.append(Query.Item(name: name, value: value))
    }
}
