//! The file: read, locked, replaced whole.

use std::fs::{self, File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

use crate::domain::{Fault, FaultKind, WritePermit};

use super::table;

/// How often a row is tried again when somebody saved the file in the same instant.
const TRIES: usize = 3;

/// What came of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// The row was added.
    Written,
    /// The same row was there already.
    AlreadyThere,
}

/// The file, with the right to write to it.
#[derive(Debug)]
pub struct HistoryFile {
    path: PathBuf,
}

impl HistoryFile {
    /// The history at `path`. The permit is what makes it writable.
    #[must_use]
    pub fn new(_permit: &WritePermit, path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a row to the table whose header is `columns`; makes file and table when they are missing. A row that is there
    /// already is not written again.
    ///
    /// # Errors
    /// When the file cannot be read, locked or replaced, is not UTF-8, or ends inside a code block where no row would show.
    pub fn append(&self, columns: &[String; 8], cells: &[String; 8]) -> std::result::Result<Appended, Fault> {
        append(&self.path, columns, cells, || {}).map_err(|error| fault("history.append", &self.path, &error))
    }
}

/// The rows of the table at `path`, oldest first; none when there is no file.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read(path: &Path, columns: &[String; 8]) -> std::result::Result<Vec<[String; 8]>, Fault> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(table::rows(&text, columns)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(fault("history.read", path, &error)),
    }
}

fn fault(operation: &str, path: &Path, error: &Error) -> Fault {
    Fault::new(
        FaultKind::Local,
        operation,
        &format!("{}: {error}", path.display()),
    )
}

/// `meanwhile` is what happens between reading the file and replacing it: nothing that we do, but others may.
fn append(
    path: &Path,
    columns: &[String; 8],
    cells: &[String; 8],
    mut meanwhile: impl FnMut(),
) -> Result<Appended> {
    let path = real(path)?;
    let folder = path
        .parent()
        .filter(|f| !f.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // The folder is what is locked: the file itself is replaced, and a lock beside it would stay in the team's repository.
    let lock = File::open(folder)?;
    lock.lock()?;
    for _ in 0..TRIES {
        let old = text_of(&path)?;
        let new = match table::with_row(old.as_deref().unwrap_or_default(), columns, cells) {
            Ok(Some(new)) => new,
            Ok(None) => return Ok(Appended::AlreadyThere),
            Err(table::Unclosed) => {
                return Err(Error::new(
                    ErrorKind::InvalidData,
                    "it ends inside a code block or a comment, where no row would show",
                ));
            }
        };
        let fresh = prepare(&path, new.as_bytes())?;
        meanwhile();
        // An editor knows nothing of the lock. What it saved in the meantime is not overwritten.
        if text_of(&path)? == old {
            fs::rename(&fresh, &path)?;
            lock.sync_all()?;
            return Ok(Appended::Written);
        }
        fs::remove_file(&fresh)?;
    }
    Err(Error::new(ErrorKind::ResourceBusy, "it keeps changing"))
}

/// Where the file really is: replacing a link would leave what it points to without the row.
fn real(path: &Path) -> Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound && fs::symlink_metadata(path).is_err() => {
            Ok(path.to_owned())
        }
        real => real,
    }
}

fn text_of(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| Error::new(ErrorKind::InvalidData, "it is not UTF-8")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts the new content beside the file, on the disk, with the file's permissions.
fn prepare(path: &Path, bytes: &[u8]) -> Result<PathBuf> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".modosu-new");
    let fresh = path.with_file_name(name);
    // Left behind by a process that was killed here; the lock says that no other is at work.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(&fresh)?;
    if let Ok(old) = fs::metadata(path) {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(fresh)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn columns() -> [String; 8] {
        ["a", "b", "c", "d", "e", "f", "g", "h"].map(String::from)
    }

    fn cells(first: &str) -> [String; 8] {
        [first, "2", "3", "4", "5", "6", "7", "8"].map(String::from)
    }

    fn history(folder: &tempfile::TempDir) -> HistoryFile {
        HistoryFile::new(
            &WritePermit::for_tests(),
            &folder.path().join("docs/operations/history.md"),
        )
    }

    #[test]
    fn a_second_append_of_the_same_row_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let history = history(&folder);
        assert_eq!(history.append(&columns(), &cells("1\n2")), Ok(Appended::Written));
        let once = fs::read(history.path()).unwrap();
        assert_eq!(
            history.append(&columns(), &cells("1\n2")),
            Ok(Appended::AlreadyThere)
        );
        assert_eq!(fs::read(history.path()).unwrap(), once);
        assert_eq!(read(history.path(), &columns()).unwrap(), [cells("1 2")]);
    }

    #[test]
    fn there_is_no_history_where_there_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(history(&folder).path(), &columns()), Ok(Vec::new()));
    }

    #[test]
    fn many_at_once_lose_nothing_and_leave_nothing_beside_the_file() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let file = history(&folder);
                scope.spawn(move || {
                    for n in 0..10 {
                        let cells = cells(&format!("{writer}-{n}"));
                        assert_eq!(file.append(&columns(), &cells), Ok(Appended::Written));
                    }
                });
            }
        });
        let file = history(&folder);
        assert_eq!(read(file.path(), &columns()).unwrap().len(), 40);
        assert_eq!(fs::read_dir(file.path().parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn permissions_stay_and_a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let history = history(&folder);
        let real = folder.path().join("real.md");
        fs::write(&real, "# ours\n").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o664)).unwrap();
        fs::create_dir_all(history.path().parent().unwrap()).unwrap();
        symlink(&real, history.path()).unwrap();
        history.append(&columns(), &cells("1")).unwrap();
        assert!(fs::symlink_metadata(history.path()).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().starts_with("# ours\n\n| a |"));
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o664);
    }

    #[test]
    fn what_cannot_be_edited_is_left_alone_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let history = history(&folder);
        fs::create_dir_all(history.path().parent().unwrap()).unwrap();
        for old in [&b"\xff\xfe"[..], b"```\nnever closed\n"] {
            fs::write(history.path(), old).unwrap();
            let fault = history.append(&columns(), &cells("1")).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Local);
            assert!(fault.detail.as_str().contains("history.md: it "), "{fault}");
            assert_eq!(fs::read(history.path()).unwrap(), old);
            assert_eq!(fs::read_dir(history.path().parent().unwrap()).unwrap().count(), 1);
        }
        fs::remove_file(history.path()).unwrap();
        symlink("nowhere", history.path()).unwrap();
        assert!(history.append(&columns(), &cells("1")).is_err());
    }

    #[test]
    fn what_an_editor_saves_in_the_same_instant_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.md");
        fs::write(&path, "before\n").unwrap();
        let mut saves = 1;
        let once = append(&path, &columns(), &cells("1"), || {
            if saves > 0 {
                saves -= 1;
                fs::write(&path, "after\n").unwrap();
            }
        });
        assert_eq!(once.unwrap(), Appended::Written);
        assert!(fs::read_to_string(&path).unwrap().starts_with("after\n\n| a |"));
        let mut saves = 0;
        let always = append(&path, &columns(), &cells("2"), || {
            saves += 1;
            fs::write(&path, format!("save {saves}\n")).unwrap();
        });
        assert!(always.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("save {TRIES}\n"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_process_left_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let history = history(&folder);
        fs::create_dir_all(history.path().parent().unwrap()).unwrap();
        fs::write(history.path().with_file_name(".history.md.modosu-new"), "half").unwrap();
        assert_eq!(history.append(&columns(), &cells("1")), Ok(Appended::Written));
        assert_eq!(fs::read_dir(history.path().parent().unwrap()).unwrap().count(), 1);
    }
}
