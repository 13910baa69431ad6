-- What clients of trackers were told, and no run holds.
--
-- `study`: experiments that a client created; one without a run has its name here alone.
CREATE TABLE study (
    name TEXT NOT NULL PRIMARY KEY CHECK (name <> '' AND instr(name, char(0)) = 0),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Entries of logs by the ids that their clients gave, the newest of them: what is sent again, because
-- the answer was lost, changes nothing, though the server was started again in between.
CREATE TABLE log_entry (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 128)
) STRICT;
