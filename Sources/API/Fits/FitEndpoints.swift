import Fitting
import HTTP
import JSONText
import Laws
import Logging
import Store

/// `/v1/fits`: fits, at once or in the background.
struct FitEndpoints: Sendable {
    let store: RunStore
    let fitter: Fitter
    let queue: FitQueue
    let cache: PredictorCache
    /// How long a client is kept waiting for a fit.
    let patience: Duration
    let bodyLimit: Int
    let logger: Logger

    func register(in router: inout Router) {
        router.on(.post, "/v1/fits") { request, _ in try post(request) }
        router.on(.get, "/v1/fits") { request, _ in try list(request) }
        router.on(.get, "/v1/fits/{id}") { try get($0, $1["id"]) }
        router.on(.delete, "/v1/fits/{id}") { try delete($0, $1["id"]) }
    }

    private func post(_ request: Request) throws -> Response {
        _ = try QueryReader(request.query, known: [])
        let body = try RequestBody(request, limit: bodyLimit).json()
        let order = try FitOrderReader.order(from: body)
        let id = Self.newID()
        let job = FitJob(id: id, work: try work(for: order, id: id))
        let record = FitRecord(
            id: id, law: order.request.law, request: JSONWriter.text(of: body))
        guard queue.submit(job) else {
            throw HTTPError(
                .serviceUnavailable,
                detail: "\(FitQueue.maximumCount) fits are waiting; try again when some are done.",
                headers: ["Retry-After": "5"])
        }
        if let ending = job.wait(patience) { return try response(to: ending, of: record) }
        let ending = try job.detach { isRunning in
            try store.insertFit(
                FitRecord(
                    id: id, law: record.law, request: record.request, isRunning: isRunning))
        } onEnd: { ending in
            FitEnd(id: id, ending: ending, logger: logger).keep(
                store: { outcome throws(StoreError) in _ = try store.finishFit(id, outcome) },
                pause: queue.pause)
        }
        if let ending { return try response(to: ending, of: record) }
        var response = try status(of: id, status: .accepted)
        response.headers["Location"] = "/v1/fits/\(id)"
        return response
    }

    /// Checks the order against its runs, so that what a fit refuses is refused before it waits.
    private func work(for order: FitOrder, id: String) throws -> FitJob.Work {
        let request = order.request
        let law = try fitter.catalog.law(request.law, options: request.options)
        let loader = StoredRuns(store: store, law: law, series: request.series)
        let runs =
            switch order.selection {
            case .runs(let ids): try loader.runs(ids, field: "runs")
            case .study(let name):
                try loader.study(name, role: .train, excluding: order.holdout)
            }
        let holdout = try loader.runs(order.holdout, field: "holdout")
        let prepared = try fitter.prepare(request, runs: runs, holdout: holdout)
        let fitter = fitter
        return { control in
            var report = try fitter.fit(
                prepared, progress: control.report, isCancelled: { control.isCancelled })
            report.id = id
            return try JSONCoding.encode(report)
        }
    }

    private func response(to ending: FitJob.Ending, of fit: FitRecord) throws -> Response {
        switch ending {
        case .done(let report):
            try store.insertFit(
                FitRecord(
                    id: fit.id, law: fit.law, request: fit.request,
                    outcome: .done(report: String(decoding: report, as: UTF8.self))))
            var response = Response.json(report, status: .created)
            response.headers["Location"] = "/v1/fits/\(fit.id)"
            return response
        case .failed(let error): throw error
        case .cancelled:
            throw HTTPError(
                .serviceUnavailable, detail: "The server is stopping; post the fit again later.")
        }
    }

    private func list(_ request: Request) throws -> Response {
        let query = try QueryReader(request.query, known: ["limit", "cursor"])
        let limit = try query.integer("limit", in: 1...RunEndpoints.maximumLimit)
        let page = try store.fits(
            limit: limit ?? RunEndpoints.standardLimit, cursor: query.text("cursor"))
        return .json(
            JSONWriter.bytes(
                of: .object([
                    .init("fits", .array(page.records.map { payload(of: $0).json })),
                    .init("next_cursor", page.nextCursor.map(JSONValue.string) ?? .null),
                ])))
    }

    private func get(_ request: Request, _ id: String) throws -> Response {
        _ = try QueryReader(request.query, known: [])
        let fit = try store.fit(id)
        if let report = fit.report { return .json(Array(report.utf8)) }
        return .json(JSONWriter.bytes(of: payload(of: fit).json))
    }

    /// Cancels a fit that has not ended, which stays to be seen; deletes one that has.
    private func delete(_ request: Request, _ id: String) throws -> Response {
        _ = try QueryReader(request.query, known: [])
        if try store.finishFit(id, .cancelled) {
            queue[id]?.cancel()
            return .noContent
        }
        try store.deleteFit(id)
        cache.remove(id)
        return .noContent
    }

    private func status(of id: String, status: Status) throws -> Response {
        .json(JSONWriter.bytes(of: payload(of: try store.fit(id)).json), status: status)
    }

    private func payload(of fit: FitRecord) -> FitStatusPayload {
        var payload = FitStatusPayload(fit)
        guard fit.finishedAt == nil, let job = queue[fit.id] else { return payload }
        (payload.isRunning, payload.progress) = job.activity
        return payload
    }

    /// Short, and not to be guessed.
    private static func newID() -> String {
        let letters = Array("0123456789abcdefghjkmnpqrstvwxyz")
        return "fit-" + String((0..<12).compactMap { _ in letters.randomElement() })
    }
}
