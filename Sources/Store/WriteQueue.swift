import Foundation
import GRDB
import Synchronization

/// Writers in a line: those that wait at the same time share one transaction and one sync.
///
/// A sync takes milliseconds and the disk does one at a time, so that with a transaction each, a
/// hundred writers would wait for a hundred syncs. Whoever comes first takes everything that
/// waits into its transaction, each piece of work in a savepoint of its own: one that fails takes
/// back itself and nothing else. Known from databases as group commit.
///
/// Long work, a part of an upload of many points, shares with nobody: what is short goes before it,
/// and asks it by `isWanted` to be brief. So a job that posts one point waits for some 250 points of
/// others, and not for their uploads.
final class WriteQueue: Sendable {
    private let writer: any DatabaseWriter
    private let busy: BusyWait
    /// Guards what follows, and wakes those whose work is done. (Not a `Mutex`: see `WorkerPool`.)
    private let condition = NSCondition()
    private nonisolated(unsafe) var waiting: [Work] = []
    /// True while one thread writes.
    private nonisolated(unsafe) var isWriting = false

    init(_ writer: any DatabaseWriter, busy: BusyWait) {
        self.writer = writer
        self.busy = busy
    }

    /// True when short work waits, so that long work had better end its transaction.
    var isWanted: Bool {
        condition.lock()
        defer { condition.unlock() }
        return waiting.contains { !$0.isLong }
    }

    /// Runs the body in a transaction, which others may share.
    ///
    /// - Parameters:
    ///   - isLong: Whether it may take longer than others like to wait.
    ///   - body: Reads and writes; what it throws takes back what it wrote.
    /// - Returns: What the body returned, once the transaction is committed.
    /// - Throws: What the body throws, or what SQLite says.
    func write<Value>(isLong: Bool = false, _ body: (Database) throws -> Value) throws -> Value {
        var result: Result<Value, any Error>?
        try withoutActuallyEscaping(body) { body in
            let work = Work(isLong: isLong) { db in
                let value = try body(db)
                result = .success(value)
            }
            try add(work)
            if let error = work.error { throw error }
        }
        guard let result else { throw StoreError.sqlite(code: 0, reason: "nothing was written") }
        return try result.get()
    }

    /// Waits until the work is done, by another thread or by this one.
    ///
    /// Nobody waits for a turn to learn that others have done the work: long work that goes on and on
    /// would take every turn before them.
    private func add(_ work: Work) throws {
        condition.lock()
        // While another process holds the file, one writer tries; the others are told at once,
        // and keep no threads that readers need.
        guard !busy.isLocked || !isWriting else {
            condition.unlock()
            throw StoreError.locked
        }
        waiting.append(work)
        while !work.isDone, isWriting { condition.wait() }
        defer { condition.unlock() }
        guard !work.isDone else { return }
        isWriting = true
        finish(waiting.filter { !$0.isLong })
        if !work.isDone { finish([work]) }
        isWriting = false
        condition.broadcast()
    }

    /// Commits some of those that wait, without the lock, and wakes them; the lock is held before and
    /// after.
    private func finish(_ all: [Work]) {
        guard !all.isEmpty else { return }
        waiting.removeAll { work in all.contains { $0 === work } }
        condition.unlock()
        commit(all)
        condition.lock()
        for work in all { work.isDone = true }
        condition.broadcast()
    }

    private func commit(_ all: [Work]) {
        do {
            try writer.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    for work in all {
                        try Self.perform(work, in: db, isAlone: all.count == 1)
                    }
                    return .commit
                }
            }
            busy.succeeded()
        } catch {
            for work in all where work.error == nil { work.error = error }
        }
    }

    private static func perform(_ work: Work, in db: Database, isAlone: Bool) throws {
        guard !isAlone else { return try work.body(db) }
        do {
            try db.inSavepoint {
                try work.body(db)
                return .commit
            }
        } catch {
            work.error = error
            // A full disk ends the whole transaction: nobody's work is stored then.
            guard db.isInsideTransaction else { throw error }
        }
    }

    /// The write of one caller.
    ///
    /// Unchecked: it is made by the caller, then read and changed only by the thread that writes, and
    /// read again by the caller when it is done; `isDone` is touched under the queue's lock only.
    private final class Work: @unchecked Sendable {
        let isLong: Bool
        let body: (Database) throws -> Void
        var error: (any Error)?
        var isDone = false

        init(isLong: Bool, _ body: @escaping (Database) throws -> Void) {
            self.isLong = isLong
            self.body = body
        }
    }
}

/// The time that SQLite waits for a file that another process has locked.
///
/// Two seconds for a writer, one for a reader, whom the write-ahead log lets pass but for moments.
/// A file that has been locked for 200 ms counts as locked until a write succeeds: from then on
/// writers wait for 200 ms only.
final class BusyWait: Sendable {
    private static let pause = 0.01
    private static let patience = 200
    private static let shortPatience = 20
    private static let readerPatience: Int32 = 1_000

    private let isLockSeen = Atomic(false)
    /// Pauses of the wait that goes on.
    private let limit = Atomic(0)

    /// True when another process has held the file for long.
    var isLocked: Bool { isLockSeen.load(ordering: .relaxed) }

    func succeeded() {
        isLockSeen.store(false, ordering: .relaxed)
    }

    var configuration: Configuration {
        var configuration = Configuration()
        // One for every thread that may read: of fewer, a batch of one point would wait for the length
        // of its run behind answers of 10^5 points. They are made as they are needed.
        configuration.maximumReaderCount = 24
        configuration.busyMode = .callback { [self] tries in wait(tries) }
        configuration.prepareDatabase { db in
            guard db.configuration.readonly else { return }
            try db.execute(sql: "PRAGMA busy_timeout = \(Self.readerPatience)")
        }
        return configuration
    }

    /// Only the one writer waits here: readers have a timeout of their own.
    private func wait(_ tries: Int) -> Bool {
        if tries == 0 {
            limit.store(isLocked ? Self.shortPatience : Self.patience, ordering: .relaxed)
        }
        if tries >= Self.shortPatience { isLockSeen.store(true, ordering: .relaxed) }
        guard tries < limit.load(ordering: .relaxed) else { return false }
        Thread.sleep(forTimeInterval: Self.pause)
        return true
    }
}
