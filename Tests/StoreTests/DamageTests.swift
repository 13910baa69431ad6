import Foundation
import Records
import Store
import TestSupport
import Testing

/// Files with a damaged page: what lies on others is served, what lies on it is named, nothing traps.
struct DamageTests {
    private static let pageSize = 4_096
    private static let runs = 6

    let folder: TemporaryFolder
    private let whole: Data

    init() throws {
        folder = try TemporaryFolder()
        let store = try RunStore(path: folder.path())
        for index in 0..<Self.runs {
            var run = Run(id: "run-\(index)", study: "study-\(index % 2)")
            run.features = [.parameterCount: 1e6]
            for tag in 0..<20 { run.tags["tag-\(tag)"] = String(repeating: "x", count: 40) }
            run.points = (0..<300).map { step in
                Point(
                    step: step, loss: step % 50 == 7 ? .nan : 3, learningRate: 1e-3,
                    series: ["validation": 4])
            }
            try store.insertRun(run)
            try store.insertFit(
                FitRecord(
                    id: "fit-\(index)", law: "chinchilla", request: "{}",
                    outcome: .done(report: "{}")))
        }
        try store.close()
        whole = try folder.bytes()
    }

    /// The tables and indices by page.
    private func owners() throws -> [String] {
        try (1...whole.count / Self.pageSize).map { page in
            let sql = "SELECT name FROM dbstat WHERE pageno = \(page)"
            return try value(sql, at: folder.path()) ?? "free"
        }
    }

    private func open(_ bytes: Data, as name: String) throws -> RunStore {
        let path = folder.path("\(name).db")
        try bytes.write(to: URL(filePath: path))
        return try RunStore(path: path)
    }

    /// Asks everything of a store; returns the errors, which all must be about damage.
    private func failures(of store: RunStore, page: Int) -> [String] {
        var failures: [String] = []
        func ask(_ what: String, _ body: () throws -> Void) {
            do {
                try body()
            } catch {
                failures.append(what)
                #expect((error as? StoreError)?.isDamage == true, "page \(page), \(what): \(error)")
            }
        }
        ask("list") { _ = try store.runs() }
        ask("gauges") { _ = try store.gauges(limit: 100) }
        ask("count") { _ = try store.runCount(RunList(search: "run")) }
        ask("studies") { _ = try store.studies() }
        ask("fits") { _ = try store.fits() }
        for index in 0..<Self.runs {
            ask("run-\(index)") { _ = try store.wholeRun("run-\(index)") }
            ask("last-\(index)") { _ = try store.lastValues(of: ["run-\(index)"]) }
            ask("fit-\(index)") { _ = try store.fit("fit-\(index)") }
        }
        let report = try? store.check()
        #expect(report?.faults.isEmpty == false, "page \(page): \(report as CheckReport?)")
        ask("append") { try store.appendPoints("run-5", [Point(step: 9_000, loss: 3)]) }
        ask("insert") { try store.insertRun(Run(id: "new", points: [Point(step: 1, loss: 3)])) }
        return failures
    }

    @Test func `whichever page is gone, the rest is served and the damage is named`() throws {
        var readable = 0
        for (index, owner) in try owners().enumerated() {
            var bytes = whole
            for offset in 0..<Self.pageSize { bytes[index * Self.pageSize + offset] = 0xA5 }
            let store: RunStore
            do {
                store = try open(bytes, as: "page-\(index)")
            } catch {
                // What describes the file, and the list of fits that a crash cut off.
                let needed = ["sqlite_schema", "grdb_migrations", "migration_checksum"]
                #expect(needed.contains(owner) || owner == "fit_unfinished", "\(owner): \(error)")
                continue
            }
            readable += 1
            let failures = failures(of: store, page: index + 1)
            if ["point", "series_point", "run_tag", "run_feature"].contains(owner) {
                #expect(!failures.contains("list"), "the list goes without what is damaged")
                #expect(!failures.contains("gauges"), "one run keeps no dashboard from others")
            }
            try? store.close()
        }
        #expect(readable > 20)
    }

    @Test(arguments: 0..<8) func `bytes changed anywhere are an error or another value`(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        // From the third page on: a schema that cannot be read is the other test's.
        let places = 2 * Self.pageSize..<whole.count
        for round in 0..<6 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...200, using: &generator) {
                let place = Int.random(in: places, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let store = try? open(bytes, as: "bytes-\(round)") else { continue }
            _ = try? store.runs()
            _ = try? store.gauges(limit: 100)
            _ = try? store.studies()
            _ = try? store.fits()
            for index in 0..<Self.runs {
                _ = try? store.wholeRun("run-\(index)")
                _ = try? store.lastValues(of: ["run-\(index)"])
            }
            _ = try? store.check()
            _ = try? store.appendPoints("run-5", [Point(step: 9_000, loss: 3)])
            try? store.close()
        }
    }
}
