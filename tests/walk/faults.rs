//! Writes that go wrong: each is sent once, and what happened to it is found out by looking.

use modosu::domain::Mode;
use modosu::incident::{ActState, Event, Stage};
use modosu::rollback::Outcome;
use modosu::session::{OperatorMsg, Session};

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

fn is_act(session: &Session, wanted: ActState) -> bool {
    session
        .incident
        .as_ref()
        .is_some_and(|i| matches!(i.stage, Stage::Act { state, .. } if state == wanted))
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_comes_while_the_answer_gets_lost_does_not_stop_the_looking() {
    let ground = Ground::new("bad-deploy");
    let mut engine = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut engine).await;
    ground.fault("ecs.UpdateService", "lost", 1).await;
    approve(&mut engine, hash);
    until(&mut engine, 60, "approved", |s| is_act(s, ActState::Ready)).await;
    // The session has not heard of the intent yet, so the stop is taken in while the call is on its way.
    while ground.writes().is_empty() {
        engine.clock().sleep(std::time::Duration::from_millis(20)).await;
    }
    engine.tell(OperatorMsg::StopBeforeNext);
    assert!(engine.session().stop_requested);
    until(&mut engine, 60, "sent", |s| !is_act(s, ActState::Ready)).await;
    assert_eq!(
        engine.session().notice.as_ref().map(|n| n.text.id.as_ref()),
        Some("notice-stop-came-late")
    );
    until(&mut engine, 600, "ended", |s| {
        s.incident.as_ref().is_some_and(|i| i.ending.is_some())
    })
    .await;
    assert_eq!(
        engine.session().incident.as_ref().and_then(|i| i.outcome()),
        Some(Outcome::OnTarget)
    );
    engine.shutdown().await;
}
