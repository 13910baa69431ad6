-- One logged step of a run. WITHOUT ROWID and keyed by (run, step): a curve lies in step order on
-- neighbouring pages, and appending to it writes to one end of the tree.
-- `loss` is NULL where only a series was logged at the step.
CREATE TABLE point (
    run_key INTEGER NOT NULL REFERENCES run (key) ON DELETE CASCADE,
    step INTEGER NOT NULL CHECK (step BETWEEN 0 AND 100000000),
    loss REAL CHECK (loss > 0 AND loss < 9e999),
    learning_rate REAL CHECK (learning_rate >= 0 AND learning_rate < 9e999),
    token_count REAL CHECK (token_count >= 0 AND token_count < 9e999),
    PRIMARY KEY (run_key, step)
) STRICT, WITHOUT ROWID;

-- A run's other losses, `loss/<name>`: one row of `series` per name, so that a point of it carries
-- a small integer and not the name.
CREATE TABLE series (
    key INTEGER PRIMARY KEY,
    run_key INTEGER NOT NULL REFERENCES run (key) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    UNIQUE (run_key, name)
) STRICT;

CREATE TABLE series_point (
    series_key INTEGER NOT NULL REFERENCES series (key) ON DELETE CASCADE,
    step INTEGER NOT NULL CHECK (step BETWEEN 0 AND 100000000),
    loss REAL NOT NULL CHECK (loss > 0 AND loss < 9e999),
    PRIMARY KEY (series_key, step)
) STRICT, WITHOUT ROWID;
