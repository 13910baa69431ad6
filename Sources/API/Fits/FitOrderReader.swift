import Fitting
import JSONText

/// Reads the body of `POST /v1/fits`.
enum FitOrderReader {
    /// Reads an order.
    ///
    /// - Parameter body: The body.
    /// - Returns: The order; its names are not looked up yet.
    /// - Throws: `HTTPError` 422 with every bad field.
    static func order(from body: JSONValue) throws -> FitOrder {
        var reader = ObjectReader(body)
        let law = reader.name("law")
        if law == nil, reader.faults.count == 0 {
            reader.refuse("law", saying: "law is missing; name one, GET /v1/laws lists them.")
        }
        var request = FitRequest(law: law ?? "")
        request.options = reader.map("options", "must be a text", \.string) ?? [:]
        request.fixed = reader.map("fixed", "must be a finite number", \.double) ?? [:]
        request.objective = objective(from: &reader) ?? .standard
        request.series = reader.name("series")
        request.excludeHighest = reader.integer("exclude_highest", in: 0...Int.max) ?? 0
        request.fromStep = reader.integer("from_step", in: 0...Int.max)
        request.seed = UInt64(reader.integer("seed", in: 0...Int.max) ?? 0)
        request.uncertainty = uncertainty(from: &reader) ?? .delta
        let selection = selection(from: &reader)
        let holdout = reader.names("holdout") ?? []
        if case .runs(let runs) = selection, let both = holdout.first(where: runs.contains) {
            reader.refuse(
                "holdout", saying: "run \(both) is in runs and in holdout; name it once.")
        }
        reader.finish()
        try reader.faults.check(.question)
        return FitOrder(request: request, selection: selection, holdout: holdout)
    }

    private static func selection(from reader: inout ObjectReader) -> FitOrder.Selection {
        let faults = reader.faults.count
        let runs = reader.names("runs")
        let study = reader.name("study")
        switch (runs, study) {
        case (let runs?, nil): return .runs(runs)
        case (nil, let study?): return .study(study)
        case (_?, _?):
            reader.refuse("study", saying: "give runs or study, not both.")
        case (nil, nil) where faults == reader.faults.count:
            reader.refuse("runs", saying: "runs is missing; give a list of run ids, or a study.")
        default: break
        }
        return .runs([])
    }

    /// A name of the command line, or an object with `method` and, for the bootstrap, `resamples`.
    private static func uncertainty(from reader: inout ObjectReader) -> UncertaintyMethod? {
        guard let value = reader.take("uncertainty") else { return nil }
        var text = value.string
        if case .object = value {
            var object = ObjectReader(
                value, at: "\(reader.pointer)/uncertainty", faults: reader.faults)
            let resamples = object.integer("resamples", in: UncertaintyMethod.resampleLimits)
            text = (object.name("method") ?? "") + (resamples.map { ":\($0)" } ?? "")
            object.finish()
            reader.faults = object.faults
        }
        guard let text else {
            reader.refuse(
                "uncertainty", value, "must be a name such as bootstrap:4000, or an object")
            return nil
        }
        do {
            return try UncertaintyMethod(parsing: text)
        } catch {
            reader.refuse("uncertainty", saying: error.message)
            return nil
        }
    }

    /// A name of the command line, or the object that a fit echoes.
    private static func objective(from reader: inout ObjectReader) -> Objective? {
        guard let value = reader.take("objective") else { return nil }
        var text = value.string
        if case .object = value {
            var object = ObjectReader(
                value, at: "\(reader.pointer)/objective", faults: reader.faults)
            let residual = object.word("residual", of: [Objective.Residual.log, .linear]) ?? .log
            let loss = object.name("loss") ?? ""
            let delta = object.positive("delta")
            object.finish()
            reader.faults = object.faults
            text = (residual == .log ? "log-" : "") + loss + (delta.map { ":\($0)" } ?? "")
        }
        guard let text else {
            reader.refuse(
                "objective", value, "must be a name such as log-huber:0.001, or an object")
            return nil
        }
        do {
            return try Objective(parsing: text)
        } catch {
            reader.refuse("objective", saying: error.message)
            return nil
        }
    }
}
