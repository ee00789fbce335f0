//! Writes that go wrong: each is sent once, and what happened to it is found out by looking.

use modosu::domain::Mode;
use modosu::incident::Event;
use modosu::rollback::Outcome;

use super::ground::{Ground, approve, backend, to_approval, until};

/// Walks with one fault on the write; returns how it ended, the names of the call's events, and the writes.
async fn with_fault(kind: &str) -> (Option<Outcome>, Vec<&'static str>, Vec<String>) {
    let ground = Ground::new("bad-deploy");
    let mut engine = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut engine).await;
    ground.fault("ecs.UpdateService", kind, 1).await;
    approve(&mut engine, hash);
    until(&mut engine, 600, "ended", |s| {
        s.incident.as_ref().is_some_and(|i| i.ending.is_some())
    })
    .await;
    let incident = engine.session().incident.clone().unwrap();
    let calls = incident
        .events
        .iter()
        .filter(|r| {
            matches!(
                r.event,
                Event::Intended { .. }
                    | Event::Answered { .. }
                    | Event::Rejected { .. }
                    | Event::Doubtful { .. }
                    | Event::Adopted { .. }
                    | Event::NotApplied { .. }
            )
        })
        .map(|r| r.event.name())
        .collect();
    engine.shutdown().await;
    let bad = incident.outcome() != Some(Outcome::OnTarget);
    assert_eq!(
        ground.history().matches("(:56)").count(),
        usize::from(bad),
        "a bad end is filed at once"
    );
    (incident.outcome(), calls, ground.writes())
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_is_looked_for_and_adopted() {
    let (outcome, calls, writes) = with_fault("lost").await;
    assert_eq!(calls, ["intended", "doubtful", "adopted"]);
    assert_eq!((outcome, writes.len()), (Some(Outcome::OnTarget), 1));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_never_arrived_is_not_sent_again() {
    for kind in ["cut", "hang"] {
        let (outcome, calls, writes) = with_fault(kind).await;
        assert_eq!(calls, ["intended", "doubtful", "not-applied"], "{kind}");
        assert_eq!((outcome, writes.len()), (Some(Outcome::Failed), 1), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_it_and_changes_nothing() {
    for kind in ["denied", "throttle", "expired"] {
        let (outcome, calls, writes) = with_fault(kind).await;
        assert_eq!(calls, ["intended", "rejected"], "{kind}");
        assert_eq!((outcome, writes.len()), (Some(Outcome::Failed), 1), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_world_that_changed_after_approval_refuses_the_write() {
    let ground = Ground::new("bad-deploy");
    let mut engine = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut engine).await;
    // A colleague deploys; this engine has not looked since.
    let colleague = ground.engine(Mode::Full).await;
    ground
        .call(
            "AmazonEC2ContainerServiceV20141113.UpdateService",
            &serde_json::json!({
                "cluster": "peoplebooster-production",
                "service": "peoplebooster-backend",
                "taskDefinition": "peoplebooster-backend:55",
            }),
        )
        .await;
    approve(&mut engine, hash);
    until(&mut engine, 60, "refused", |s| {
        s.incident.as_ref().is_some_and(|i| i.refusal.is_some())
    })
    .await;
    assert!(engine.session().view(&backend()).is_some());
    engine.shutdown().await;
    colleague.shutdown().await;
    assert_eq!(ground.writes().len(), 1, "only the colleague's");
}
