import Records
import Store
import Testing

struct StoreErrorTests {
    @Test(
        arguments: [
            (
                StoreError.runExists(id: "a", index: nil),
                #"run "a" exists already; choose another id, or update that run"#
            ),
            (
                .runExists(id: "a", index: 2),
                #"run 2 of the batch: run "a" exists already; choose another id, or update that run"#
            ),
            (.runNotFound(id: "a"), #"there is no run "a"; create it first, or check the id"#),
            (.fitExists(id: "f"), #"fit "f" exists already"#),
            (
                .fitNotFound(id: "f"),
                #"there is no fit "f"; it may have been deleted, or check the id"#
            ),
            (
                .invalidField(
                    .init(run: 1, point: 3, field: "loss", value: "nan", rule: positiveRule)),
                "run 1, point 3: loss = nan, must be a finite number above 0"
            ),
            (
                .invalidField(.init(field: "step", value: "-1", rule: "must be 0 or above")),
                "step = -1, must be 0 or above"
            ),
            (
                .invalidCursor("x"),
                #"cursor = "x" is none of ours; take next_cursor from the page before"#
            ),
            (.invalidLimit(0), "limit = 0, must be at least 1"),
            (
                .notADatabase(path: "a.db"),
                "a.db is not an SQLite database; name another file, it was left untouched"
            ),
            (
                .foreignDatabase(path: "a.db", applicationID: 0),
                "a.db is a database of another application (application_id none); "
                    + "name another file, it was left untouched"
            ),
            (
                .foreignDatabase(path: "a.db", applicationID: 0x1F),
                "a.db is a database of another application (application_id 0x1f); "
                    + "name another file, it was left untouched"
            ),
            (
                .newerDatabase(path: "a.db", unknownMigrations: ["v0009-x", "v0010-y"]),
                "a.db is from a newer version of isoloss, which knows v0009-x, v0010-y; "
                    + "update isoloss, it was left untouched"
            ),
            (
                .editedMigration(path: "a.db", identifier: "v0002-run"),
                "migration v0002-run is not the one that a.db was made with; "
                    + "a released migration is never edited, add a new one"
            ),
            (
                .cannotOpen(path: "a.db", reason: "it is a folder"),
                "cannot open the database a.db: it is a folder"
            ),
            (
                .sqlite(code: 13, reason: "database or disk is full"),
                "the database failed: database or disk is full (SQLite code 13)"
            ),
        ] as [(StoreError, String)])
    func `says what was refused and what to do`(error: StoreError, sentence: String) {
        #expect(error.message == sentence)
    }
}
