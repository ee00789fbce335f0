//! A damaged file is refused or says what it said before. It never says something else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::domain::ServiceKey;
use crate::incident::samples::{at, opened, service, walk};
use crate::incident::{IncidentId, Recorded};

use super::super::{Access, Holder, Journal, JournalError, schema};
use super::{day, file, open, write, written};

/// Everything that a journal tells: the incidents with their events, and who holds what.
type Told = (Vec<(IncidentId, Vec<Recorded>)>, Option<String>);

fn all(path: &Path) -> Result<Told, JournalError> {
    let mut journal = Journal::open(path, Access::Write)?;
    let told = journal
        .heads()?
        .into_iter()
        .map(|head| {
            let id = head.map_err(|damaged| damaged.error)?.id;
            journal.read(&id).map(|events| (id, events))
        })
        .collect::<Result<_, _>>()?;
    let held = match journal.acquire(
        &"production".parse().unwrap(),
        &[service("backend")],
        &other(),
        at(0),
        std::time::Duration::from_secs(1),
    ) {
        Err(JournalError::Held { who, .. }) => Some(who),
        Ok(()) => None,
        Err(error) => return Err(error),
    };
    Ok((told, held))
}

fn other() -> Holder {
    Holder {
        who: "tanaka".to_owned(),
        host: "elsewhere".to_owned(),
        pid: 1,
        token: "other".to_owned(),
    }
}

/// A small journal: two incidents and a lease, in pages of 512 bytes, so that every byte of it can be tried.
fn small(path: &Path) {
    drop(open(path));
    fs::remove_file(path).unwrap();
    let fresh = Connection::open(path).unwrap();
    fresh.pragma_update(None, "page_size", 512).unwrap();
    schema::create(&fresh).unwrap();
    drop(fresh);
    private(path);
    let mut journal = open(path);
    let events = walk();
    write(&mut journal, &events[..4]).unwrap();
    journal
        .create(day(), &opened(&["frontend"], Vec::new()), at(90))
        .unwrap();
    let services: Vec<ServiceKey> = vec![service("backend")];
    let holder = Holder {
        who: "sato".to_owned(),
        host: "here".to_owned(),
        pid: std::process::id(),
        token: "t".to_owned(),
    };
    let ttl = std::time::Duration::from_secs(60);
    journal
        .acquire(&"production".parse().unwrap(), &services, &holder, at(0), ttl)
        .unwrap();
}

fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn put(path: &Path, bytes: &[u8]) {
    for ending in ["-journal", "-wal", "-shm"] {
        let beside = path.with_file_name(format!("journal.db{ending}"));
        if beside.exists() {
            fs::remove_file(beside).unwrap();
        }
    }
    fs::write(path, bytes).unwrap();
    private(path);
}

#[test]
fn a_changed_bit_in_any_byte_is_refused_or_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    small(&path);
    let whole = fs::read(&path).unwrap();
    let truth = all(&path).unwrap();
    assert_eq!((truth.0.len(), truth.1.as_deref()), (2, Some("sato")));
    let half = whole.len() / 2;
    let try_bytes = |range: std::ops::Range<usize>| {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        drop(open(&path));
        let mut bytes = whole.clone();
        let mut refused = BTreeSet::new();
        for at in range {
            bytes[at] ^= 1 << (at % 8);
            put(&path, &bytes);
            match all(&path) {
                Ok(told) => assert_eq!(told, truth, "byte {at} is believed"),
                Err(_) => {
                    refused.insert(at);
                }
            }
            bytes[at] = whole[at];
        }
        refused
    };
    let refused: BTreeSet<usize> = std::thread::scope(|scope| {
        let first = scope.spawn(|| try_bytes(0..half));
        let second = try_bytes(half..whole.len());
        first.join().unwrap().into_iter().chain(second).collect()
    });
    // What is not noticed lies in free space and in counters that say nothing; what is told is noticed to the last byte.
    for told in [
        r#"{"event":"assessed"}"#,
        r#"{"event":"scoped"}"#,
        "2026-11-23T05:04:00Z",
        "productionbackendsatohere",
    ] {
        let at = whole
            .windows(told.len())
            .position(|window| window == told.as_bytes())
            .unwrap_or_else(|| panic!("{told} is in the file"));
        assert!(
            (at..at + told.len()).all(|byte| refused.contains(&byte)),
            "{told}"
        );
    }
}

#[test]
fn a_file_that_was_cut_short_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    small(&path);
    let whole = fs::read(&path).unwrap();
    for length in (0..whole.len()).step_by(61).chain([whole.len() - 1, 512, 4096]) {
        put(&path, &whole[..length]);
        assert!(
            Journal::open(&path, Access::Write).is_err(),
            "{length} of {} bytes",
            whole.len()
        );
    }
    let longer = [&whole[..], &[0; 512]].concat();
    put(&path, &longer);
    assert!(Journal::open(&path, Access::Write).is_err());
    put(&path, &whole);
    assert!(all(&path).is_ok());
}

/// Changes a journal as somebody with an SQLite shell could, triggers taken away first and put back after.
fn tampered(path: &Path, sql: &str) -> Result<Vec<Recorded>, JournalError> {
    let shell = Connection::open(path).unwrap();
    shell.pragma_update(None, "foreign_keys", false).unwrap();
    let triggers: Vec<(String, String)> = shell
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (name, _) in &triggers {
        shell.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    shell.execute_batch(sql).unwrap();
    for (_, trigger) in &triggers {
        shell.execute_batch(trigger).unwrap();
    }
    drop(shell);
    let journal = Journal::open(path, Access::Write)?;
    let heads = journal.heads()?;
    assert!(heads.iter().all(Result::is_err), "{heads:?}");
    journal.read(&IncidentId::parse("2026-11-23-1").unwrap())
}

#[test]
fn damage_names_the_incident_and_the_event() {
    for (what, sql, place) in [
        (
            "payload",
            "UPDATE event SET payload = replace(payload, '田中', '鈴木') WHERE seq = 6",
            6,
        ),
        (
            "time",
            "UPDATE event SET at = '2026-11-23T05:00:01Z' WHERE seq = 2",
            2,
        ),
        ("lost in the middle", "DELETE FROM event WHERE seq = 3", 3),
        ("lost at the end", "DELETE FROM event WHERE seq = 15", 15),
        (
            "lost at the end, and counted so",
            "DELETE FROM event WHERE seq = 15; UPDATE incident SET events = 14",
            14,
        ),
        (
            "one that repeats",
            "INSERT INTO event SELECT incident, 16, at, payload, hash FROM event WHERE seq = 15",
            16,
        ),
        ("all lost", "DELETE FROM event", 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let id = written(&file(&folder));
        match tampered(&file(&folder), sql) {
            Err(JournalError::Damaged { incident, seq, .. }) => {
                assert_eq!((incident, seq), (id.clone(), place), "{what}");
            }
            other => panic!("{what}: {other:?}"),
        }
        // And nothing is put behind it.
        let mut journal = open(&file(&folder));
        let note = crate::incident::Event::Noted {
            text: "x".into(),
            by: crate::incident::samples::by(),
        };
        assert!(
            matches!(
                journal.append(&id, &note, at(2000)),
                Err(JournalError::Damaged { .. })
            ),
            "{what}"
        );
    }
}

#[test]
fn a_lost_incident_and_changed_tables_are_noticed() {
    for sql in [
        "DELETE FROM event; DELETE FROM incident",
        "DELETE FROM journal",
        "UPDATE incident SET id = '2026-11-23-2'",
        "DROP TABLE lease",
        "CREATE TRIGGER more AFTER INSERT ON event BEGIN SELECT 1; END",
        "CREATE TABLE more (x)",
    ] {
        let folder = tempfile::tempdir().unwrap();
        written(&file(&folder));
        assert!(tampered(&file(&folder), sql).is_err(), "{sql}");
    }
}

#[test]
fn an_event_cannot_be_changed_or_removed() {
    let folder = tempfile::tempdir().unwrap();
    written(&file(&folder));
    let journal = open(&file(&folder));
    for sql in ["UPDATE event SET at = 'x'", "DELETE FROM event"] {
        assert!(journal.connection.execute(sql, []).is_err(), "{sql}");
    }
}
