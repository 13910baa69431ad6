-- Points that are not finite, times of points, units of losses; a run's steps as a column.
--
-- `run` is made again for its rules: the ids . and .. cannot be asked for over HTTP, and NUL ends a
-- text in C. `total_steps` is the length of `schedule`, kept so that a batch of points is checked
-- without reading it; the migrator fills it in for runs that are there already. `last_loss` is the
-- newest main loss, kept so that a list is sorted by it without reading points.
CREATE TABLE run_new (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE
        CHECK (length(id) BETWEEN 1 AND 128 AND id NOT GLOB '*[^-A-Za-z0-9._]*'
            AND id NOT IN ('.', '..')),
    study TEXT CHECK (study <> '' AND instr(study, char(0)) = 0),
    name TEXT CHECK (instr(name, char(0)) = 0),
    role TEXT CHECK (role <> ''),
    loss REAL CHECK (loss > 0 AND loss < 9e999),
    schedule TEXT CHECK (schedule <> '' AND instr(schedule, char(0)) = 0),
    total_steps INTEGER CHECK (total_steps BETWEEN 1 AND 100000000),
    recipe TEXT CHECK (recipe IS NULL OR json_valid(recipe)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_step INTEGER CHECK (last_step >= 0),
    last_loss REAL CHECK (last_loss > 0 AND last_loss < 9e999),
    point_count INTEGER NOT NULL DEFAULT 0 CHECK (point_count >= 0),
    CHECK ((last_step IS NULL) = (point_count = 0))
) STRICT;

INSERT INTO run_new (key, id, study, name, role, loss, schedule, recipe, created_at, updated_at,
    last_step, last_loss, point_count)
SELECT key, CASE WHEN id IN ('.', '..') THEN 'renamed-' || key ELSE id END, study, name, role,
    loss, schedule, recipe, created_at, updated_at, last_step,
    (SELECT point.loss FROM point WHERE run_key = run.key AND point.loss IS NOT NULL
        ORDER BY step DESC LIMIT 1),
    point_count
FROM run;

-- Keys stay unique for ever, those of deleted runs included.
DELETE FROM sqlite_sequence WHERE name = 'run_new';
INSERT INTO sqlite_sequence (name, seq) SELECT 'run_new', seq FROM sqlite_sequence WHERE name = 'run';
DROP TABLE run;
ALTER TABLE run_new RENAME TO run;
CREATE INDEX run_by_study ON run (study, key);

-- The unit of a loss by its field, `loss` or `loss/<name>`; nats per token where there is no row.
CREATE TABLE run_unit (
    run_key INTEGER NOT NULL REFERENCES run (key) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    value TEXT NOT NULL CHECK (value <> ''),
    PRIMARY KEY (run_key, name)
) STRICT, WITHOUT ROWID;

-- `not_finite` stands in place of a loss that is none: SQLite has no NaN.
ALTER TABLE point ADD COLUMN time INTEGER;
ALTER TABLE point ADD COLUMN not_finite TEXT
    CHECK (not_finite IS NULL OR (not_finite IN ('nan', 'inf', '-inf') AND loss IS NULL));
CREATE INDEX point_not_finite ON point (run_key, step) WHERE not_finite IS NOT NULL;

CREATE TABLE series_point_new (
    series_key INTEGER NOT NULL REFERENCES series (key) ON DELETE CASCADE,
    step INTEGER NOT NULL CHECK (step BETWEEN 0 AND 100000000),
    loss REAL CHECK (loss > 0 AND loss < 9e999),
    not_finite TEXT CHECK (not_finite IN ('nan', 'inf', '-inf')),
    PRIMARY KEY (series_key, step),
    CHECK ((loss IS NULL) = (not_finite IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO series_point_new (series_key, step, loss) SELECT series_key, step, loss FROM series_point;
DROP TABLE series_point;
ALTER TABLE series_point_new RENAME TO series_point;
