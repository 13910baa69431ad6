import Contract
import Foundation
import HTTP
import Store
import Synchronization

/// `/metrics`: the server and its most recent runs as Prometheus reads them.
///
/// A label never carries a step, so the series of a run are as many as its losses. A scrape does not
/// wait for a fit: it shows the forecasts there are, and asks for those that are out of date.
struct MetricsEndpoints: Sendable {
    let store: RunStore
    let forecasts: RunForecasts
    let counts: RequestCounts
    let ledger: MemoryLedger
    let version: String
    /// Most runs shown, those that changed last.
    let runLimit: Int
    private let startedAt = Date()

    func register(in routes: inout Routes) {
        routes.on(
            .get, "/metrics", "Shows the server and its most recent runs as Prometheus reads them.",
            .read, query: MetricsRequest()
        ) { _, _, asked in try answer(asked) }
    }

    private func answer(_ asked: MetricsRequest) throws -> Response {
        var text = MetricsText()
        writeServer(&text)
        try writeRuns(&text, target: asked.target)
        return .content(Array(text.string.utf8), type: MetricsText.contentType)
    }

    private func writeServer(_ text: inout MetricsText) {
        text.family("isoloss_build_info", .gauge, "The program that answers; always 1.")
        text.sample(1, ["version": version])
        text.family("isoloss_http_responses_total", .counter, "Answers since the start, by status.")
        for (status, count) in counts.all {
            text.sample(Double(count), ["status": String(status)])
        }
        text.family(
            "isoloss_request_memory_bytes", .gauge,
            "Memory reserved for requests in flight.")
        text.sample(Double(ledger.heldBytes))
        text.family(
            "isoloss_request_memory_limit_bytes", .gauge,
            "Memory that requests may reserve; beyond it the answer is 503.")
        text.sample(Double(ledger.limit))
        text.family(
            "process_start_time_seconds", .gauge, "Start of the process, seconds since 1970.")
        text.sample(startedAt.timeIntervalSince1970)
        guard let usage = ProcessUsage.current else { return }
        text.family("process_cpu_seconds_total", .counter, "Processor time used, in seconds.")
        text.sample(usage.processorSeconds)
        text.family("process_resident_memory_bytes", .gauge, "Resident memory.")
        text.sample(usage.residentBytes)
        text.family("process_open_fds", .gauge, "Open file descriptors.")
        text.sample(Double(usage.openDescriptors))
    }

    private func writeRuns(_ text: inout MetricsText, target: Double?) throws {
        let runs = try store.gauges(limit: runLimit)
        text.family("isoloss_run_loss", .gauge, "Newest finite loss of a series, in its own unit.")
        for run in runs {
            for (series, loss) in run.losses.sorted(by: { $0.key < $1.key }) {
                text.sample(loss, ["study": run.study ?? "", "run": run.id, "series": series])
            }
        }
        Self.write("isoloss_run_step", "Last logged step.", of: runs, to: &text) {
            $0.lastStep.map(Double.init)
        }
        Self.write("isoloss_run_total_steps", "Steps of the run's schedule.", of: runs, to: &text) {
            $0.totalSteps.map(Double.init)
        }
        Self.write("isoloss_run_learning_rate", "Newest learning rate.", of: runs, to: &text) {
            $0.learningRate
        }
        Self.write(
            "isoloss_run_last_point_timestamp_seconds",
            "Last change of a run's points or metadata, seconds since 1970.", of: runs, to: &text
        ) { $0.updatedAt.timeIntervalSince1970 }
        Self.write(
            "isoloss_run_damaged",
            "1 for a run whose newest points lie in a damaged part of the database.",
            of: runs, to: &text
        ) { $0.isDamaged ? 1 : nil }
        writeForecasts(of: runs, target: target, &text)
    }

    private func writeForecasts(
        of runs: [RunGauges], target: Double?, _ text: inout MetricsText
    ) {
        let known = forecasts.known(of: runs)
        text.family(
            "isoloss_run_forecast_final_loss", .gauge,
            "Predicted loss at the schedule's end: the 0.05, 0.5 and 0.95 quantiles.")
        for run in runs {
            guard let final = known[run.id]?.final else { continue }
            for (quantile, loss) in [
                ("0.05", final.lower), ("0.5", final.loss), ("0.95", final.upper),
            ] {
                guard let loss else { continue }
                text.sample(
                    loss, ["study": run.study ?? "", "run": run.id, "quantile": quantile])
            }
        }
        Self.write(
            "isoloss_run_outside_forecast",
            "1 where a run has left the band of its earlier forecast, else 0.", of: runs, to: &text
        ) { run in known[run.id].map { $0.outsideSince == nil ? 0 : 1 } }
        guard let target else { return }
        Self.write(
            "isoloss_run_forecast_seconds_to_target",
            "Time until the predicted loss reaches the target that the scrape asked for.",
            of: runs, to: &text
        ) { known[$0.id]?.seconds(to: target) }
    }

    /// A gauge with one value for each run that has it.
    private static func write(
        _ name: String, _ help: String, of runs: [RunGauges], to text: inout MetricsText,
        _ value: (RunGauges) -> Double?
    ) {
        text.family(name, .gauge, help)
        for run in runs {
            guard let value = value(run) else { continue }
            text.sample(value, ["study": run.study ?? "", "run": run.id])
        }
    }
}

/// The query of `/metrics`.
struct MetricsRequest: RequestFields {
    /// The loss whose time is shown.
    var target: Double?

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.field(
            "target", &target, .positive, "A loss; how long each run takes to reach it is shown.")
    }
}

/// A count of the answers that the server has given, by status.
final class RequestCounts: Sendable {
    private let counts = Mutex<[Int: Int]>([:])

    func count(_ status: Int) {
        counts.withLock { $0[status, default: 0] += 1 }
    }

    /// The counts so far, by ascending status.
    var all: [(status: Int, count: Int)] {
        counts.withLock { counts in counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }
}

/// The processor time, memory and descriptors of the process, as Linux counts them.
private struct ProcessUsage {
    var processorSeconds: Double
    var residentBytes: Double
    var openDescriptors: Int

    /// The counts now; nil where there is no `/proc`.
    static var current: ProcessUsage? {
        guard let stat = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            // The program's name is in parentheses and may have blanks.
            let fields = stat.split(separator: ")").last?.split(separator: " "),
            fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
            let pages = Double(fields[21]),
            let descriptors = try? FileManager.default.contentsOfDirectory(
                atPath: "/proc/self/fd")
        else { return nil }
        return ProcessUsage(
            processorSeconds: (user + system) / Double(sysconf(Int32(_SC_CLK_TCK))),
            residentBytes: pages * Double(sysconf(Int32(_SC_PAGESIZE))),
            openDescriptors: descriptors.count)
    }
}
