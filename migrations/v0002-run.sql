-- One training run: what it was, not how its loss went (that is `point`).
-- `key` is the order of insertion and is never reused, so that pages keyed by it stay stable.
-- Times are milliseconds since 1970-01-01 UTC. 9e999 is SQLite's infinity; NaN binds as NULL.
CREATE TABLE run (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE
        CHECK (length(id) BETWEEN 1 AND 128 AND id NOT GLOB '*[^-A-Za-z0-9._]*'),
    study TEXT CHECK (study <> ''),
    name TEXT,
    role TEXT CHECK (role <> ''),
    loss REAL CHECK (loss > 0 AND loss < 9e999),
    schedule TEXT CHECK (schedule <> ''),
    recipe TEXT CHECK (recipe IS NULL OR json_valid(recipe)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_step INTEGER CHECK (last_step >= 0),
    point_count INTEGER NOT NULL DEFAULT 0 CHECK (point_count >= 0),
    CHECK ((last_step IS NULL) = (point_count = 0))
) STRICT;

CREATE INDEX run_by_study ON run (study, key);

-- What a law can use of a run, by name: parameter_count, token_count, training_flops, …
CREATE TABLE run_feature (
    run_key INTEGER NOT NULL REFERENCES run (key) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    value REAL NOT NULL CHECK (value > -9e999 AND value < 9e999),
    PRIMARY KEY (run_key, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_tag (
    run_key INTEGER NOT NULL REFERENCES run (key) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    value TEXT NOT NULL,
    PRIMARY KEY (run_key, name)
) STRICT, WITHOUT ROWID;
