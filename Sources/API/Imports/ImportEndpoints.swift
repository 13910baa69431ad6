import Contract
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

    func register(in routes: inout Routes) {
        let terms = RouteTerms(
            lane: .heavy(weight: 1), bodyLimit: budget[.bodyBytes], check: Self.check)
        routes.on(
            .post, "/v1/imports", "Stores a log file as it is.", terms, query: ImportRequest()
        ) { request, _, asked in try post(request, asked) }
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

    private func post(_ request: Request, _ asked: ImportRequest) throws -> Response {
        let limit = budget[.bodyBytes]
        let isPacked = Gzip.isGzip(request.body)
        // Deflate packs at most 1,032 bytes into one (zlib's technical notes).
        let length = min(limit, request.body.count * (isPacked ? 1_032 : 1))
        try request.context.reserve(length * Self.bytesPerByte)
        var file: ImportedFile
        do throws(RunFileError) {
            file = try LogImporter.file(
                bytes: request.body, name: asked.run ?? "log", options: asked.options,
                limit: limit, maximumValues: budget[.jsonValues],
                maximumLines: budget[.uploadPoints])
        } catch {
            guard case .tooManyLines = error.kind else { throw error }
            throw budget.error(.uploadPoints, of: nil)
        }
        if let study = asked.study, !study.isEmpty {
            for index in file.runs.indices { file.runs[index].metadata.study = study }
        }
        var report = ImportReport(files: [file], notes: file.notes, warnings: file.warnings)
        try budget.check(.uploadRuns, of: file.runs.count)
        let pointCount = file.runs.map(\.points.count).reduce(0, +)
        try budget.check(.uploadPoints, of: pointCount)
        if asked.isDryRun {
            report.created = file.runs.count
            report.accepted = pointCount
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
        return .json(report.json)
    }
}

/// The query of `/v1/imports`.
struct ImportRequest: RequestFields {
    var options = ImportOptions()
    var study: String?
    var run: String?
    var isDryRun = false

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.field("as", &options.format, .queryText, "The log's format, where it is not found.")
        fields.field("study", &study, .queryText, "The study that every run is put into.")
        fields.field("run", &run, .queryText, "The name of a run that has none of its own.")
        fields.field(
            "series", &options.series, .queryText,
            "The series, by its own name, that is taken for the main loss.")
        fields.field(
            "dry_run", &isDryRun, .flag, standard: false, "Answers the same, and stores nothing.")
        fields.field(
            "step_from", &options.countsRows, .only("row"), standard: false,
            "row counts the rows, for a logger that never set steps.")
    }
}
