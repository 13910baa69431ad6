import Foundation
import Records
import Testing

@testable import isoloss

/// `isoloss import --follow`: what of a growing log is new, and the program itself.
struct FollowTests {
    private func points(_ losses: [Int: Double]) -> [Point] {
        losses.sorted { $0.key < $1.key }.map { Point(step: $0.key, loss: $0.value) }
    }

    @Test func `a log that goes on adds its new points`() {
        var run = FollowedRun()
        #expect(run.take([])?.points == nil)
        #expect(run.take(points([0: 9, 10: 8]))?.points == points([0: 9, 10: 8]))
        #expect(run.take(points([0: 9, 10: 8])) == nil)
        let change = run.take(points([0: 9, 10: 8, 20: 7]))
        #expect(change == .init(points: points([20: 7]), rewinds: false, evaluations: []))
    }

    @Test func `a last line that was half-written is corrected, and is no restart`() {
        var run = FollowedRun()
        _ = run.take(points([0: 9, 10: 8]))
        let change = run.take(points([0: 9, 10: 8.25, 20: 7]))
        #expect(change?.points == points([10: 8.25, 20: 7]) && change?.rewinds == false)
    }

    @Test func `a validation loss that comes late changes its point alone`() {
        var run = FollowedRun()
        _ = run.take(points([0: 9, 10: 8, 20: 7]))
        var log = points([0: 9, 10: 8, 20: 7])
        log[1].series["val"] = 8.5
        let change = run.take(log)
        #expect(change == .init(points: [log[1]], rewinds: false, evaluations: [log[1]]))
    }

    @Test func `a restart from a checkpoint replaces, and drops what it has not reached`() {
        var run = FollowedRun()
        _ = run.take(points([0: 9, 10: 8, 20: 7, 30: 6, 40: .nan]))
        // The importer still has the old steps 30 and 40 behind the rewritten 20.
        let back = run.take(points([0: 9, 10: 8, 20: 6.5, 30: 6, 40: .nan]))
        #expect(back?.points == points([20: 6.5]) && back?.rewinds == true)
        #expect(run.stored == points([0: 9, 10: 8, 20: 6.5]))
        // Step 30 is written again, by chance as it was, which shows once step 40 is.
        #expect(run.take(points([0: 9, 10: 8, 20: 6.5, 30: 6, 40: .nan])) == nil)
        let on = run.take(points([0: 9, 10: 8, 20: 6.5, 30: 6, 40: 5]))
        #expect(on?.points == points([30: 6, 40: 5]) && on?.rewinds == false)
        #expect(run.stored == points([0: 9, 10: 8, 20: 6.5, 30: 6, 40: 5]))
    }

    @Test func `a file that was cut or replaced goes on from its first step`() {
        var run = FollowedRun()
        _ = run.take(points([0: 9, 10: 8, 20: 7, 30: 6]))
        #expect(run.take(points([0: 9, 10: 8])) == nil)
        let cut = run.take(points([0: 9, 10: 8, 20: 7.5]))
        #expect(cut?.points == points([20: 7.5]) && cut?.rewinds == true)
        // A rotated log begins where the former ended.
        let next = run.take(points([30: 6.5, 40: 5]))
        #expect(next?.points == points([30: 6.5, 40: 5]) && next?.rewinds == false)
        #expect(run.stored == points([0: 9, 10: 8, 20: 7.5, 30: 6.5, 40: 5]))
        let anew = run.take(points([0: 8]))
        #expect(anew?.points == points([0: 8]) && anew?.rewinds == true && run.stored.count == 1)
    }

    /// Appends to a file as a job does.
    private func append(_ text: String, to url: URL) throws {
        if !FileManager.default.fileExists(atPath: url.path) { try Data().write(to: url) }
        let file = try FileHandle(forWritingTo: url)
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
    }

    /// Waits until a file holds a text.
    private func wait(for text: String, in url: URL) throws -> Bool {
        let deadline = Date(timeIntervalSinceNow: 30)
        while Date() < deadline {
            if try String(contentsOf: url, encoding: .utf8).contains(text) { return true }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return false
    }

    @Test(arguments: [false, true])
    func `a growing log is stored as it grows, to the last line at Ctrl-C`(
        _ isServed: Bool
    ) throws {
        let folder = try TemporaryFolder()
        let server = isServed ? try RunningServer(in: folder, database: "followed.db") : nil
        let place = server.map { ["--server", $0.url] } ?? ["--database", "followed.db"]
        let (log, out, err) = (folder.url("run7.csv"), folder.url("out"), folder.url("err"))
        let follower = try Program.start(
            ["import", "--follow", "run7.csv", "--study", "mine"] + place, in: folder, out: out,
            err: err)
        defer { if follower.isRunning { follower.terminate() } }
        // The file appears later, and its last line is half-written for a while.
        try append("step,loss,val_loss\n0,9,\n10,8,8.5\n20,7", to: log)
        #expect(try wait(for: "run7  step 10  loss 8  val_loss 8.5", in: out))
        try append(".5,\n30,7,7.75\n", to: log)
        #expect(try wait(for: "run7  step 30  loss 7  val_loss 7.75", in: out))
        // The job starts again from step 20.
        try append("20,7.25,\n", to: log)
        #expect(try wait(for: "run7  back to step 20", in: out))
        // The log is rotated, with a line that nobody has read yet.
        try append("30,6.5,\n", to: log)
        try FileManager.default.moveItem(at: log, to: folder.url("run7.csv.1"))
        try append("step,loss,val_loss\n40,6,6.25\n", to: log)
        #expect(try wait(for: "run7  step 40  loss 6  val_loss 6.25", in: out))
        try append("50,5,\n", to: log)
        kill(follower.processIdentifier, SIGINT)
        follower.waitUntilExit()
        let said = try String(contentsOf: err, encoding: .utf8)
        #expect(follower.terminationStatus == 0, "\(said)")
        _ = server?.stop()
        let export = try Program(folder: folder)("export --database followed.db study")
        #expect(export.code == 0, "\(export.error)")
        let stored = try Program(folder: folder)("import study --dry-run --format json").output
        #expect(stored.contains(#""first":{"step":0,"loss":9}"#), "\(stored)")
        #expect(stored.contains(#""last":{"step":50,"loss":5}"#), "\(stored)")
        #expect(stored.contains(#""accepted":6"#), "\(stored)")
    }

    @Test func `following prints lines, and nothing else can be asked of it`() throws {
        let folder = try TemporaryFolder()
        for option in ["--dry-run", "--format json"] {
            let refused = try Program(folder: folder)("import --follow a.csv \(option)")
            #expect(refused.code == 2 && refused.error.contains("leave out --dry-run and --format"))
        }
    }
}
