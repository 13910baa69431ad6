-- One fit: what was asked (`request`), what came of it (`report` or `failure`), all three JSON.
-- Times are milliseconds since 1970-01-01 UTC.
CREATE TABLE fit (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE
        CHECK (length(id) BETWEEN 1 AND 128 AND id NOT GLOB '*[^-A-Za-z0-9._]*'),
    law TEXT NOT NULL CHECK (law <> ''),
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    progress REAL NOT NULL CHECK (progress BETWEEN 0 AND 1),
    request TEXT NOT NULL CHECK (json_valid(request)),
    report TEXT CHECK (report IS NULL OR json_valid(report)),
    failure TEXT CHECK (failure IS NULL OR json_valid(failure)),
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    CHECK ((finished_at IS NULL) = (status IN ('queued', 'running'))),
    CHECK ((report IS NULL) = (status <> 'done')),
    CHECK ((failure IS NULL) = (status <> 'failed'))
) STRICT;

-- The few fits that have not ended, found at every start without reading the rest.
CREATE INDEX fit_unfinished ON fit (status) WHERE status IN ('queued', 'running');
