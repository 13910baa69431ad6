import HTTP
import Imports
import JSONText
import Records
import Store

/// `/v1/imports`: a log file as it is, in the body.
struct ImportEndpoints: Sendable {
    /// Bytes of memory that one byte of a log can take while it is read.
    private static let bytesPerByte = 4

    let store: RunStore
    let budget: WorkBudget

    func register(in router: inout Router) {
        let terms = RouteTerms(
            lane: .heavy(weight: 1), bodyLimit: budget[.bodyBytes], check: Self.check)
        router.on(.post, "/v1/imports", terms) { request, _ in try post(request) }
    }

    /// Refuses what another site's page may send to any server without asking: a file has no
    /// content type of its own, so any is taken, but not from such a page.
    private static func check(_ head: Request) throws(HTTPError) {
        guard let origin = head.headers["Origin"], let host = head.headers["Host"] else { return }
        guard origin == "http://\(host)" || origin == "https://\(host)" else {
            throw HTTPError(
                Status(code: 403, reason: "Forbidden"),
                detail: "Origin is \(origin); logs are taken from this server's own pages and "
                    + "from programs only.")
        }
    }

    private func post(_ request: Request) throws -> Response {
        let query = try QueryReader(
            request.query, known: ["as", "study", "run", "series", "dry_run", "step_from"])
        var options = ImportOptions(format: query.text("as"), series: query.text("series"))
        if let rows = query.text("step_from") {
            guard rows == "row" else {
                throw QueryReader.fault("step_from", "step_from = \(rows) must be row.")
            }
            options.countsRows = true
        }
        let isDryRun = try query.flag("dry_run")
        let limit = budget[.bodyBytes]
        let isPacked = Gzip.isGzip(request.body)
        // Deflate packs at most 1,032 bytes into one (zlib's technical notes).
        let length = min(limit, request.body.count * (isPacked ? 1_032 : 1))
        try request.context.reserve(length * Self.bytesPerByte)
        var file: ImportedFile
        do throws(RunFileError) {
            file = try LogImporter.file(
                bytes: request.body, name: query.text("run") ?? "log", options: options,
                limit: limit, maximumValues: budget[.jsonValues],
                maximumLines: budget[.uploadPoints])
        } catch {
            guard case .tooManyLines = error.kind else { throw error }
            throw budget.error(.uploadPoints, of: nil)
        }
        if let study = query.text("study"), !study.isEmpty {
            for index in file.runs.indices { file.runs[index].metadata.study = study }
        }
        var report = ImportReport(files: [file], notes: file.notes, warnings: file.warnings)
        try budget.check(.uploadRuns, of: file.runs.count)
        try budget.check(.uploadPoints, of: file.runs.map(\.points.count).reduce(0, +))
        if isDryRun {
            report.created = file.runs.count
            report.accepted = file.runs.map(\.points.count).reduce(0, +)
            report.notes.append("dry run: nothing was stored")
        } else {
            let summary = try store.importRuns(
                file.runs.map { ($0.metadata, $0.points) },
                pointsPerTransaction: PointEndpoints.pointsPerTransaction)
            report.created = summary.created
            report.updated = summary.updated
            report.accepted = summary.accepted
            report.replaced = summary.replaced
        }
        return .json(JSONWriter.bytes(of: report.json))
    }
}
