//! Opening: a file that nobody else can change, and that is known to be a whole journal of ours.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{JournalError, private, schema};

/// How long a write of another process is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// What a journal is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To be written; made when it is missing.
    Write,
    /// To be read; it must be there.
    ReadOnly,
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    pub(super) connection: Connection,
    pub(super) access: Access,
    /// Set when a write failed: a failed fsync is never tried again, because the kernel may have dropped the page
    /// (Rebello et al., "Can applications recover from fsync failures?", USENIX ATC 2020).
    pub(super) poisoned: bool,
    /// How many events each incident that was read as not open had then, and the hash of the newest, by id. It can become
    /// open only by another event, and that changes both.
    pub(super) not_open: HashMap<String, (u64, Vec<u8>)>,
}

impl Journal {
    /// Opens the journal at `path`. A missing folder is made with mode 0700 and a missing file with 0600, whatever the umask.
    ///
    /// # Errors
    /// When folder or file cannot be used, are a symbolic link, another user's or open to others, or when the file is not a
    /// whole journal of this version.
    pub fn open(path: &Path, access: Access) -> Result<Self, JournalError> {
        let unusable = |reason: String| JournalError::Unusable {
            path: path.to_owned(),
            reason,
        };
        let folder = private::folder_of(path);
        let io = |error: std::io::Error| unusable(error.to_string());
        if access == Access::Write {
            private::make_folder(folder).map_err(io)?;
        }
        if let Some(reason) = private::distrust_folder(folder).map_err(io)? {
            return Err(unusable(reason.to_owned()));
        }
        match private::distrust_file(path) {
            Ok(None) => {}
            Ok(Some(reason)) => return Err(unusable(reason.to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound && access == Access::Write => {
                private::make_file(path, |fresh| {
                    schema::create(&connect(fresh)?).map_err(MakeError::from)
                })
                .map_err(|error| error.at(path))?;
            }
            Err(error) => return Err(io(error)),
        }
        let connection = connect(path)?;
        if access == Access::ReadOnly {
            // Opened for writing all the same, because only a writer may roll back what a killed process left half done;
            // this forbids everything else. A file that cannot be written is opened to be read by SQLite itself.
            connection.pragma_update(None, "query_only", true)?;
        }
        let journal = Self {
            connection,
            access,
            poisoned: false,
            not_open: HashMap::new(),
        };
        journal.check(path)?;
        Ok(journal)
    }

    /// Whether the file is a journal of this version, whole and unchanged in all that no event's hash covers.
    fn check(&self, path: &Path) -> Result<(), JournalError> {
        let foreign = |found: String| JournalError::Foreign {
            path: path.to_owned(),
            found,
        };
        let corrupt = |what: &str| Err(JournalError::Corrupt(what.to_owned()));
        // One snapshot for all of it: no other process writes while it is read.
        let tx = self.connection.unchecked_transaction()?;
        let number = |name: &str| tx.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let id = number("application_id")?;
        if id != i64::from(schema::APPLICATION_ID) {
            return Err(foreign(format!("application id {id:#x}")));
        }
        match number("user_version")? {
            version if version == i64::from(schema::VERSION) => {}
            version if version > i64::from(schema::VERSION) => {
                return Err(foreign(format!("version {version}, made by a newer modosu")));
            }
            version => return Err(foreign(format!("version {version}"))),
        }
        let size = number("page_count")? * number("page_size")?;
        let there = std::fs::metadata(path).map(|meta| meta.len());
        if !there.is_ok_and(|there| i64::try_from(there) == Ok(size)) {
            return corrupt("it is shorter or longer than it says");
        }
        if !schema::is_ours(&tx)? {
            return corrupt("its tables are not the journal's");
        }
        let found: String = tx.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if found != "ok" {
            return Err(JournalError::Corrupt(found));
        }
        if tx.prepare("PRAGMA foreign_key_check")?.exists([])? {
            return corrupt("an event belongs to no incident");
        }
        let whole: bool = tx.query_row(
            "SELECT count(*) = (SELECT incidents FROM journal WHERE one = 1) FROM incident",
            [],
            |row| row.get::<_, Option<bool>>(0).map(Option::unwrap_or_default),
        )?;
        if !whole {
            return corrupt("an incident is missing");
        }
        Ok(())
    }
}

/// A connection on which every commit is on the disk before it returns, in one file.
fn connect(path: &Path) -> Result<Connection, JournalError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW
            | OpenFlags::SQLITE_OPEN_EXRESCODE,
    )?;
    connection.busy_timeout(BUSY)?;
    // One file at rest, and every commit on the disk before it returns: with a rollback journal EXTRA also syncs the folder
    // after the journal is unlinked, which is what commits (SQLite, "PRAGMA synchronous"). FULL would be enough for a
    // write-ahead log, but that is two more files, and readers need to write one of them.
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    // macOS: fsync alone stops at the drive's own cache (fcntl(2), F_FULLFSYNC).
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // Functions and triggers of a foreign file are never run (SQLite, "Defense against the dark arts").
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// What can go wrong while a new file is made.
enum MakeError {
    Io(std::io::Error),
    Journal(JournalError),
}

impl MakeError {
    fn at(self, path: &Path) -> JournalError {
        match self {
            Self::Io(error) => JournalError::Unusable {
                path: path.to_owned(),
                reason: error.to_string(),
            },
            Self::Journal(error) => error,
        }
    }
}

impl From<std::io::Error> for MakeError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<JournalError> for MakeError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<rusqlite::Error> for MakeError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Journal(error.into())
    }
}
