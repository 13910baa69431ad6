import Foundation
import GRDB
import Records
import Testing

@testable import Imports

/// SQLite files of anybody: read where they are a tracker's, refused where not, and never a trap.
@Suite struct TrackerDatabaseTests {
    private static let trackio =
        "CREATE TABLE metrics (id INTEGER PRIMARY KEY, run_name, step, metrics)"
    private static let mlflow =
        "CREATE TABLE metrics (key, value, timestamp, run_uuid, step, is_nan); "
        + "CREATE TABLE params (key, value, run_uuid); CREATE TABLE runs (run_uuid, name)"

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func database(_ sql: String) throws -> String {
        let path = folder.path("\(UUID().uuidString).db")
        let database = try DatabaseQueue(path: path)
        try database.write { try $0.execute(sql: sql) }
        try database.close()
        return path
    }

    @Test(arguments: [
        "INSERT INTO metrics VALUES (NULL, NULL, NULL, NULL)",
        "INSERT INTO metrics VALUES (1, x'ff', 'one', x'ff'), (2, 'a', 1e300, '{\"loss\":3}')",
        "INSERT INTO metrics VALUES (1, 7, -9223372036854775808, '[]')",
        "CREATE TABLE configs (run_name, config); INSERT INTO configs VALUES (NULL, x'00')",
    ])
    func `rows of any type are left out, not trusted`(sql: String) throws {
        let good =
            "INSERT INTO metrics (run_name, step, metrics) VALUES ('good', 5, '{\"loss\": 3}')"
        let file = try LogImporter.file(at: database("\(Self.trackio); \(sql); \(good)"))
        #expect(file.runs.map(\.run.id).contains("good"))
    }

    @Test(arguments: [
        "INSERT INTO metrics VALUES (NULL, NULL, NULL, NULL, NULL, NULL)",
        "INSERT INTO metrics VALUES ('loss', 'x', 'y', x'ff', 'z', 'w')",
        "INSERT INTO params VALUES (NULL, NULL, NULL), (1, 2, 3), ('lr', NULL, 'good-run')",
        "INSERT INTO runs VALUES (NULL, NULL), (1, x'ff'), ('good-run', 7)",
        "DROP TABLE runs; DROP TABLE params",
    ])
    func `values of any type are left out, not trusted`(sql: String) throws {
        let good = "INSERT INTO metrics VALUES ('loss', 3.0, 1, 'good-run', 5, 0)"
        let file = try LogImporter.file(at: database("\(Self.mlflow); \(sql); \(good)"))
        let run = try #require(file.runs.map(\.run).first { $0.id == "good-run" })
        #expect(run.points.map(\.loss) == [3])
    }

    @Test(arguments: [
        """
        CREATE VIEW metrics AS WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM c)
            SELECT id, 'a' AS run_name, id AS step, '{"loss":1}' AS metrics FROM c
        """,
        """
        CREATE TABLE metrics (id INTEGER PRIMARY KEY, run_name, step,
            metrics GENERATED ALWAYS AS ('{"loss":1}') VIRTUAL);
        INSERT INTO metrics (run_name, step) VALUES ('a', 1)
        """,
    ])
    func `what asks for work without end is no table of a tracker`(sql: String) throws {
        let path = try database(sql)
        #expect {
            try LogImporter.file(at: path)
        } throws: { error in
            guard case .notALog = (error as? RunFileError)?.kind else { return false }
            return true
        }
    }

    @Test func `a name is no path: what is at hand is read, not a file of this machine`() throws {
        let path = try database(
            "\(Self.trackio); INSERT INTO metrics VALUES (1, 'secret', 5, '{\"loss\": 3}')")
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
        #expect(try LogImporter.file(bytes: bytes, name: "a").runs.map(\.run.id) == ["secret"])
        let other = Array("SQLite format 3\0".utf8) + [UInt8](repeating: 0, count: 200)
        #expect(throws: RunFileError.self) { try LogImporter.file(bytes: other, name: path) }
    }

    @Test func `rows are counted`() throws {
        let rows = (1...20).map { "(\($0), 'a', \($0), '{\"loss\": 3}')" }.joined(separator: ",")
        let path = try database("\(Self.trackio); INSERT INTO metrics VALUES \(rows)")
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
        #expect(try LogImporter.file(bytes: bytes, name: "a", maximumValues: 20).runs.count == 1)
        #expect(throws: RunFileError.self) {
            try LogImporter.file(bytes: bytes, name: "a", maximumValues: 19)
        }
    }

    @Test func `a table of too many columns is refused`() throws {
        let header = (0...DelimitedFormat.mostColumns).map { "c\($0)" }.joined(separator: ",")
        #expect {
            try LogImporter.file(bytes: Array("step,loss,\(header)\n1,2\n".utf8), name: "a")
        } throws: { error in
            guard case .wrongShape = (error as? RunFileError)?.kind else { return false }
            return true
        }
    }
}
