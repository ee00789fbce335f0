//! The status command as a process: a script that plays Prisma's command, with its words, its folders and its slowness.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use modosu::adapters::prisma::{StatusCommand, status};
use modosu::domain::{Clean, MigrationState};

/// Plays the command over a database that has the names in `database`, whatever is in the folder. The words are Prisma's.
const SCRIPT: &str = r#"#!/bin/sh
schema=prisma/schema.prisma
while [ $# -gt 0 ]; do [ "$1" = --schema ] && schema=$2; shift; done
[ -f "$schema" ] || { echo "Error: Could not find Prisma Schema that is required for this command."; exit 1; }
echo "Prisma schema loaded from $schema"
[ "$DOWN" ] && { echo "Error: P1001: Can't reach database server at postgres://app:s3cr3t@db:5432/app" >&2; exit 1; }
cd "$(dirname "$schema")/migrations"
pending= ahead=
for one in */; do one=${one%/}; [ "$one" = '*' ] || grep -qx "$one" "$DB" || pending="$pending$one
"; done
for one in $(cat "$DB"); do [ -d "$one" ] || ahead="$ahead$one
"; done
if [ "$pending" ] && [ "$ahead" ]; then
  printf 'Your local migration history and the migrations table from your database are different:\n\nThe migrations have not yet been applied:\n%s\nThe migrations from the database are not found locally in prisma/migrations:\n%s' "$pending" "$ahead" >&2; exit 1
elif [ "$pending" ]; then printf 'Following migrations have not yet been applied:\n%s\nTo apply\n' "$pending"; exit 1
else echo 'Database schema is up to date!'; fi
"#;

struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new(migrations: &[&str], database: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let it = Self { folder };
        std::fs::create_dir_all(it.path("prisma/migrations")).unwrap();
        for name in migrations {
            std::fs::create_dir_all(it.path("prisma/migrations").join(name)).unwrap();
        }
        std::fs::write(it.path("prisma/schema.prisma"), "datasource db {}\n").unwrap();
        std::fs::write(
            it.path("database"),
            database
                .iter()
                .map(|name| format!("{name}\n"))
                .collect::<String>(),
        )
        .unwrap();
        std::fs::create_dir_all(it.path("bin")).unwrap();
        std::fs::write(it.path("bin/prisma"), SCRIPT).unwrap();
        std::fs::set_permissions(it.path("bin/prisma"), std::fs::Permissions::from_mode(0o700)).unwrap();
        it
    }

    fn path(&self, of: &str) -> PathBuf {
        self.folder.path().join(of)
    }

    /// The command with `more` of an environment, by way of env(1); modosu's own environment is not touched.
    fn command(&self, more: &[&str]) -> StatusCommand {
        let mut words = vec![
            "env".to_owned(),
            format!("DB={}", self.path("database").display()),
        ];
        words.extend(more.iter().map(|word| (*word).to_owned()));
        words.extend([
            self.path("bin/prisma").display().to_string(),
            "migrate".into(),
            "status".into(),
        ]);
        StatusCommand {
            words,
            folder: self.folder.path().to_owned(),
            migrations: self.path("prisma/migrations"),
            limit: Duration::from_secs(30),
            scratch: Some(self.path("state/scratch")),
        }
    }
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

#[tokio::test]
async fn a_database_that_is_ahead_is_found_although_the_command_is_content() {
    let project = Project::new(
        &["20261101090000_init"],
        &["20261101090000_init", "20261124093000_drop"],
    );
    let told = status(&project.command(&[])).await;
    assert_eq!(
        told.state,
        MigrationState::DatabaseAhead(vec![Clean::new("20261124093000_drop")])
    );
    assert!(told.whole);
    let last = told.known.last().unwrap();
    assert_eq!(last.written_at.unwrap().to_string(), "2026-11-24T09:30:00Z");
    assert!(is_empty(&project.path("state/scratch")), "copies are removed");
}

#[tokio::test]
async fn the_same_answer_is_not_called_whole_when_it_cannot_be_asked_again() {
    let project = Project::new(
        &["20261101090000_init"],
        &["20261101090000_init", "20261124093000_drop"],
    );
    let alone = StatusCommand {
        scratch: None,
        ..project.command(&[])
    };
    let told = status(&alone).await;
    assert_eq!((told.state, told.whole), (MigrationState::UpToDate, false));
}

#[tokio::test]
async fn pending_parted_and_equal_histories() {
    let project = Project::new(
        &["20261101090000_init", "20261124093000_drop"],
        &["20261101090000_init"],
    );
    let told = status(&project.command(&[])).await;
    assert_eq!(
        told.state,
        MigrationState::Pending(vec![Clean::new("20261124093000_drop")])
    );
    let project = Project::new(&["20261101090000_init"], &["20261101090000_init"]);
    let told = status(&project.command(&[])).await;
    assert_eq!((told.state, told.whole), (MigrationState::UpToDate, true));
    let project = Project::new(&["20261102000000_a"], &["20261103000000_b"]);
    let told = status(&project.command(&[])).await;
    let MigrationState::Diverged { pending, ahead } = told.state else {
        panic!()
    };
    assert_eq!(
        (pending[0].as_str(), ahead[0].as_str()),
        ("20261102000000_a", "20261103000000_b")
    );
}

#[tokio::test]
async fn a_database_that_is_not_reached_is_told_without_the_password() {
    let project = Project::new(&["20261101090000_init"], &[]);
    let told = status(&project.command(&["DOWN=1"])).await;
    let MigrationState::Unreachable(words) = &told.state else {
        panic!("{told:?}")
    };
    assert!(
        words.as_str().contains("P1001") && !format!("{told:?}").contains("s3cr3t"),
        "{told:?}"
    );
    assert_eq!(told.known[0].applied, None);
}

#[tokio::test]
async fn a_missing_schema_a_missing_command_and_silence_are_unreadable_in_words() {
    let project = Project::new(&[], &[]);
    std::fs::remove_file(project.path("prisma/schema.prisma")).unwrap();
    let unreadable = |told: MigrationState| match told {
        MigrationState::Unreadable(words) => words.to_string(),
        other => panic!("{other:?}"),
    };
    let schema = unreadable(status(&project.command(&[])).await.state);
    assert!(schema.contains("`folder` under [prisma]"), "{schema}");
    let missing = StatusCommand {
        words: vec!["no-such-npx".into()],
        ..project.command(&[])
    };
    assert!(unreadable(status(&missing).await.state).contains("`no-such-npx` was not found"));
    let slow = StatusCommand {
        words: vec!["sleep".into(), "60".into()],
        limit: Duration::from_millis(200),
        ..project.command(&[])
    };
    assert!(unreadable(status(&slow).await.state).contains("did not end"));
}
