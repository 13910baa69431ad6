package import LeastSquares

/// The objective of a fit: Σ ρ(residual), with ρ ≈ ½r² near 0.
///
/// The default is the one of the Chinchilla and LR-annealing papers: Huber (δ = 1e-3) on
/// log residuals. In text it is `log-huber:0.001`; in JSON `{"residual":"log","loss":"huber",
/// "delta":0.001}`. `dominated-pairs` is Huber (δ = 0.05) on logs of differences of losses, in JSON
/// with `"over":"dominated_pairs"`; `DominatedPairs` says of which.
package struct Objective: Sendable, Equatable {
    /// The quantity that a residual is a difference of.
    package enum Residual: String, Codable, Sendable {
        /// log observed − log predicted.
        case log
        /// observed − predicted.
        case linear
    }

    /// The terms of the sum.
    package enum Terms: String, Codable, Sendable {
        case points
        /// Pairs of runs, of which one is larger and has the lower loss.
        case dominatedPairs = "dominated_pairs"
    }

    package var residual: Residual
    package var loss: RobustLoss
    package var over: Terms

    package static let standardDelta = 0.001
    package static let standard = Objective(
        residual: .log, loss: .huber(delta: standardDelta))

    /// The name of the objective over dominated pairs, and its δ: that of the paper's other objective.
    package static let dominatedPairs = "dominated-pairs"
    private static let pairDelta = 0.05

    package init(residual: Residual, loss: RobustLoss, over: Terms = .points) {
        self.residual = residual
        self.loss = loss
        self.over = over
    }

    /// Reads a name of the command line: `log-huber`, `log-huber:δ`, `log-squares`, `huber:δ` ….
    ///
    /// - Parameter text: The name, with δ after a colon where the loss has one.
    /// - Throws: `FittingError.badObjective` with what is allowed.
    package init(parsing text: String) throws(FittingError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var name = parts[0]
        residual = .linear
        over = name == Self.dominatedPairs ? .dominatedPairs : .points
        if over == .dominatedPairs { name = "log-huber" }
        if name.hasPrefix("log-") {
            residual = .log
            name = name.dropFirst(4)
        }
        var delta: Double?
        if parts.count == 2 {
            guard let value = Double(parts[1]) else { throw .badObjective(text) }
            delta = value
        }
        if over == .dominatedPairs { delta = delta ?? Self.pairDelta }
        guard let loss = Self.loss(named: String(name), delta: delta) else {
            throw .badObjective(text)
        }
        self.loss = loss
    }

    /// The same objective as text that `init(parsing:)` reads.
    package var text: String {
        if over == .dominatedPairs, let delta { return "\(Self.dominatedPairs):\(delta)" }
        let prefix = residual == .log ? "log-" : ""
        guard let delta else { return prefix + lossName }
        return "\(prefix)\(lossName):\(delta)"
    }

    private static func loss(named name: String, delta: Double?) -> RobustLoss? {
        let width = delta ?? standardDelta
        guard width > 0, width.isFinite else { return nil }
        switch name {
        case "squares": return delta == nil ? .squares : nil
        case "huber": return .huber(delta: width)
        case "soft-l1": return .softL1(delta: width)
        case "cauchy": return .cauchy(delta: width)
        case "tukey": return .tukey(delta: width)
        default: return nil
        }
    }

    private var lossName: String {
        switch loss {
        case .squares: "squares"
        case .huber: "huber"
        case .softL1: "soft-l1"
        case .cauchy: "cauchy"
        case .tukey: "tukey"
        }
    }

    private var delta: Double? {
        switch loss {
        case .squares: nil
        case .huber(let delta), .softL1(let delta), .cauchy(let delta), .tukey(let delta): delta
        }
    }
}

extension Objective: Omissible {
    package static var omitted: Objective { .standard }

    private struct Form: Codable {
        var residual: Residual?
        var loss: String
        var delta: Double?
        var over: Terms?
    }

    /// Decodes the object of a fit, or a name of the command line.
    package init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            self = try Objective(parsing: text)
            return
        }
        let form = try Form(from: decoder)
        guard let loss = Self.loss(named: form.loss, delta: form.delta) else {
            throw FittingError.badObjective(form.loss)
        }
        self.init(residual: form.residual ?? .log, loss: loss, over: form.over ?? .points)
    }

    package func encode(to encoder: any Encoder) throws {
        try Form(
            residual: residual, loss: lossName, delta: delta, over: over == .points ? nil : over
        ).encode(to: encoder)
    }
}
