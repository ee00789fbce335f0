//! Opening: a folder and a file that nobody else can read, and a file that is known to be ours.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{JournalError, schema};

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
}

impl Journal {
    /// Opens the journal at `path`. Its folder is made with mode 0700 and the file with 0600, whatever the umask.
    ///
    /// # Errors
    /// When folder or file cannot be used, are a symbolic link or another user's, or when the file is not a journal or of
    /// a newer version.
    pub fn open(path: &Path, access: Access) -> Result<Self, JournalError> {
        let unusable = |reason: String| JournalError::Unusable {
            path: path.to_owned(),
            reason,
        };
        if access == Access::Write {
            make_private(path).map_err(|error| unusable(error.to_string()))?;
        }
        check_private(path).map_err(unusable)?;
        let flags = match access {
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let connection = Connection::open_with_flags(
            path,
            flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW,
        )?;
        connection.busy_timeout(BUSY)?;
        if access == Access::Write {
            // One file, and every commit on the disk before it returns: with a rollback journal EXTRA also syncs the folder
            // after the journal is unlinked (SQLite, "PRAGMA synchronous"), and a reader needs no write access as it would
            // with a write-ahead log.
            connection.pragma_update(None, "journal_mode", "DELETE")?;
            connection.pragma_update(None, "synchronous", "EXTRA")?;
            connection.pragma_update(None, "fullfsync", true)?;
        }
        connection.pragma_update(None, "foreign_keys", true)?;
        // Functions and triggers of a foreign file are never run (SQLite, "Defense against the dark arts").
        connection.pragma_update(None, "trusted_schema", false)?;
        let journal = Self {
            connection,
            access,
            poisoned: false,
        };
        journal.check_kind(path)?;
        Ok(journal)
    }

    fn check_kind(&self, path: &Path) -> Result<(), JournalError> {
        let number = |name: &str| {
            self.connection
                .pragma_query_value(None, name, |row| row.get::<_, i32>(0))
        };
        let (id, version) = (number("application_id")?, number("user_version")?);
        match (id, version) {
            (schema::APPLICATION_ID, schema::VERSION) => Ok(()),
            (0, 0) if self.access == Access::Write && self.is_empty()? => {
                match schema::create(&self.connection) {
                    Ok(()) => Ok(()),
                    // Another process made the tables in the meantime.
                    Err(_) if number("application_id")? == schema::APPLICATION_ID => Ok(()),
                    Err(error) => Err(error.into()),
                }
            }
            (id, version) => Err(JournalError::Foreign {
                path: path.to_owned(),
                found: format!("application id {id:#x}, version {version}"),
            }),
        }
    }

    fn is_empty(&self) -> Result<bool, JournalError> {
        let tables: i64 = self
            .connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok(tables == 0)
    }
}

fn make_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
        && !folder.exists()
    {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(file) => file.set_permissions(fs::Permissions::from_mode(0o600)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Refuses a symbolic link, something that is not a file, and a file of somebody else.
fn check_private(path: &Path) -> Result<(), String> {
    let meta = fs::symlink_metadata(path).map_err(|error| error.to_string())?;
    if !meta.file_type().is_file() {
        return Err("it is not a plain file".to_owned());
    }
    // Where there is no /proc, the owner cannot be compared and the mode alone decides.
    let ours = fs::metadata("/proc/self")
        .map(|me| me.uid() == meta.uid())
        .unwrap_or(true);
    if !ours {
        return Err("it belongs to another user".to_owned());
    }
    if meta.permissions().mode() & 0o077 != 0 {
        return Err("others can read it; chmod 600 makes it private".to_owned());
    }
    Ok(())
}
