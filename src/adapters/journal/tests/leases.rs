//! One commander at a time.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::domain::{EnvironmentName, ServiceKey};
use crate::incident::samples::{at, service};

use super::super::{Holder, Journal, JournalError};
use super::{file, open};

const MINUTE: Duration = Duration::from_secs(60);

fn holder(token: &str, host: &str, pid: u32) -> Holder {
    Holder {
        who: token.to_owned(),
        host: host.to_owned(),
        pid,
        token: token.to_owned(),
    }
}

fn take(journal: &mut Journal, services: &[&str], holder: &Holder, seconds: i64) -> Result<(), JournalError> {
    let environment: EnvironmentName = "production".parse().unwrap();
    let services: Vec<ServiceKey> = services.iter().map(|name| service(name)).collect();
    journal.acquire(&environment, &services, holder, at(seconds), MINUTE)
}

fn holds(taken: &Result<(), JournalError>) -> Option<&str> {
    match taken {
        Err(JournalError::Held { who, .. }) => Some(who),
        Ok(()) | Err(_) => None,
    }
}

#[test]
fn a_service_has_one_holder_who_may_renew_and_give_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    let (sato, tanaka) = (holder("sato", "a", std::process::id()), holder("tanaka", "b", 1));
    take(&mut journal, &["backend"], &sato, 0).unwrap();
    take(&mut journal, &["backend"], &sato, 30).unwrap();
    assert_eq!(
        holds(&take(&mut journal, &["backend"], &tanaka, 89)),
        Some("sato")
    );
    take(&mut journal, &["frontend"], &tanaka, 30).unwrap();
    let both = take(&mut journal, &["backend", "frontend"], &sato, 40);
    assert_eq!(holds(&both), Some("tanaka"));
    // A refusal took nothing: backend still runs out at 90 and not at 100.
    take(&mut journal, &["backend"], &tanaka, 90).unwrap();
    journal.release(&tanaka).unwrap();
    take(&mut journal, &["backend", "frontend"], &sato, 90).unwrap();
    assert!(!journal.poisoned);
}

#[test]
fn the_same_service_of_another_environment_is_another() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    take(&mut journal, &["backend"], &holder("sato", "a", 1), 0).unwrap();
    let staging: EnvironmentName = "staging".parse().unwrap();
    journal
        .acquire(
            &staging,
            &[service("backend")],
            &holder("tanaka", "b", 1),
            at(0),
            MINUTE,
        )
        .unwrap();
}

#[test]
fn a_process_that_is_gone_holds_nothing_on_its_machine_and_its_time_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    let mut child = Command::new("sleep")
        .arg("600")
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    take(&mut journal, &["backend"], &holder("sato", "here", child.id()), 0).unwrap();
    let next = holder("tanaka", "here", std::process::id());
    assert_eq!(
        holds(&take(&mut journal, &["backend"], &next, 1)),
        Some("sato"),
        "it lives"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    let elsewhere = holder("suzuki", "there", 1);
    assert_eq!(
        holds(&take(&mut journal, &["backend"], &elsewhere, 1)),
        Some("sato"),
        "another machine cannot know"
    );
    take(&mut journal, &["backend"], &next, 1).unwrap();
}

#[test]
fn a_process_that_ended_and_was_not_waited_for_is_gone_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    let mut child = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    take(&mut journal, &["backend"], &holder("sato", "here", child.id()), 0).unwrap();
    // It ends when its input does, and its output ends with it; nobody has waited for it, so the kernel still lists it.
    drop(child.stdin.take());
    let mut output = child.stdout.take().unwrap();
    std::io::copy(&mut output, &mut std::io::sink()).unwrap();
    let next = holder("tanaka", "here", std::process::id());
    let mut taken = take(&mut journal, &["backend"], &next, 1);
    // Between the end of its output and the end of the process lie a few instructions of the kernel.
    for _ in 0..10_000 {
        if taken.is_ok() {
            break;
        }
        std::thread::yield_now();
        taken = take(&mut journal, &["backend"], &next, 1);
    }
    taken.unwrap();
    child.wait().unwrap();
}

#[test]
fn a_number_that_was_given_to_another_process_is_not_the_holder() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(&file(&folder));
    take(
        &mut journal,
        &["backend"],
        &holder("sato", "here", std::process::id()),
        0,
    )
    .unwrap();
    let renumbered = |started: &str, journal: &mut Journal| {
        let held = super::super::lease::tests_only::with_started(journal, started);
        assert_eq!(held, 1);
    };
    // The same number, started at another time of this boot: the holder is gone.
    let trace = super::super::process::trace(std::process::id());
    let (place, _) = trace.rsplit_once(' ').unwrap();
    renumbered(&format!("{place} 1"), &mut journal);
    let next = holder("tanaka", "here", std::process::id());
    take(&mut journal, &["backend"], &next, 1).unwrap();
    // Another container of the same name: its numbers say nothing here.
    renumbered("other-boot pid:[1] 1", &mut journal);
    assert_eq!(
        holds(&take(&mut journal, &["backend"], &holder("suzuki", "here", 2), 1)),
        Some("tanaka")
    );
    // No trace at all, as where there is no /proc: only its time ends it.
    renumbered("", &mut journal);
    assert_eq!(
        holds(&take(
            &mut journal,
            &["backend"],
            &holder("suzuki", "here", 2),
            60
        )),
        Some("tanaka")
    );
    take(&mut journal, &["backend"], &holder("suzuki", "here", 2), 61).unwrap();
}
