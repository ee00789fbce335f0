//! No second incident beside an open one, and what a damaged one has to do with it.

use std::path::Path;

use rusqlite::Connection;

use crate::domain::{Fault, FaultKind, ServiceKey};
use crate::incident::samples::{
    abandoned, answered, at, ended, intended, opened, plan, planned, service, to_approval, walk,
};
use crate::incident::{Event, IncidentId};
use crate::rollback::Outcome;

use super::super::{Damaged, Journal, JournalError};
use super::{day, file, open, write, written};

/// The opening of an incident of these services, elsewhere or in another run of the drill.
fn opening(environment: &str, services: &[&str], in_world: Option<&str>) -> Event {
    match opened(services, Vec::new()) {
        Event::Opened {
            account,
            region,
            by,
            criteria,
            ..
        } => Event::Opened {
            environment: environment.parse().unwrap(),
            services: services
                .iter()
                .map(|name| service(name))
                .collect::<Vec<ServiceKey>>(),
            account,
            region,
            by,
            world: in_world.map(str::to_owned),
            criteria,
        },
        other => other,
    }
}

fn create(journal: &mut Journal, event: &Event) -> Result<IncidentId, JournalError> {
    journal.create(day(), event, at(900)).map(|(id, _)| id)
}

#[test]
fn beside_an_open_incident_of_the_same_service_none_is_created() {
    for events in [6, 7, 8] {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = open(&file(&folder));
        let first = write(&mut journal, &walk()[..events]).unwrap();
        let mut other_process = open(&file(&folder));
        for services in [&["backend"][..], &["frontend", "backend"]] {
            let refused = create(&mut other_process, &opening("production", services, None)).unwrap_err();
            assert!(
                matches!(&refused, JournalError::Open { incident, .. } if *incident == first),
                "{refused:?}"
            );
            let fault = Fault::from(refused);
            assert_eq!(fault.kind, FaultKind::Held);
            assert!(fault.detail.as_str().contains("2026-11-23-1"), "{fault}");
        }
        assert_eq!(journal.heads().unwrap().len(), 1, "what was refused is not there");
        // What is somewhere else does not wait for it.
        for other in [
            opening("production", &["frontend"], None),
            opening("staging", &["backend"], None),
            opening("production", &["backend"], Some("drill-7")),
        ] {
            create(&mut other_process, &other).unwrap();
        }
        // When its end is recorded, the next may begin; the journal was not given up by the refusal.
        let bad_end = match events {
            7 => Outcome::Unknown,
            _ => Outcome::Failed,
        };
        journal.append(&first, &ended(bad_end), at(1000)).unwrap();
        create(&mut other_process, &opening("production", &["backend"], None)).unwrap();
    }
}

#[test]
fn what_was_not_approved_or_is_over_holds_nobody_up() {
    for events in [
        &walk()[..5],
        &walk()[..10],
        &walk(),
        &[opened(&["backend"], Vec::new()), abandoned()],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = open(&file(&folder));
        write(&mut journal, events).unwrap();
        create(&mut journal, &opening("production", &["backend"], None)).unwrap();
    }
}

/// Changes events as somebody with an SQLite shell could.
fn damage(path: &Path, sql: &str) {
    let shell = Connection::open(path).unwrap();
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
}

fn changed(seq: usize) -> String {
    format!("UPDATE event SET payload = payload || ' ' WHERE incident = '2026-11-23-1' AND seq = {seq}")
}

fn first_damaged(journal: &Journal) -> Damaged {
    journal
        .heads()
        .unwrap()
        .into_iter()
        .find_map(Result::err)
        .unwrap()
}

#[test]
fn one_damaged_incident_hides_no_other() {
    for sql in [
        changed(3),
        changed(1),
        "DELETE FROM event WHERE incident = '2026-11-23-1'".to_owned(),
        "UPDATE incident SET events = -1 WHERE id = '2026-11-23-1'".to_owned(),
    ] {
        let folder = tempfile::tempdir().unwrap();
        written(&file(&folder));
        let second = written(&file(&folder));
        damage(&file(&folder), &sql);
        let journal = open(&file(&folder));
        let heads = journal.heads().unwrap();
        assert_eq!(heads.len(), 2, "{sql}");
        assert_eq!(heads[0].as_ref().unwrap().id, second, "{sql}");
        let damaged = heads[1].as_ref().unwrap_err();
        assert_eq!(damaged.id.as_str(), "2026-11-23-1");
        assert!(
            matches!(&damaged.error, JournalError::Damaged { incident, .. } if *incident == damaged.id),
            "{:?}",
            damaged.error
        );
    }
}

#[test]
fn a_damaged_incident_that_is_proven_to_be_over_holds_nobody_up() {
    // Its end is on both sides of the damage or after it, and every other event of it is whole.
    for seq in [2, 6, 10] {
        let folder = tempfile::tempdir().unwrap();
        written(&file(&folder));
        damage(&file(&folder), &changed(seq));
        let mut journal = open(&file(&folder));
        assert!(!first_damaged(&journal).may_be_open(None), "{seq}");
        create(&mut journal, &opening("production", &["backend"], None)).unwrap();
    }
}

#[test]
fn a_damaged_incident_that_may_be_open_is_waited_for_where_it_may_belong() {
    let backend = || opening("production", &["backend"], None);
    let elsewhere = || {
        [
            opening("production", &["frontend"], None),
            opening("staging", &["backend"], None),
            opening("production", &["backend"], Some("drill-7")),
        ]
    };
    let mut two_steps = to_approval();
    two_steps[0] = opened(&["backend", "frontend"], Vec::new());
    two_steps[4] = planned(plan(&["backend", "frontend"], 1));
    two_steps.extend([intended(0, 0), answered(0, 0), ended(Outcome::OnTarget)]);
    for (events, seq, opening_is_whole) in [
        (walk()[..8].to_vec(), 6, true),
        // The end that would prove it is itself what is damaged.
        (walk()[..10].to_vec(), 10, true),
        (walk()[..8].to_vec(), 1, false),
        // The end of one step of two is not the end.
        (two_steps, 6, false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        write(&mut open(&file(&folder)), &events).unwrap();
        damage(&file(&folder), &changed(seq));
        let mut journal = open(&file(&folder));
        let refused = create(&mut journal, &backend()).unwrap_err();
        assert!(
            matches!(&refused, JournalError::MayBeOpen { incident, .. } if incident.as_str() == "2026-11-23-1"),
            "{refused:?}"
        );
        let fault = Fault::from(refused);
        assert_eq!(fault.kind, FaultKind::Held);
        assert!(fault.detail.as_str().contains("2026-11-23-1"), "{fault}");
        for other in elsewhere() {
            if opening_is_whole {
                create(&mut journal, &other).unwrap();
            }
        }
        if seq == 1 {
            assert!(
                create(&mut journal, &elsewhere()[1]).is_err(),
                "whose it is cannot be told"
            );
        }
    }
}
