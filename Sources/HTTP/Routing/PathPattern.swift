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
