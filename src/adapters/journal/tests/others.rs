//! Other processes and other people.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::incident::samples::{abandoned, at, opened, service};

use super::super::{Access, Holder, Journal, JournalError};
use super::{day, file, open, whole, write, written};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

/// This test executable again, running only the test `name` in `folder`, under `umask`.
fn again(name: &str, folder: &Path, umask: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("umask {umask} && exec \"$0\" --exact --ignored \"$1\""))
        .arg(std::env::current_exe().unwrap())
        .arg(format!("adapters::journal::tests::others::{name}"))
        .current_dir(folder)
        .stdout(std::process::Stdio::null());
    command
}

#[test]
#[ignore = "run by the tests below in a process of its own"]
fn child_writes_a_journal() {
    let mut journal = open(Path::new("state/journal.db"));
    for _ in 0..10 {
        write(&mut journal, &[opened(&["backend"], Vec::new()), abandoned()]).unwrap();
    }
}

#[test]
#[ignore = "run by the tests below in a process of its own"]
fn child_takes_the_lease_and_stays() {
    let pid = std::process::id();
    let holder = Holder {
        who: format!("child {pid}"),
        host: "here".to_owned(),
        pid,
        token: pid.to_string(),
    };
    let mut journal = open(Path::new("state/journal.db"));
    let taken = journal.acquire(
        &"production".parse().unwrap(),
        &[service("backend")],
        &holder,
        at(0),
        Duration::from_secs(600),
    );
    match taken {
        Ok(()) => fs::write(format!("won-{pid}"), "").unwrap(),
        Err(JournalError::Held { .. }) => fs::write(format!("lost-{pid}"), "").unwrap(),
        Err(other) => panic!("{other}"),
    }
    // Until the parent closes its end: a winner that ended would rightly be followed by another one.
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

#[test]
fn folder_and_file_are_private_whatever_the_umask() {
    for umask in ["000", "022", "277"] {
        let folder = tempfile::tempdir().unwrap();
        let ended = again("child_writes_a_journal", folder.path(), umask)
            .status()
            .unwrap();
        // As an ordinary user a umask that takes the owner's own rights away stops the making of a folder in it; what is there
        // after that is private all the same.
        assert!(ended.success() || umask == "277", "{umask}: {ended}");
        if ended.success() {
            assert_eq!(mode(&folder.path().join("state")), 0o700, "{umask}");
            let entries: Vec<_> = fs::read_dir(folder.path().join("state"))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect();
            assert_eq!(entries.len(), 1, "{entries:?}");
            assert_eq!(mode(&entries[0]), 0o600, "{umask}");
        }
    }
}

#[test]
fn processes_that_start_at_once_make_one_journal_and_number_their_incidents_without_a_clash() {
    let folder = tempfile::tempdir().unwrap();
    let mut children: Vec<_> = (0..4)
        .map(|_| {
            again("child_writes_a_journal", folder.path(), "022")
                .spawn()
                .unwrap()
        })
        .collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let heads = whole(&open(&folder.path().join("state/journal.db")));
    let ids: BTreeSet<_> = heads.iter().map(|head| head.id.clone()).collect();
    assert_eq!((heads.len(), ids.len()), (40, 40));
    assert!(ids.iter().any(|id| id.as_str() == "2026-11-23-40"));
}

#[test]
fn of_processes_that_start_at_once_one_gets_the_lease() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(&folder.path().join("state/journal.db")));
    let mut children: Vec<_> = (0..6)
        .map(|_| {
            again("child_takes_the_lease_and_stays", folder.path(), "022")
                .stdin(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let count = |prefix: &str| {
        fs::read_dir(folder.path())
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_string_lossy().starts_with(prefix)
            })
            .count()
    };
    // Every child writes down what it got before it waits for us.
    while count("won-") + count("lost-") < children.len() {
        for child in &mut children {
            assert!(child.try_wait().unwrap().is_none(), "a child ended early");
        }
        std::thread::yield_now();
    }
    assert_eq!((count("won-"), count("lost-")), (1, 5));
    for mut child in children {
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn threads_that_make_open_and_write_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut journal = open(&path);
                for _ in 0..5 {
                    write(&mut journal, &[opened(&["backend"], Vec::new()), abandoned()]).unwrap();
                    assert!(!journal.heads().unwrap().is_empty());
                }
            });
        }
    });
    assert_eq!(open(&path).heads().unwrap().len(), 20);
    let beside = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1, "nothing is left beside the journal");
}

#[test]
fn a_journal_kept_busy_is_not_a_journal_that_failed() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    let id = write(&mut journal, &[opened(&["backend"], Vec::new())]).unwrap();
    journal.connection.busy_timeout(Duration::ZERO).unwrap();
    let other = open(&file(&folder));
    other.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(
        journal.append(&id, &abandoned(), at(1)),
        Err(JournalError::Busy)
    ));
    other.connection.execute_batch("ROLLBACK").unwrap();
    journal.append(&id, &abandoned(), at(1)).unwrap();
}

#[test]
fn a_half_written_event_of_a_killed_process_is_rolled_back_also_for_a_reader() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let id = written(&path);
    let before = open(&path).read(&id).unwrap();
    let writer = open(&path);
    writer
        .connection
        .execute_batch(
            "PRAGMA cache_spill = 1; PRAGMA cache_size = 1; BEGIN IMMEDIATE;
             UPDATE incident SET events = 99;
             INSERT INTO lease SELECT 'e', 'a', hex(randomblob(9000)), 'h', 1, 's', 't', 'u', x'00';
             INSERT INTO lease SELECT 'e', 'b', hex(randomblob(9000)), 'h', 1, 's', 't', 'u', x'00';",
        )
        .unwrap();
    // What a kill leaves: the file as it is now and the journal that undoes it.
    let crashed = folder.path().join("crashed");
    fs::create_dir(&crashed).unwrap();
    fs::set_permissions(&crashed, fs::Permissions::from_mode(0o700)).unwrap();
    for name in ["journal.db", "journal.db-journal"] {
        fs::copy(path.with_file_name(name), crashed.join(name)).unwrap();
    }
    assert_ne!(
        fs::read(crashed.join("journal.db")).unwrap().len(),
        usize::try_from(fs::metadata(crashed.join("journal.db-journal")).unwrap().len()).unwrap()
    );
    let reader = Journal::open(&crashed.join("journal.db"), Access::ReadOnly).unwrap();
    assert_eq!(reader.read(&id).unwrap(), before);
}

#[test]
fn links_foreign_owners_and_open_doors_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    written(&path);
    let refused = |path: &Path, word: &str| {
        for access in [Access::Write, Access::ReadOnly] {
            match Journal::open(path, access) {
                Err(JournalError::Unusable { reason, .. }) => assert!(reason.contains(word), "{reason}"),
                other => panic!("{}: {other:?}", path.display()),
            }
        }
    };
    let link = path.with_file_name("link.db");
    symlink(&path, &link).unwrap();
    refused(&link, "symbolic link");
    let linked_folder = folder.path().join("linked");
    symlink(path.parent().unwrap(), &linked_folder).unwrap();
    refused(&linked_folder.join("journal.db"), "folder is a symbolic link");
    let inside = path.with_file_name("folder.db");
    fs::create_dir(&inside).unwrap();
    refused(&inside, "no plain file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    refused(&path, "chmod 600");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(path.parent().unwrap(), fs::Permissions::from_mode(0o770)).unwrap();
    refused(&path, "chmod 700");
    fs::set_permissions(path.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    drop(open(&path));
    // Root can give a file away; anybody else has files of root at hand.
    if std::os::unix::fs::chown(&path, Some(12_345), None).is_ok() {
        refused(&path, "another user");
        std::os::unix::fs::chown(path.parent().unwrap(), Some(12_345), None).unwrap();
        refused(&path, "folder belongs to another user");
    } else {
        refused(Path::new("/etc/passwd"), "folder belongs to another user");
    }
}

#[test]
fn an_empty_file_in_its_place_is_not_taken_for_a_new_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    written(&path);
    fs::write(&path, "").unwrap();
    assert!(matches!(
        Journal::open(&path, Access::Write),
        Err(JournalError::Foreign { .. })
    ));
    let made = open(&path.with_file_name("new.db")).create(day(), &opened(&["backend"], Vec::new()), at(0));
    assert!(made.is_ok());
}
