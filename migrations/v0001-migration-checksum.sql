-- The checksum of each applied migration's text, so that an edit after landing is noticed at the
-- next open. The migrator writes a row in the transaction that applies the migration.
CREATE TABLE migration_checksum (
    identifier TEXT NOT NULL PRIMARY KEY,
    checksum TEXT NOT NULL CHECK (length(checksum) = 16)
) STRICT, WITHOUT ROWID;
