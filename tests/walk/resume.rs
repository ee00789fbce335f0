//! The process ends somewhere in the middle; another goes on from the journal.

use modosu::domain::{FaultKind, Mode};
use modosu::engine::Engine;
use modosu::incident::{ActState, Incident, IncidentId, Stage};
use modosu::rollback::Outcome;

use super::ground::{Ground, approve, to_approval, until};

async fn newest(engine: &Engine) -> IncidentId {
    engine.heads().await.unwrap().swap_remove(0).unwrap().id
}

/// Approves, ends the process where `at` holds, and goes on in another to the rollback's end.
async fn interrupted(fault: Option<&str>, at: impl Fn(&Ground, &Incident) -> bool) -> (Ground, Incident) {
    let ground = Ground::new("bad-deploy");
    let mut first = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut first).await;
    if let Some(kind) = fault {
        ground.fault("ecs.UpdateService", kind, 1).await;
    }
    approve(&mut first, hash);
    until(&mut first, 600, "interrupted", |s| {
        s.incident.as_ref().is_some_and(|i| at(&ground, i))
    })
    .await;
    drop(first);

    let mut second = ground.engine(Mode::Full).await;
    // This process lives on, so the lease of the one that it plays has to run out.
    ground
        .drill
        .clock()
        .advance(std::time::Duration::from_secs(10 * 60));
    let id = newest(&second).await;
    second.resume(&id).await.unwrap();
    until(&mut second, 600, "ended or refused", |s| {
        s.incident
            .as_ref()
            .is_some_and(|i| i.ending.is_some() || i.refusal.is_some())
    })
    .await;
    let incident = second.session().incident.clone().unwrap();
    second.shutdown().await;
    (ground, incident)
}

fn is_act(incident: &Incident, wanted: ActState) -> bool {
    matches!(incident.stage, Stage::Act { state, .. } if state == wanted)
}

#[tokio::test(start_paused = true)]
async fn while_following_it_goes_on_following() {
    let (ground, incident) = interrupted(None, |_, i| is_act(i, ActState::Following)).await;
    assert_eq!(incident.outcome(), Some(Outcome::OnTarget));
    assert_eq!(ground.writes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_an_intent_it_looks_and_never_sends_again() {
    // The write takes effect but its answer comes late; the process ends in between.
    let (ground, incident) = interrupted(Some("slow"), |ground, i| {
        is_act(i, ActState::Sent) && ground.writes().len() == 1
    })
    .await;
    assert_eq!(incident.outcome(), Some(Outcome::OnTarget), "{incident:#?}");
    assert_eq!(ground.writes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn in_doubt_it_looks_again() {
    let (ground, incident) = interrupted(Some("lost"), |_, i| is_act(i, ActState::Doubtful)).await;
    assert_eq!(incident.outcome(), Some(Outcome::OnTarget));
    assert_eq!(ground.writes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn approved_and_never_sent_it_wants_a_new_approval() {
    let (ground, incident) = interrupted(None, |_, i| is_act(i, ActState::Ready)).await;
    assert_eq!(incident.stage, Stage::Check);
    assert!(incident.refusal.is_some());
    assert_eq!(ground.writes().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_incident_of_a_drill_that_has_ended_is_not_gone_on_with() {
    let ground = Ground::new("bad-deploy");
    let mut first = ground.engine(Mode::Full).await;
    to_approval(&mut first).await;
    let id = newest(&first).await;
    drop(first);
    let other = Ground::new("never-ran");
    let mut start = other.start(Mode::Full);
    start.state_dir = ground.folder.path().to_owned();
    let mut second = Engine::start(start, modosu::engine::Watch::Live).await.unwrap();
    let refused = second.resume(&id).await;
    assert!(refused.is_err(), "another world has another truth");
}

#[tokio::test(start_paused = true)]
async fn what_another_commander_holds_is_not_gone_on_with() {
    let ground = Ground::new("bad-deploy");
    let mut first = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut first).await;
    approve(&mut first, hash);
    until(&mut first, 60, "following", |s| {
        s.incident
            .as_ref()
            .is_some_and(|i| is_act(i, ActState::Following))
    })
    .await;
    let mut second = ground.engine(Mode::Full).await;
    let id = newest(&second).await;
    let refused = second.resume(&id).await.unwrap_err();
    assert_eq!(refused.kind, FaultKind::Held, "{refused}");
    assert!(second.session().incident.is_none());
    // Leaving in order hands over at once.
    first.shutdown().await;
    second.resume(&id).await.unwrap();
}
