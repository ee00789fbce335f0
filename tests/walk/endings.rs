//! Rollbacks that do not arrive, and why.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures::FutureExt;
use modosu::domain::{Mode, StoppedTask};
use modosu::engine::{Door, Engine, Watch};
use modosu::rollback::{Ending, EndingKind, Outcome, PutBackBy, Trouble};
use modosu::session::{OperatorMsg, Session};
use modosu::words::{Lang, Words};

use super::ground::{Ground, approve, backend, to_approval, until};

/// How the version that worked behaves when it is started again.
fn old_version(behaviour: &str) -> Ground {
    let pushed = "behaviour = { error_rate = 0.0002, p50_ms = 95.0, p95_ms = 300.0 }";
    let change = format!("{pushed}\n\n[[application.image.change]]\nat = \"-1m\"\n{behaviour}");
    Ground::changed(&[(pushed, &change)])
}

async fn approved(ground: &Ground, timeout_seconds: u64) -> Engine {
    let mut engine = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut engine).await;
    engine.tell(OperatorMsg::Approve {
        hash,
        by: None,
        reason: None,
        timeout_seconds: Some(timeout_seconds),
    });
    engine
}

async fn to_the_end(engine: &mut Engine) -> Ending {
    until(engine, 1300, "ended", |s| {
        s.incident.as_ref().is_some_and(|i| i.ending.is_some())
    })
    .await;
    let incident = engine.session().incident.clone().unwrap();
    incident.ending.unwrap().0
}

fn said(ending: &Ending) -> String {
    Words::new(Lang::En, jiff::tz::TimeZone::UTC).say(&ending.why)
}

#[tokio::test(start_paused = true)]
async fn a_version_that_crashes_is_told_with_the_breaker_and_the_exit_code() {
    let ground = old_version("crash_after_s = 4.0");
    let mut engine = approved(&ground, 1200).await;
    let ending = to_the_end(&mut engine).await;
    assert_eq!(
        (ending.outcome, ending.kind),
        (
            Outcome::Elsewhere,
            Some(EndingKind::PutBack(PutBackBy::CircuitBreaker))
        ),
        "{}",
        said(&ending)
    );
    assert!(
        said(&ending).contains("exited with code 1") && said(&ending).contains(":57"),
        "{}",
        said(&ending)
    );
    assert_eq!(ground.writes(), ["ecs.UpdateService"]);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_move_is_stalled_before_and_at_the_end_of_its_time() {
    let ground = old_version("boot_s = 3000.0");
    let mut engine = approved(&ground, 420).await;
    until(&mut engine, 400, "stalled", |s| {
        s.progress
            .as_ref()
            .is_some_and(|p| matches!(p.trouble, Some(Trouble::Stalled(_))))
    })
    .await;
    let ending = to_the_end(&mut engine).await;
    assert_eq!(
        (ending.outcome, ending.kind),
        (Outcome::TimedOut, Some(EndingKind::Stalled)),
        "{}",
        said(&ending)
    );
    assert!(
        said(&ending).contains("nothing has moved for"),
        "{}",
        said(&ending)
    );
}

#[tokio::test(start_paused = true)]
async fn stopped_tasks_are_read_only_while_a_rollback_is_followed() {
    let ground = old_version("crash_after_s = 4.0");
    let mut engine = ground.engine(Mode::Full).await;
    engine.settle().await;
    let asked = |ground: &Ground| {
        ground
            .drill
            .ledger()
            .iter()
            .filter(|entry| entry.operation == "ListTasks")
            .filter(|entry| entry.input.to_string().contains("STOPPED"))
            .count()
    };
    assert_eq!(asked(&ground), 0);
    engine.shutdown().await;
    let mut engine = approved(&ground, 1200).await;
    to_the_end(&mut engine).await;
    assert!(asked(&ground) > 0);
}

/// Refuses the list of stopped tasks once `refused` is set; everything else goes through.
fn refusing_stopped_tasks(door: Door, refused: &Arc<AtomicBool>) -> Door {
    let Door::Direct(inner) = door else {
        unreachable!("the ground has no other door")
    };
    let refused = refused.clone();
    Door::Direct(Arc::new(move |request: http::Request<Bytes>| {
        let lists = String::from_utf8_lossy(request.body()).contains("\"desiredStatus\":\"STOPPED\"");
        if lists && refused.load(Ordering::Relaxed) {
            let body = Bytes::from_static(br#"{"__type":"AccessDeniedException","message":"no"}"#);
            let response = http::Response::builder().status(400).body(body).unwrap();
            return std::future::ready(Ok(response)).boxed();
        }
        inner(request)
    }))
}

#[tokio::test(start_paused = true)]
async fn a_cause_once_seen_outlives_a_list_of_stopped_tasks_that_cannot_be_read() {
    let ground = old_version("crash_after_s = 4.0");
    let refused = Arc::new(AtomicBool::new(false));
    let mut start = ground.start(Mode::Full);
    start.door = refusing_stopped_tasks(start.door, &refused);
    let mut engine = Engine::start(start, Watch::Live).await.unwrap();
    let hash = to_approval(&mut engine).await;
    approve(&mut engine, hash);
    let crashed = |s: &Session| {
        s.view(&backend()).is_some_and(|view| {
            let exited = |task: &StoppedTask| task.containers.iter().any(|c| c.exit_code == Some(1));
            view.stopped
                .iter()
                .any(|task| task.task_definition.revision() == 56 && exited(task))
        })
    };
    until(&mut engine, 300, "a crash seen", crashed).await;
    refused.store(true, Ordering::Relaxed);
    let ending = to_the_end(&mut engine).await;
    assert!(said(&ending).contains("exited with code 1"), "{}", said(&ending));
    assert!(crashed(engine.session()));
}
