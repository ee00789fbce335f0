//! The rows of preflight that need more than one service's own state: alarms, other incidents, other commanders, what else
//! differs. Read from the drill and from a real journal.

use std::sync::Arc;

use modosu::domain::{Mode, TargetSpec};
use modosu::engine::{Engine, Watch};
use modosu::incident::{ActState, Stage};
use modosu::rollback::{PlanVerdict, PreflightCheck, PreflightRow, PreflightVerdict};
use modosu::runbook::Runbook;
use modosu::words::{Lang, Words};

use super::ground::{Ground, approve, backend, to_approval, until};

fn row(engine: &Engine, check: PreflightCheck) -> PreflightRow {
    let plan = engine
        .session()
        .proposal(&backend(), &TargetSpec::LastGood, None, engine.now())
        .unwrap();
    plan.preflight.into_iter().find(|row| row.check == check).unwrap()
}

fn said(engine: &Engine, check: PreflightCheck) -> (PreflightVerdict, String) {
    let row = row(engine, check);
    let words = Words::new(Lang::En, engine.runbook().time_zone());
    (row.verdict, words.try_say(&row.evidence).unwrap())
}

/// An engine whose runbook names an alarm of the backend.
async fn with_alarm(ground: &Ground, name: &str) -> Engine {
    let mut start = ground.start(Mode::Full);
    let mut runbook: Runbook = (*start.runbook).clone();
    runbook.services[0].alarms = vec![name.to_owned()];
    start.runbook = Arc::new(runbook);
    Engine::start(start, Watch::Live).await.unwrap()
}

/// The names in every DescribeAlarms that reached the drill.
fn alarms_asked_for(ground: &Ground) -> Vec<Vec<String>> {
    ground
        .drill
        .ledger()
        .into_iter()
        .filter(|entry| entry.operation == "DescribeAlarms")
        .map(|entry| {
            let input = serde_json::to_value(&entry).unwrap()["input"].clone();
            serde_json::from_value(input["AlarmNames"].clone()).unwrap_or_default()
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_rings_is_a_warning_and_is_asked_for_by_name() {
    let ground = Ground::new("bad-deploy");
    let mut engine = with_alarm(&ground, "peoplebooster-backend-5xx").await;
    engine.settle().await;
    let (verdict, evidence) = said(&engine, PreflightCheck::Alarms);
    assert_eq!(verdict, PreflightVerdict::Warn, "{evidence}");
    assert!(evidence.contains("peoplebooster-backend-5xx"), "{evidence}");
    let asked = alarms_asked_for(&ground);
    assert_eq!(asked.len(), 1, "one call for all services");
    assert!(asked.iter().all(|names| !names.is_empty()), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_is_not_there_or_cannot_be_read_is_unknown() {
    let ground = Ground::new("bad-deploy");
    let mut engine = with_alarm(&ground, "no-such-alarm").await;
    engine.settle().await;
    let (verdict, evidence) = said(&engine, PreflightCheck::Alarms);
    assert_eq!(verdict, PreflightVerdict::Unknown, "{evidence}");

    let ground = Ground::new("bad-deploy");
    ground.fault("cloudwatch.DescribeAlarms", "denied", 9).await;
    let mut engine = with_alarm(&ground, "peoplebooster-backend-5xx").await;
    engine.settle().await;
    let (verdict, evidence) = said(&engine, PreflightCheck::Alarms);
    assert_eq!(verdict, PreflightVerdict::Unknown, "{evidence}");
    assert!(evidence.contains("DescribeAlarms"), "{evidence}");
}

#[tokio::test(start_paused = true)]
async fn what_differs_beyond_the_image_is_named_without_its_value() {
    let ground = Ground::new("bad-deploy");
    let mut engine = ground.engine(Mode::ReadOnly).await;
    engine.settle().await;
    let (verdict, evidence) = said(&engine, PreflightCheck::Differs);
    assert_eq!(verdict, PreflightVerdict::Warn, "{evidence}");
    assert!(evidence.contains("memory 2048 → 1024"), "{evidence}");
    assert!(evidence.ends_with("variable FEATURE_X removed"), "{evidence}");
}

#[tokio::test(start_paused = true)]
async fn a_look_writes_nothing_and_needs_no_journal() {
    let ground = Ground::new("bad-deploy");
    let mut engine = ground.engine(Mode::Full).await;
    engine.settle().await;
    assert_eq!(
        row(&engine, PreflightCheck::Incident).verdict,
        PreflightVerdict::Pass
    );
    assert_eq!(
        row(&engine, PreflightCheck::Lease).verdict,
        PreflightVerdict::Pass
    );
    engine.shutdown().await;
    let made: Vec<_> = std::fs::read_dir(ground.folder.path()).unwrap().collect();
    assert!(made.is_empty(), "{made:?}");
    assert!(ground.writes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_colleague_s_rollback_blocks_and_one_s_own_does_not() {
    let ground = Ground::new("bad-deploy");
    let mut first = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut first).await;
    assert_eq!(
        row(&first, PreflightCheck::Incident).verdict,
        PreflightVerdict::Pass,
        "a draft is one's own"
    );
    approve(&mut first, hash);
    until(&mut first, 60, "following", |s| {
        s.incident.as_ref().is_some_and(|i| {
            matches!(
                i.stage,
                Stage::Act {
                    state: ActState::Following,
                    ..
                }
            )
        })
    })
    .await;
    let id = first.session().incident.as_ref().unwrap().id.to_string();

    // Another process, so to say: this moment is another one, and with it the name of the holder.
    let mut start = ground.start(Mode::Full);
    start.host = "bastion".to_owned();
    let mut second = Engine::start(start, Watch::Live).await.unwrap();
    second.settle().await;
    let (verdict, evidence) = said(&second, PreflightCheck::Incident);
    assert_eq!(verdict, PreflightVerdict::Block, "{evidence}");
    assert!(evidence.contains(&id), "{evidence}");
    let (verdict, evidence) = said(&second, PreflightCheck::Lease);
    assert_eq!(verdict, PreflightVerdict::Block, "{evidence}");
    assert!(
        evidence.contains("sato") && evidence.contains("test"),
        "{evidence}"
    );
    let plan = second
        .session()
        .proposal(&backend(), &TargetSpec::LastGood, None, second.now())
        .unwrap();
    assert_eq!(plan.verdict, PlanVerdict::Blocked);
    second.shutdown().await;

    until(&mut first, 400, "ended", |s| {
        s.incident.as_ref().is_some_and(|i| i.ending.is_some())
    })
    .await;
    let mut third = ground.engine(Mode::Full).await;
    third.settle().await;
    for check in [PreflightCheck::Incident, PreflightCheck::Lease] {
        assert_eq!(row(&third, check).verdict, PreflightVerdict::Pass, "{check:?}");
    }
    assert_eq!(ground.writes().len(), 1);
}
