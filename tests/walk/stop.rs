//! The bad deployment is still under way: it is stopped, and ECS goes back.

use modosu::domain::{Mode, Phrase};
use modosu::engine::Engine;
use modosu::incident::{ActState, Event, Incident, Stage};
use modosu::rollback::{EndingKind, Method, Outcome};
use serde_json::json;

use super::ground::{Ground, approve, backend, to_approval, until};

/// `bad-deploy`, begun so late that its deployment is still under way.
pub(crate) fn in_flight() -> Ground {
    Ground::changed(&[("at = \"-3m 45s\"", "at = \"-5s\"")])
}

fn plan_method(engine: &Engine) -> Method {
    engine
        .session()
        .incident
        .as_ref()
        .unwrap()
        .plan
        .as_ref()
        .unwrap()
        .steps[0]
        .method
}

async fn to_the_end(engine: &mut Engine) -> Incident {
    until(engine, 900, "ended", |s| {
        s.incident.as_ref().is_some_and(|i| i.ending.is_some())
    })
    .await;
    engine.session().incident.clone().unwrap()
}

fn kind(incident: &Incident) -> Option<EndingKind> {
    incident.ending.as_ref().unwrap().0.kind
}

fn is_act(incident: &Incident, wanted: ActState) -> bool {
    matches!(incident.stage, Stage::Act { state, .. } if state == wanted)
}

#[tokio::test(start_paused = true)]
async fn one_stop_and_nothing_else_is_written() {
    let ground = in_flight();
    let mut engine = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut engine).await;
    let plan = engine.session().incident.as_ref().unwrap().plan.clone().unwrap();
    assert_eq!(plan.steps[0].method, Method::Stop);
    assert_eq!(plan.steps[0].target.definition.revision(), 56);
    approve(&mut engine, hash);
    let incident = to_the_end(&mut engine).await;
    let (ending, _) = incident.ending.clone().unwrap();
    assert_eq!(
        (ending.outcome, ending.kind),
        (Outcome::OnTarget, Some(EndingKind::OnTarget)),
        "{ending:?}"
    );
    assert_eq!(ending.unproven, []);
    assert_eq!(ending.revision.unwrap().revision(), 56);
    assert_eq!(ground.writes(), ["ecs.StopServiceDeployment"]);
    // What reached the account is what was previewed, item by item.
    let previewed = serde_json::to_value(&plan.steps[0].calls[0]).unwrap();
    let reached = ground
        .drill
        .ledger()
        .into_iter()
        .find(|entry| entry.operation == "StopServiceDeployment")
        .unwrap();
    assert_eq!(json!(reached.input), previewed["input"]);
    engine.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn what_finished_meanwhile_is_not_stopped_and_wants_another_plan() {
    let ground = in_flight();
    let mut engine = ground.engine(Mode::Full).await;
    let stop = to_approval(&mut engine).await;
    ground.drill.clock().advance(std::time::Duration::from_secs(300));
    approve(&mut engine, stop.clone());
    until(&mut engine, 60, "refused", |s| {
        s.incident.as_ref().is_some_and(|i| i.refusal.is_some())
    })
    .await;
    let refusal = engine.session().incident.as_ref().unwrap().refusal.clone();
    assert_eq!(
        refusal.map(|why: Phrase| why.id.into_owned()).as_deref(),
        Some("changed-stop-over")
    );
    assert_eq!(engine.session().incident.as_ref().unwrap().stage, Stage::Check);
    assert!(ground.writes().is_empty());

    // The plan in front is another one by now.
    until(&mut engine, 60, "looked again", |s| {
        let now = s.services[0].state.as_of().unwrap();
        let proposal = s.proposal(&backend(), &"last-good".parse().unwrap(), None, now);
        proposal.is_ok_and(|plan| plan.steps[0].method == Method::Revision)
    })
    .await;
    engine.tell(modosu::session::OperatorMsg::Advance);
    until(&mut engine, 60, "at approval", |s| {
        s.incident.as_ref().is_some_and(|i| i.stage == Stage::Approve)
    })
    .await;
    assert_eq!(plan_method(&engine), Method::Revision);
    let plan = engine.session().incident.as_ref().unwrap().plan.clone().unwrap();
    assert_ne!(plan.hash, stop);
    approve(&mut engine, plan.hash);
    assert_eq!(to_the_end(&mut engine).await.outcome(), Some(Outcome::OnTarget));
    assert_eq!(ground.writes(), ["ecs.UpdateService"]);
}

/// Walks with one fault on the stop; returns the incident and the names of the call's events.
async fn with_fault(fault: &str) -> (Incident, Vec<&'static str>, Vec<String>) {
    let ground = in_flight();
    let mut engine = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut engine).await;
    ground.fault("ecs.StopServiceDeployment", fault, 1).await;
    approve(&mut engine, hash);
    let incident = to_the_end(&mut engine).await;
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
    (incident, calls, ground.writes())
}

#[tokio::test(start_paused = true)]
async fn the_lost_answer_of_a_stop_is_looked_for() {
    let (incident, calls, writes) = with_fault("lost").await;
    assert_eq!(calls, ["intended", "doubtful", "adopted"]);
    assert_eq!((incident.outcome(), writes.len()), (Some(Outcome::OnTarget), 1));
    for fault in ["cut", "hang"] {
        let (incident, calls, writes) = with_fault(fault).await;
        assert_eq!(calls, ["intended", "doubtful", "not-applied"], "{fault}");
        assert_eq!(
            (incident.outcome(), kind(&incident), writes.len()),
            (Some(Outcome::Failed), Some(EndingKind::Failed), 1),
            "{fault}"
        );
    }
    let (incident, calls, writes) = with_fault("denied").await;
    assert_eq!(calls, ["intended", "rejected"]);
    assert_eq!((incident.outcome(), writes.len()), (Some(Outcome::Failed), 1));
}

/// Approves a stop, ends the process where `at` holds, and goes on in another.
async fn interrupted(fault: Option<&str>, at: impl Fn(&Ground, &Incident) -> bool) -> (Ground, Incident) {
    let ground = in_flight();
    let mut first = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut first).await;
    if let Some(kind) = fault {
        ground.fault("ecs.StopServiceDeployment", kind, 1).await;
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
    let id = second.heads().await.unwrap().swap_remove(0).unwrap().id;
    second.resume(&id).await.unwrap();
    until(&mut second, 900, "ended or refused", |s| {
        s.incident
            .as_ref()
            .is_some_and(|i| i.ending.is_some() || i.refusal.is_some())
    })
    .await;
    let incident = second.session().incident.clone().unwrap();
    second.shutdown().await;
    (ground, incident)
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_gone_on_with_wherever_its_process_ended() {
    type At = fn(&Ground, &Incident) -> bool;
    let cases: [(Option<&str>, At, Option<Outcome>, usize); 5] = [
        (None, |_, i| is_act(i, ActState::Ready), None, 0),
        (
            Some("slow"),
            |ground, i| is_act(i, ActState::Sent) && ground.writes().len() == 1,
            Some(Outcome::OnTarget),
            1,
        ),
        (
            Some("lost"),
            |_, i| is_act(i, ActState::Doubtful),
            Some(Outcome::OnTarget),
            1,
        ),
        (
            Some("cut"),
            |_, i| is_act(i, ActState::Doubtful),
            Some(Outcome::Failed),
            1,
        ),
        (
            None,
            |_, i| is_act(i, ActState::Following),
            Some(Outcome::OnTarget),
            1,
        ),
    ];
    for (place, (fault, at, outcome, writes)) in cases.into_iter().enumerate() {
        let (ground, incident) = interrupted(fault, at).await;
        assert_eq!(
            incident.outcome(),
            outcome,
            "case {place}: {:#?}",
            incident.ending
        );
        assert_eq!(ground.writes().len(), writes, "case {place}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_colleague_s_deployment_after_the_write_is_told_plainly() {
    for ground in [in_flight(), Ground::new("bad-deploy")] {
        let mut engine = ground.engine(Mode::Full).await;
        let hash = to_approval(&mut engine).await;
        approve(&mut engine, hash);
        until(&mut engine, 60, "under way", |s| {
            s.progress
                .as_ref()
                .is_some_and(|p| p.new_running + p.new_pending > 0)
        })
        .await;
        ground
            .call(
                "AmazonEC2ContainerServiceV20141113.UpdateService",
                &json!({
                    "cluster": "peoplebooster-production",
                    "service": "peoplebooster-backend",
                    "taskDefinition": "peoplebooster-backend:55",
                }),
            )
            .await;
        let incident = to_the_end(&mut engine).await;
        let (ending, _) = incident.ending.clone().unwrap();
        assert_eq!(
            (ending.outcome, ending.kind, ending.why.id.as_ref()),
            (
                Outcome::Elsewhere,
                Some(EndingKind::Superseded),
                "follow-superseded"
            ),
            "{ending:?}"
        );
        assert_eq!(ending.revision.unwrap().revision(), 55);
    }
}
