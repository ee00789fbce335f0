//! What is written is read again, and nothing else is written.

use rusqlite::ErrorCode;

use crate::domain::{Fault, FaultKind};
use crate::incident::samples::{abandoned, at, incident, opened, recorded, walk};
use crate::incident::{Event, Incident, IncidentId, Stage};
use crate::rollback::Outcome;

use super::super::{Access, Journal, JournalError, schema};
use super::{day, file, open, whole, write, written};

#[test]
fn a_story_is_read_as_it_was_written_and_every_prefix_of_it_folds() {
    let folder = tempfile::tempdir().unwrap();
    let events = walk();
    let mut journal = open(&file(&folder));
    let (id, first) = journal.create(day(), &events[0], at(60)).unwrap();
    assert_eq!((id.as_str(), first.seq), ("2026-11-23-1", 1));
    for (n, event) in (2..).zip(&events[1..]) {
        let place = usize::try_from(n).unwrap();
        assert_eq!(
            journal.append(&id, event, at(60 * n)).unwrap(),
            recorded(&events)[place - 1]
        );
        // Another process that starts now, as after a crash, sees all of it and can go on.
        let read = Journal::open(&file(&folder), Access::ReadOnly)
            .unwrap()
            .read(&id)
            .unwrap();
        assert_eq!(read, recorded(&events[..place]));
        assert_eq!(
            Incident::fold(id.clone(), &read).unwrap(),
            incident(&events[..place])
        );
    }
}

#[test]
fn incidents_are_numbered_by_day_and_listed_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    for _ in 0..11 {
        write(&mut journal, &[opened(&["backend"], Vec::new()), abandoned()]).unwrap();
    }
    let next_day = "2026-11-24".parse().unwrap();
    journal
        .create(next_day, &opened(&["backend"], Vec::new()), at(0))
        .unwrap();
    let heads = whole(&journal);
    let ids: Vec<&str> = heads.iter().map(|head| head.id.as_str()).collect();
    assert_eq!(ids[..3], ["2026-11-24-1", "2026-11-23-11", "2026-11-23-10"]);
    assert_eq!((heads[0].stage, heads[0].ended_at), (Stage::Assess, None));
    assert_eq!(
        (heads[1].stage, heads[1].ended_at),
        (Stage::Abandoned, Some(at(120)))
    );
}

#[test]
fn a_head_says_what_became_of_it() {
    let folder = tempfile::tempdir().unwrap();
    written(&file(&folder));
    let heads = whole(&open(&file(&folder)));
    let head = &heads[0];
    assert_eq!(head.stage, Stage::Done);
    assert_eq!(head.outcome, Some(Outcome::OnTarget));
    assert_eq!(head.ended_at, Some(at(600)));
    assert_eq!(
        head.from.as_ref().unwrap().revision.as_ref().unwrap().revision(),
        57
    );
    assert_eq!(
        head.to.as_ref().unwrap().revision.as_ref().unwrap().revision(),
        56
    );
}

#[test]
fn what_is_no_story_is_not_written_and_the_journal_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    assert!(matches!(
        journal.create(day(), &Event::Assessed, at(0)),
        Err(JournalError::Story(_))
    ));
    let id = write(&mut journal, &walk()[..3]).unwrap();
    assert_eq!(id.as_str(), "2026-11-23-1", "what was refused took no number");
    assert!(matches!(
        journal.append(&id, &Event::Assessed, at(1)),
        Err(JournalError::Story(_))
    ));
    let unknown = IncidentId::parse("2026-11-23-9").unwrap();
    assert!(matches!(
        journal.append(&unknown, &Event::Assessed, at(1)),
        Err(JournalError::NoIncident(_))
    ));
    journal.append(&id, &walk()[3], at(240)).unwrap();
    assert_eq!(journal.read(&id).unwrap().len(), 4);
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    let id = write(&mut journal, &walk()[..1]).unwrap();
    let why = crate::domain::Phrase::new("x").number("value", f64::NAN);
    assert!(matches!(
        journal.append(&id, &Event::Abandoned { why }, at(1)),
        Err(JournalError::Json(_))
    ));
    assert_eq!(journal.read(&id).unwrap().len(), 1);
    journal.append(&id, &abandoned(), at(1)).unwrap();
}

#[test]
fn after_a_write_that_failed_nothing_is_written_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    let id = write(&mut journal, &walk()[..2]).unwrap();
    // The disk is full: SQLite may not make the file longer.
    let limit = |pages: i64| {
        journal
            .connection
            .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| {
                row.get::<_, i64>(0)
            })
            .unwrap()
    };
    // One page is less than there are: the limit becomes what there is.
    limit(1);
    let long = Event::Noted {
        text: "x".repeat(200_000).as_str().into(),
        by: crate::incident::samples::by(),
    };
    let full = journal.append(&id, &long, at(1));
    assert!(
        matches!(&full, Err(JournalError::Sqlite(error)) if error.sqlite_error_code() == Some(ErrorCode::DiskFull)),
        "{full:?}"
    );
    journal
        .connection
        .query_row("PRAGMA max_page_count = 100000", [], |row| row.get::<_, i64>(0))
        .unwrap();
    assert!(matches!(
        journal.append(&id, &Event::Scoped { services: None }, at(1)),
        Err(JournalError::Poisoned)
    ));
    assert!(matches!(
        journal.create(day(), &walk()[0], at(1)),
        Err(JournalError::Poisoned)
    ));
    assert_eq!(
        journal.read(&id).unwrap().len(),
        2,
        "what was durable is still read"
    );
    // A new process starts on what is durable.
    open(&file(&folder))
        .append(&id, &Event::Scoped { services: None }, at(1))
        .unwrap();
}

#[test]
fn a_journal_that_is_only_read_is_never_written_nor_made() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        Journal::open(&file(&folder), Access::ReadOnly),
        Err(JournalError::Unusable { .. })
    ));
    assert!(!file(&folder).parent().unwrap().exists());
    let id = written(&file(&folder));
    let before = std::fs::read(file(&folder)).unwrap();
    let mut journal = Journal::open(&file(&folder), Access::ReadOnly).unwrap();
    assert!(matches!(
        journal.append(&id, &Event::Assessed, at(1)),
        Err(JournalError::ReadOnly)
    ));
    assert!(journal.connection.execute("DELETE FROM lease", []).is_err());
    assert_eq!(journal.heads().unwrap().len(), 1);
    assert_eq!(std::fs::read(file(&folder)).unwrap(), before);
}

#[test]
fn another_kind_of_file_and_a_newer_version_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    written(&file(&folder));
    let change = |sql: &str| {
        rusqlite::Connection::open(file(&folder))
            .unwrap()
            .execute_batch(sql)
            .unwrap();
        Journal::open(&file(&folder), Access::Write).map(|_| ())
    };
    let newer = change(&format!("PRAGMA user_version = {}", schema::VERSION + 1));
    assert!(
        matches!(&newer, Err(JournalError::Foreign { found, .. }) if found.contains("newer")),
        "{newer:?}"
    );
    let older = change("PRAGMA user_version = 0");
    assert!(matches!(&older, Err(JournalError::Foreign { found, .. }) if !found.contains("newer")));
    let other = change(&format!(
        "PRAGMA user_version = {}; PRAGMA application_id = 7",
        schema::VERSION
    ));
    assert!(matches!(other, Err(JournalError::Foreign { .. })));
}

#[test]
fn a_fault_of_the_journal_is_one_of_this_machine() {
    let fault = Fault::from(JournalError::Poisoned);
    assert_eq!(fault.kind, FaultKind::Local);
    assert!(fault.certainly_not_done());
}

/// Breaks an event so that nobody who reads it believes the incident; what stands beside the events stays as it is.
fn break_first_event(journal: &Journal, id: &IncidentId) {
    let trigger = "DROP TRIGGER event_is_never_changed";
    journal.connection.execute_batch(trigger).unwrap();
    let sql = "UPDATE event SET payload = 'x' WHERE incident = ?1 AND seq = 1";
    assert_eq!(journal.connection.execute(sql, [id.as_str()]).unwrap(), 1);
}

/// The story that goes well, up to its approval, and the approval: with that it is open.
fn before_approval() -> (Vec<Event>, Event) {
    let mut events = walk();
    let place = events
        .iter()
        .position(|event| matches!(event, Event::Approved { .. }))
        .unwrap();
    events.truncate(place + 1);
    let approval = events.pop().unwrap();
    (events, approval)
}

fn told(journal: &mut Journal) -> Vec<Result<IncidentId, IncidentId>> {
    let heads = journal.open_heads().unwrap().into_iter();
    heads
        .map(|head| head.map(|head| head.id).map_err(|damaged| damaged.id))
        .collect()
}

#[test]
fn what_was_read_as_not_open_is_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    let closed = write(&mut journal, &walk()).unwrap();
    let (events, approval) = before_approval();
    let at_work = write(&mut journal, &events).unwrap();
    journal.append(&at_work, &approval, at(2000)).unwrap();
    assert_eq!(told(&mut journal), [Ok(at_work.clone())]);

    // Its events would not be believed any more: they were not read. Who has not read them before, and a list of all, say it,
    // and one that is damaged is said at each look.
    break_first_event(&journal, &closed);
    assert_eq!(told(&mut journal), [Ok(at_work.clone())]);
    assert!(journal.heads().unwrap()[1].is_err());
    journal.not_open.clear();
    for _ in 0..2 {
        assert_eq!(told(&mut journal), [Ok(at_work.clone()), Err(closed.clone())]);
    }
}

#[test]
fn what_another_process_goes_on_with_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    let (events, approval) = before_approval();
    let id = write(&mut journal, &events).unwrap();
    assert_eq!(told(&mut journal), []);
    let mut other = open(&file(&folder));
    other.append(&id, &approval, at(2000)).unwrap();
    assert_eq!(told(&mut journal), [Ok(id.clone())]);
    let all = walk();
    for (n, event) in (1..).zip(&all[events.len() + 1..]) {
        other.append(&id, event, at(2000 + 60 * n)).unwrap();
    }
    assert_eq!(told(&mut journal), []);
}

#[test]
fn a_closed_incident_that_knows_of_more_events_than_it_has_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    let id = write(&mut journal, &walk()).unwrap();
    assert_eq!(told(&mut journal), []);
    let sql = "UPDATE incident SET events = events + 1";
    assert_eq!(journal.connection.execute(sql, []).unwrap(), 1);
    assert_eq!(told(&mut journal), [Err(id)]);
}
