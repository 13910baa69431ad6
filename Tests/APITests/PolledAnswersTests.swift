import Foundation
import Records
import Store
import Testing

@testable import API

/// Answers that are kept until something is stored.
@Suite struct PolledAnswersTests {
    @Test(arguments: [
        "/v1/runs", "/v1/runs/a", "/v1/runs/a/points", "/v1/runs?search=a&sort=-last_step",
    ])
    func `a kept answer is as new as the store, whoever stores`(_ target: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "runs.db").path
        let service = try TestService(.inProcess, databasePath: path)
        #expect(try service.put("/v1/runs/a", #"{"study":"s"}"#).status == 201)
        let empty = try service.get(target)
        #expect(try service.get(target).body == empty.body)
        // The service's own writes.
        _ = try service.post("/v1/runs/a/points", #"{"points":[{"step":1,"loss":3}]}"#)
        let one = try service.get(target)
        #expect(one.status == 200 && one.body != empty.body, "\(one.text)")
        #expect(try service.get(target).body == one.body)
        // Another connection's, as of an import beside the server.
        let guest = try RunStore(path: path, as: .guest)
        _ = try guest.appendPoints("a", [Point(step: 2, loss: 2.5)])
        try guest.close()
        let two = try service.get(target)
        #expect(two.body != one.body && two.body != empty.body, "\(two.text)")
        // Each question has its own answer.
        let rows = try service.get(target + (target.contains("?") ? "&" : "?") + "format=rows")
        #expect(rows.status == 200 && rows.body != two.body)
    }
}
