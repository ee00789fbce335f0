//! The folder of migrations, and the folders that are laid out to ask by.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A name that no migration has: it is in the folder that is asked by, and surely not in the database.
pub(super) const UNKNOWN: &str = "99991231235959_modosu_asks_what_was_applied";
/// The most files of a schema that are copied, and how deep.
const FILES: usize = 500;
const DEPTH: usize = 6;

/// The names of the migrations in `folder`, in order. A folder that is not there has none, as for Prisma.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

/// The time in front of a migration's name, which Prisma writes in UTC.
pub(super) fn written_at(name: &str) -> Option<Timestamp> {
    let (digits, _) = name.split_once('_')?;
    if digits.len() != 14 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let at = DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    TimeZone::UTC.to_timestamp(at).ok()
}

/// A copy of a schema beside a folder of migrations of our own. It is removed when it goes out of sight.
pub(super) struct Laid {
    root: PathBuf,
    /// The schema to name to the command.
    pub(super) schema: PathBuf,
}

impl Laid {
    /// Copies `schema`, a file or a folder of `.prisma` files, below `scratch`, beside `migrations` with the one unknown name
    /// in it, or with none.
    pub(super) fn out(scratch: &Path, schema: &Path, migrations: &Path, unknown: bool) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let root = scratch.join(format!("prisma-{}-{number}", std::process::id()));
        private_folder(scratch)?;
        private_folder(&root)?;
        // From here on what was made is removed again, whatever happens.
        let mut laid = Self {
            schema: root.clone(),
            root,
        };
        if schema.is_dir() {
            copy_schemas(schema, &laid.root, DEPTH, &mut 0)?;
        } else {
            laid.schema = laid.root.join("schema.prisma");
            fs::copy(schema, &laid.schema)?;
        }
        let own = laid.root.join("migrations");
        private_folder(&own)?;
        if unknown {
            let folder = own.join(UNKNOWN);
            private_folder(&folder)?;
            fs::write(folder.join("migration.sql"), "-- never applied\n")?;
            let lock = migrations.join("migration_lock.toml");
            if lock.is_file() {
                fs::copy(lock, own.join("migration_lock.toml"))?;
            }
        }
        Ok(laid)
    }
}

impl Drop for Laid {
    fn drop(&mut self) {
        // What cannot be removed holds a copy of a schema and no secret.
        drop(fs::remove_dir_all(&self.root));
    }
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

fn copy_schemas(from: &Path, to: &Path, depth: usize, count: &mut usize) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        let is_schema = path.extension().is_some_and(|end| end == "prisma");
        if is_schema && path.is_file() {
            *count += 1;
            if *count > FILES {
                return Err(io::Error::other("too many files in the schema"));
            }
            fs::copy(&path, to.join(name))?;
        } else if depth > 0 && path.is_dir() && name != "migrations" && name != "node_modules" {
            let inner = to.join(name);
            private_folder(&inner)?;
            copy_schemas(&path, &inner, depth - 1, count)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_when_it_was_written() {
        let at = written_at("20261124093000_drop_answers").unwrap();
        assert_eq!(at.to_string(), "2026-11-24T09:30:00Z");
        for none in [
            "init",
            "2026_x",
            "20261324093000_x",
            "2026112409300a_x",
            "20261124093000",
        ] {
            assert_eq!(written_at(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_laid_out_holds_the_schema_alone_and_goes_away() {
        let home = tempfile::tempdir().unwrap();
        let (schema, migrations) = (home.path().join("schema.prisma"), home.path().join("migrations"));
        fs::write(&schema, "x").unwrap();
        fs::create_dir_all(migrations.join("20261101090000_init")).unwrap();
        fs::write(migrations.join("migration_lock.toml"), "provider").unwrap();
        fs::write(home.path().join(".env"), "SECRET").unwrap();
        assert_eq!(names(&migrations), ["20261101090000_init"]);
        let scratch = home.path().join("scratch");
        let laid = Laid::out(&scratch, &schema, &migrations, true).unwrap();
        assert_eq!(names(&laid.root.join("migrations")), [UNKNOWN]);
        assert!(laid.schema.is_file() && !laid.root.join(".env").exists());
        assert!(laid.root.join("migrations/migration_lock.toml").is_file());
        let empty = Laid::out(&scratch, home.path(), &migrations, false).unwrap();
        assert!(names(&empty.root.join("migrations")).is_empty());
        assert!(empty.schema.join("schema.prisma").is_file());
        drop((laid, empty));
        assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0);
    }
}
