//! Rollbacks that do not arrive, and why.

use modosu::domain::Mode;
use modosu::engine::Engine;
use modosu::rollback::{Ending, EndingKind, Outcome, PutBackBy, Trouble};
use modosu::session::OperatorMsg;
use modosu::words::{Lang, Words};

use super::ground::{Ground, to_approval, until};

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
