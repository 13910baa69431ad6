package import Logging

/// Answers a request whose path matches; it runs on a worker thread and may block.
package typealias Handler = @Sendable (Request, PathParameters) throws -> Response

/// Finds the handler for a request, and turns every error into a problem document.
package struct Router: Sendable {
    private struct Route {
        let pattern: PathPattern
        var handlers: [Method: Handler]
    }

    /// Says which fault an error of the layers below is; nil leaves it a 500.
    ///
    /// Faults thrown as `HTTPError` do not pass here.
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
        _ method: Method, _ pattern: String, _ handler: @escaping Handler
    ) {
        let path = PathPattern(pattern)
        var group = routes[path.components.count] ?? []
        if let index = group.firstIndex(where: { $0.pattern == path }) {
            precondition(
                group[index].handlers[method] == nil, "\(method) \(pattern) is there already")
            group[index].handlers[method] = handler
        } else {
            let route = Route(pattern: path, handlers: [method: handler])
            let place = group.firstIndex { path.precedes($0.pattern) } ?? group.endIndex
            group.insert(route, at: place)
        }
        routes[path.components.count] = group
    }

    /// The answer to a request; a HEAD's has the body of the GET, which the writer leaves out.
    package func respond(to request: Request) -> Response {
        do {
            return try answer(request)
        } catch let fault as HTTPError {
            return fault.response
        } catch {
            if let fault = mapError(error) { return fault.response }
            logger.error(
                "a handler failed",
                metadata: [
                    "method": "\(request.method)", "path": "\(request.path)",
                    "error": "\(error)",
                ])
            return HTTPError.unexpected.response
        }
    }

    private func answer(_ request: Request) throws -> Response {
        if request.target.isAsterisk { return allowResponse(allMethods) }
        var allowed: Set<Method> = []
        for route in routes[request.target.components.count] ?? [] {
            guard let parameters = route.pattern.match(request.target.components) else { continue }
            if let handler = route.handlers[request.method] ?? fallback(request.method, route) {
                return try handler(request, parameters)
            }
            allowed.formUnion(route.handlers.keys)
        }
        guard !allowed.isEmpty else {
            throw HTTPError(.notFound, detail: "There is nothing at \(request.path).")
        }
        let allow = allowValue(allowed)
        guard request.method != .options else { return allowResponse(allowed) }
        throw HTTPError(
            .methodNotAllowed,
            detail: "\(request.method) is not allowed on \(request.path); use one of \(allow).",
            headers: ["Allow": allow])
    }

    /// HEAD is answered as GET wherever it has no handler of its own.
    private func fallback(_ method: Method, _ route: Route) -> Handler? {
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

    /// Whether this is to be tried before `other`: a literal goes before a parameter, from the
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

/// What stands in a path at the pattern's named places, percent-decoded.
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
