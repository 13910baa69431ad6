import API
import Contract
import JSONText
import LawTestSupport
import Laws
import Records
import Schedules

/// Synthetic runs as a training job would send them.
enum Study {
    static let curveParameters = [3.0, 0.6, 0.5, 0.4, 0.995]
    static let tableParameters = [1.8, 480, 2100, 0.35, 0.37]

    /// Stores the curves of a study, three of role train and one of role test.
    static func storeCurves(
        in service: TestService, study: String = "study", noise: Double = 0, seed: UInt64 = 1
    ) throws -> [Run] {
        let runs = try SyntheticStudy.curves(
            noise: noise, seed: seed, parameters: curveParameters)
        for run in runs {
            try store(run, study: study, in: service)
        }
        return runs
    }

    /// Stores one run: its metadata by PUT, its points by POST.
    static func store(_ run: Run, study: String, in service: TestService) throws {
        let schedule = run.schedule.flatMap(\.segmentText) ?? ""
        let metadata = #"{"study":"\#(study)","role":"\#(run.role?.rawValue ?? "train")","#
        _ = try service.put("/v1/runs/\(run.id)", metadata + #""schedule":"\#(schedule)"}"#)
        guard let curve = run.curve else { return }
        let points = zip(curve.steps, curve.losses).map { #"{"step":\#($0),"loss":\#($1)}"# }
        _ = try service.post(
            "/v1/runs/\(run.id)/points", #"{"points":[\#(points.joined(separator: ","))]}"#)
    }

    /// A table of finished runs as CSV.
    static func table(noise: Double = 0, seed: UInt64 = 1) throws -> String {
        let runs = try SyntheticStudy.table(
            noise: noise, seed: seed, parameters: tableParameters)
        let rows = runs.map { run in
            let size = run.features[.parameterCount] ?? 0
            let tokens = run.features[.tokenCount] ?? 0
            return "\(run.id),\(size),\(tokens),\(run.loss ?? 0)"
        }
        return "id,N,D,loss\n" + rows.joined(separator: "\n") + "\n"
    }
}

extension JSONValue {
    /// The value of a fit's parameter.
    func parameter(_ name: String) -> Double? {
        self["parameters"]?.elements.first { $0["name"]?.string == name }?["value"]?.double
    }
}
