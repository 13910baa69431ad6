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
    /// Faults thrown as `HTTPFault` do not pass here.
    package var faultForError: @Sendable (any Error) -> HTTPFault?

    /// In the order of trial, by the number of components.
    private var routes: [Int: [Route]] = [:]
    private let logger: Logger

    package init(
        logger: Logger, faultForError: @escaping @Sendable (any Error) -> HTTPFault? = { _ in nil }
    ) {
        self.logger = logger
        self.faultForError = faultForError
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
        } catch let fault as HTTPFault {
            return fault.response
        } catch {
            if let fault = faultForError(error) { return fault.response }
            logger.error(
                "a handler failed",
                metadata: [
                    "method": "\(request.method)", "path": "\(request.path)",
                    "error": "\(error)",
                ])
            return HTTPFault.internalError.response
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
            throw HTTPFault(.notFound, detail: "There is nothing at \(request.path).")
        }
        let allow = allowValue(allowed)
        guard request.method != .options else { return allowResponse(allowed) }
        throw HTTPFault(
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
