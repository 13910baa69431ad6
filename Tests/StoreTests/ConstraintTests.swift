import GRDB
import Records
import Store
import Testing

/// The rules hold in SQL too, for whoever writes to the file without the store.
struct ConstraintTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let store = try RunStore(path: folder.path())
        try store.insertRun(Run(id: "a"))
        try store.close()
    }

    @Test(arguments: [
        "INSERT INTO run (id, created_at, updated_at) VALUES ('', 0, 0)",
        "INSERT INTO run (id, created_at, updated_at) VALUES ('a b', 0, 0)",
        "INSERT INTO run (id, created_at, updated_at) VALUES ('a', 0, 0)",
        "INSERT INTO run (id, loss, created_at, updated_at) VALUES ('b', 0, 0, 0)",
        "INSERT INTO run (id, loss, created_at, updated_at) VALUES ('b', 9e999, 0, 0)",
        "INSERT INTO run (id, recipe, created_at, updated_at) VALUES ('b', '{', 0, 0)",
        "INSERT INTO run (id, created_at, updated_at) VALUES ('b', 'now', 0)",
        "INSERT INTO run (id, created_at, updated_at) VALUES ('.', 0, 0)",
        "INSERT INTO run (id, created_at, updated_at) VALUES ('..', 0, 0)",
        "INSERT INTO run (id, study, created_at, updated_at) VALUES ('b', 'x' || char(0), 0, 0)",
        "INSERT INTO run (id, total_steps, created_at, updated_at) VALUES ('b', 0, 0, 0)",
        "INSERT INTO run_unit VALUES (1, 'loss', '')",
        "INSERT INTO point VALUES (1, 1, NULL, NULL, NULL, NULL, 'NaN')",
        "INSERT INTO point VALUES (1, 1, 3.0, NULL, NULL, NULL, 'nan')",
        "INSERT INTO point VALUES (1, 1, 3.0, NULL, NULL, 'now', NULL)",
        "UPDATE run SET last_step = 3",
        "INSERT INTO run_feature VALUES (1, 'token_count', 9e999)",
        "INSERT INTO run_feature VALUES (7, 'token_count', 1)",
        "INSERT INTO point VALUES (7, 1, 3.0, NULL, NULL, NULL, NULL)",
        "INSERT INTO point VALUES (1, -1, 3.0, NULL, NULL, NULL, NULL)",
        "INSERT INTO point VALUES (1, 100000001, 3.0, NULL, NULL, NULL, NULL)",
        "INSERT INTO point VALUES (1, 1.5, 3.0, NULL, NULL, NULL, NULL)",
        "INSERT INTO point VALUES (1, 1, 0.0, NULL, NULL, NULL, NULL)",
        "INSERT INTO point VALUES (1, 1, 9e999, NULL, NULL, NULL, NULL)",
        "INSERT INTO point VALUES (1, 1, 'low', NULL, NULL, NULL, NULL)",
        "INSERT INTO point VALUES (1, 1, 3.0, -1e-4, NULL, NULL, NULL)",
        "INSERT INTO point VALUES (1, 1, 3.0, NULL, -1, NULL, NULL)",
        "INSERT INTO series_point VALUES (1, 1, 3.0, NULL)",
        fit("status", "'paused'"), fit("progress", "1.5"), fit("law", "''"),
        fit("request", "'{'"), fit("finished_at", "1"), fit("report", "'{}'"),
        fit("failure", "'{}'"),
    ])
    func `SQL refuses`(statement: String) throws {
        #expect {
            try execute(statement, at: folder.path())
        } throws: { error in
            (error as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT
        }
    }

    @Test func `a queued fit that no test above spoils is accepted`() throws {
        try execute(fit("progress", "0.5"), at: folder.path())
        #expect(try value("SELECT count(*) FROM fit", at: folder.path()) == 1)
    }
}

/// A queued fit with one column set to another SQL value.
private func fit(_ column: String, _ value: String) -> String {
    var columns = [
        "id": "'f'", "law": "'chinchilla'", "status": "'queued'", "progress": "0",
        "request": "'{}'", "created_at": "0",
    ]
    columns[column] = value
    let sorted = columns.sorted { $0.key < $1.key }
    let names = sorted.map(\.key).joined(separator: ", ")
    let values = sorted.map(\.value).joined(separator: ", ")
    return "INSERT INTO fit (\(names)) VALUES (\(values))"
}
