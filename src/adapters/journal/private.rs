//! A folder and a file that nobody else can change, whatever the umask.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Tells the files that one process makes at the same time apart.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The folder of `path`.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Makes `folder` with mode 0700 where it is missing. One that is there keeps its mode: it may be anybody's.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    match fs::symlink_metadata(folder) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            // The umask takes bits away from what was asked for; this says exactly which are meant.
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        }
        Err(error) => Err(error),
    }
}

/// Makes the file at `path` by `fill`, whole or not at all: it is filled beside its place and linked into it. When another
/// process was faster, its file stays and this one is thrown away.
pub(super) fn make_file<E: From<io::Error>>(
    path: &Path,
    fill: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    let beside = reserve(path)?;
    let made = fill(&beside).and_then(|()| match fs::hard_link(&beside, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    });
    let removed = fs::remove_file(&beside);
    made?;
    removed?;
    Ok(sync_folder(folder_of(path))?)
}

fn reserve(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let beside = path.with_file_name(format!(".{name}.{}-{number}.new", std::process::id()));
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)
        {
            Ok(file) => {
                file.set_permissions(fs::Permissions::from_mode(0o600))?;
                return Ok(beside);
            }
            // Left behind by a process of the same id that was killed here.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Why the folder cannot be trusted with a journal; `None` when it can.
pub(super) fn distrust_folder(folder: &Path) -> io::Result<Option<&'static str>> {
    let meta = fs::symlink_metadata(folder)?;
    Ok(if !meta.file_type().is_dir() {
        Some("its folder is a symbolic link or no folder")
    } else if !is_ours(&meta)? {
        Some("its folder belongs to another user")
    } else if meta.permissions().mode() & 0o022 != 0 {
        Some("others can write to its folder; chmod 700 makes it private")
    } else {
        None
    })
}

/// Why the file cannot be trusted as a journal; `None` when it can.
pub(super) fn distrust_file(path: &Path) -> io::Result<Option<&'static str>> {
    let meta = fs::symlink_metadata(path)?;
    Ok(if !meta.file_type().is_file() {
        Some("it is a symbolic link or no plain file")
    } else if !is_ours(&meta)? {
        Some("it belongs to another user")
    } else if meta.permissions().mode() & 0o077 != 0 {
        Some("others can read it; chmod 600 makes it private")
    } else {
        None
    })
}

/// Whether the thing belongs to the user that this process acts as. The standard library does not tell who that is, but
/// whatever a process makes is its own, also a pipe, which leaves nothing behind.
fn is_ours(meta: &Metadata) -> io::Result<bool> {
    let (pipe, _other_end) = io::pipe()?;
    let ours = File::from(OwnedFd::from(pipe)).metadata()?;
    Ok(ours.uid() == meta.uid())
}
