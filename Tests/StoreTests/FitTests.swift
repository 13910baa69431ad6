import Foundation
import Store
import Testing

struct FitTests {
    let store: RunStore

    init() throws { store = try RunStore.inMemory(now: SteppingClock().now) }

    private func fit(_ id: String, isRunning: Bool = false) -> FitRecord {
        FitRecord(id: id, law: "chinchilla", request: #"{"runs":["a"]}"#, isRunning: isRunning)
    }

    @Test func `a fit goes from queued to done`() throws {
        let queued = try store.insertFit(fit("f"))
        #expect(queued.status == .queued)
        #expect(queued.createdAt == SteppingClock.start)
        #expect(queued.finishedAt == nil)
        #expect(queued.progress == 0)
        #expect(try store.finishFit("f", .done(report: #"{"cost":1}"#)))
        let done = try store.fit("f")
        #expect(done.status == .done)
        #expect(done.progress == 1)
        #expect(done.report == #"{"cost":1}"#)
        #expect(done.failure == nil)
        #expect(done.request == #"{"runs":["a"]}"#)
        #expect(try #require(done.finishedAt) > SteppingClock.start)
    }

    @Test func `a fit that ended before it was stored is stored as ended`() throws {
        let outcome = FitRecord.Outcome.failed(failure: #"{"reason":"stalled"}"#)
        let stored = try store.insertFit(
            FitRecord(id: "f", law: "chinchilla", request: "{}", outcome: outcome))
        #expect(stored.status == .failed)
        #expect(stored.failure == #"{"reason":"stalled"}"#)
        #expect(stored.finishedAt == stored.createdAt)
        #expect(stored.createdAt == SteppingClock.start)
        #expect(try store.fit("f") == stored)
    }

    @Test(arguments: [
        FitRecord.Outcome.cancelled, .done(report: "{}"), .failed(failure: "{}"),
    ])
    func `the first end stands`(outcome: FitRecord.Outcome) throws {
        try store.insertFit(fit("f", isRunning: true))
        #expect(try store.finishFit("f", outcome))
        let ended = try store.fit("f")
        #expect(try !store.finishFit("f", .done(report: #"{"late":true}"#)))
        #expect(try store.fit("f") == ended)
    }

    @Test func `an unknown fit is named`() throws {
        #expect(throws: StoreError.fitNotFound(id: "f")) { try store.fit("f") }
        #expect(throws: StoreError.fitNotFound(id: "f")) { try store.finishFit("f", .cancelled) }
        #expect(throws: StoreError.fitNotFound(id: "f")) { try store.deleteFit("f") }
    }

    @Test func `refuses a second fit with an id, a bad id and text that is not JSON`() throws {
        try store.insertFit(fit("f"))
        #expect(throws: StoreError.fitExists(id: "f")) { try store.insertFit(fit("f")) }
        #expect(throws: StoreError.self) { try store.insertFit(fit("a b")) }
        #expect(throws: StoreError.self) {
            try store.insertFit(FitRecord(id: "g", law: "chinchilla", request: "{"))
        }
        #expect(throws: StoreError.self) { try store.finishFit("f", .done(report: "{")) }
        #expect(try store.fit("f").status == .queued)
    }

    @Test func `fits are listed newest first, in pages stable under inserts`() throws {
        for id in ["a", "b", "c", "d"] { try store.insertFit(fit(id)) }
        let first = try store.fits(limit: 2)
        try store.insertFit(fit("e"))
        try store.deleteFit("c")
        let second = try store.fits(limit: 2, cursor: first.nextCursor)
        #expect(first.records.map(\.id) == ["d", "c"])
        #expect(second.records.map(\.id) == ["b", "a"])
        #expect(second.nextCursor == nil)
        #expect(throws: StoreError.invalidCursor("r1")) { try store.fits(cursor: "r1") }
    }

    @Test func `opening a file fails the fits that a crash cut off`() throws {
        let folder = try TemporaryFolder()
        let before = try RunStore(path: folder.path(), now: SteppingClock().now)
        try before.insertFit(fit("queued"))
        try before.insertFit(fit("running", isRunning: true))
        try before.insertFit(
            FitRecord(id: "done", law: "x", request: "{}", outcome: .done(report: "{}")))
        let done = try before.fit("done")
        try before.close()

        let importer = try RunStore(path: folder.path(), as: .guest)
        #expect(try importer.fit("running").status == .running)
        try importer.close()

        let after = try RunStore(path: folder.path())
        for id in ["queued", "running"] {
            let fit = try after.fit(id)
            #expect(fit.status == .failed)
            #expect(fit.failure == FitRecord.interruptedFailure)
            #expect(fit.finishedAt != nil)
        }
        #expect(try after.fit("done") == done)
    }
}
