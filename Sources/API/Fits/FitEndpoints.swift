import Contract
import Fitting
import HTTP
import JSONText
import Laws
import Logging
import Records
import Store

/// `/v1/fits`: fits, at once or in the background.
struct FitEndpoints: Sendable {
    let backend: StoreBackend
    let queue: FitQueue
    /// The time that a client is kept waiting for a fit.
    let patience: Duration
    let budget: WorkBudget
    let logger: Logger

    private var store: RunStore { backend.store }
    private var cache: PredictorCache { backend.cache }

    func register(in routes: inout Routes) {
        let terms = RouteTerms.body(lane: .heavy(weight: 0), budget: budget)
        routes.on(
            .post, "/v1/fits",
            "Fits a law; 202 with a Location when it takes longer than a second.", terms,
            body: SchemaWriter.fields(of: FitSubmission()), success: .created
        ) { request, _ in try post(request) }
        routes.on(.get, "/v1/fits", "Lists fits.", query: PageRequest()) { _, _, asked in
            let page = try store.fits(limit: asked.limit, cursor: asked.cursor)
            return .json([
                "fits": .array(page.records.map { payload(of: $0).json }),
                "next_cursor": page.nextCursor.map(JSONValue.string) ?? .null,
            ])
        }
        routes.on(.get, "/v1/fits/{id}", "Shows a fit, or how it stands.") { _, place in
            let fit = try store.fit(place["id"])
            if let report = fit.report { return .json(Array(report.utf8)) }
            return .json(payload(of: fit).json)
        }
        routes.on(
            .delete, "/v1/fits/{id}", "Deletes or cancels a fit.", success: .noContent
        ) { _, place in try delete(place["id"]) }
    }

    private func post(_ request: Request) throws -> Response {
        let body = try RequestBody(request, budget: budget).json()
        var submission = FitSubmission()
        try BodyFields.read(body, into: &submission)
        if let published = submission.published {
            let law = submission.request.law
            let id = try backend.publish(published, law: law.isEmpty ? nil : law)
            var response = try Response.answer(backend.report(of: id), status: .created)
            response.headers["Location"] = "/v1/fits/\(id)"
            return response
        }
        if case .bootstrap(let resamples, _) = submission.request.uncertainty {
            try budget.check(.resamples, of: resamples)
        }
        let id = Self.newID()
        let job = FitJob(id: id, work: try work(for: submission, id: id))
        let record = FitRecord(
            id: id, law: submission.request.law, request: JSONWriter.text(of: body))
        return .later { finish in
            guard queue.submit(job) else {
                return finish(.failure(Self.tooManyFits))
            }
            // On the fit's own thread, or on another when the client has waited long enough.
            job.whenEnded(within: patience) { ending in
                finish(
                    Result {
                        try ending.map { try response(to: $0, of: record) }
                            ?? goOn(job, record)
                    })
            }
        }
    }

    private static let tooManyFits = HTTPError(
        .serviceUnavailable,
        detail: "\(FitQueue.maximumCount) fits are waiting; try again when some are done.",
        headers: ["Retry-After": "5"])

    /// Lets a fit go on without its client, who is told where to find it.
    private func goOn(_ job: FitJob, _ record: FitRecord) throws -> Response {
        let ending = try job.detach { isRunning in
            try store.insertFit(
                FitRecord(
                    id: job.id, law: record.law, request: record.request, isRunning: isRunning))
        } onEnd: { ending in
            FitEnd(id: job.id, ending: ending, logger: logger).keep(
                store: { outcome throws(StoreError) in _ = try store.finishFit(job.id, outcome) },
                pause: queue.pause)
        }
        if let ending { return try response(to: ending, of: record) }
        var response = try status(of: job.id, status: .accepted)
        response.headers["Location"] = "/v1/fits/\(job.id)"
        return response
    }

    /// Checks the submission against its runs, so that what a fit refuses is refused before it waits.
    private func work(for submission: FitSubmission, id: String) throws -> FitJob.Work {
        let prepared = try backend.prepare(submission)
        let fitter = Fitter(catalog: backend.catalog)
        return { control in
            var report = try fitter.fit(
                prepared, progress: control.report, isCancelled: { control.isCancelled })
            report.id = id
            return try JSONAnswer.bytes(of: report, known: ["covariance"])
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

    /// Cancels a fit that has not ended, which stays to be seen; deletes one that has.
    private func delete(_ id: String) throws -> Response {
        if try store.finishFit(id, .cancelled) {
            queue[id]?.cancel()
            return .noContent
        }
        try store.deleteFit(id)
        cache.remove(id)
        return .noContent
    }

    private func status(of id: String, status: Status) throws -> Response {
        .json(payload(of: try store.fit(id)).json, status: status)
    }

    private func payload(of fit: FitRecord) -> FitStatusPayload {
        var payload = FitStatusPayload(fit)
        guard fit.finishedAt == nil, let job = queue[fit.id] else { return payload }
        (payload.isRunning, payload.progress) = job.activity
        return payload
    }

    /// Short, and not to be guessed.
    static func newID() -> String {
        let letters = Array("0123456789abcdefghjkmnpqrstvwxyz")
        return "fit-" + String((0..<12).compactMap { _ in letters.randomElement() })
    }
}
