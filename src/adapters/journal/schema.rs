//! The tables, and how a file is known to be a journal.

use rusqlite::Connection;

/// "mdsu": marks the file as a journal of modosu (SQLite, `PRAGMA application_id`).
pub(super) const APPLICATION_ID: i32 = 0x6d64_7375;
/// The version of the tables. An older one is brought up to date, a newer one refused.
pub(super) const VERSION: i32 = 1;

const TABLES: &str = "
CREATE TABLE incident (
    id          TEXT PRIMARY KEY,
    day         TEXT NOT NULL,
    number      INTEGER NOT NULL,
    UNIQUE (day, number)
) STRICT;
CREATE TABLE event (
    incident    TEXT NOT NULL REFERENCES incident (id),
    seq         INTEGER NOT NULL,
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
    PRIMARY KEY (environment, service)
) STRICT, WITHOUT ROWID;
";

/// Makes the tables of a new file.
pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
    ))
}
