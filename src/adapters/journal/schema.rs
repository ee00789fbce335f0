//! The tables, and how a file is known to be a journal that nobody has changed.

use std::sync::OnceLock;

use rusqlite::Connection;

/// "mdsu": marks the file as a journal of modosu (SQLite, `PRAGMA application_id`).
pub(super) const APPLICATION_ID: i32 = 0x6d64_7375;
/// The version of the tables. A file of another version is refused; `docs/journal-format.md` says what each one holds.
pub(super) const VERSION: i32 = 1;

const TABLES: &str = "
CREATE TABLE journal (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    incidents   INTEGER NOT NULL
) STRICT;
CREATE TABLE incident (
    id          TEXT PRIMARY KEY NOT NULL,
    day         TEXT NOT NULL,
    number      INTEGER NOT NULL,
    events      INTEGER NOT NULL,
    head        BLOB NOT NULL,
    UNIQUE (day, number)
) STRICT;
CREATE TABLE event (
    incident    TEXT NOT NULL REFERENCES incident (id),
    seq         INTEGER NOT NULL CHECK (seq > 0),
    at          TEXT NOT NULL,
    payload     TEXT NOT NULL,
    hash        BLOB NOT NULL,
    PRIMARY KEY (incident, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE lease (
    environment TEXT NOT NULL,
    service     TEXT NOT NULL,
    who         TEXT NOT NULL,
    host        TEXT NOT NULL,
    pid         INTEGER NOT NULL,
    started     TEXT NOT NULL,
    token       TEXT NOT NULL,
    until       TEXT NOT NULL,
    hash        BLOB NOT NULL,
    PRIMARY KEY (environment, service)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;
INSERT INTO journal (one, incidents) VALUES (1, 0);
";

/// Makes the tables of a new file.
pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
    ))
}

/// Whether the tables of `connection` are exactly these. A changed trigger or constraint would be believed otherwise: it is
/// not under any hash.
pub(super) fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    static OURS: OnceLock<Vec<Row>> = OnceLock::new();
    let ours = match OURS.get() {
        Some(ours) => ours,
        None => {
            let fresh = Connection::open_in_memory()?;
            create(&fresh)?;
            let made = tables(&fresh)?;
            OURS.get_or_init(|| made)
        }
    };
    Ok(tables(connection)? == *ours)
}

type Row = (String, String, String, Option<String>);

fn tables(connection: &Connection) -> rusqlite::Result<Vec<Row>> {
    connection
        .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect()
}
