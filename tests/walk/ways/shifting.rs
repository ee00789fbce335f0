//! Following a service that shifts traffic: nothing is called stable or failed while its stages run.

use modosu::domain::Mode;
use modosu::incident::ActState;
use modosu::rollback::{Outcome, Trouble};

use super::way::{BLUE_GREEN, LONGEST, Way, incident, is_at, to_the_end};
use crate::walk::ground::{Ground, until};

const DEPLOYED: &str = "strategy = { type = \"blue-green\", bake_minutes = 5 }";

/// Its own hook stands in the service's way too; four people let the deployments of the past through.
const HOOKED: &str = "strategy = { type = \"blue-green\", bake_minutes = 5 }\n\
    hook = [{ stages = [\"POST_SCALE_UP\"], timeout_minutes = 1440, timeout_action = \"rollback\" }]\n\
    answer = [\n  { at = \"-55d 1h 50m\", action = \"continue\" },\n  { at = \"-30d 1h 56m\", action = \"continue\" },\n  \
    { at = \"-9d 1h 56m\", action = \"continue\" },\n  { at = \"-10m\", action = \"continue\" },\n]";

fn hooked() -> Ground {
    Ground::of(
        include_str!("../../../assets/scenarios/blue-green.toml"),
        &[(DEPLOYED, HOOKED)],
        "",
    )
}

#[tokio::test(start_paused = true)]
async fn while_both_colours_run_nothing_is_called_stable() {
    let ground = BLUE_GREEN.ground().await;
    let mut engine = ground.engine(Mode::Full).await;
    BLUE_GREEN.approved(&mut engine).await;
    until(&mut engine, 60, "followed", |s| is_at(s, 0, ActState::Following)).await;
    let mut side_by_side = 0;
    while incident(&engine).ending.is_none() {
        engine.step().await;
        let tasks = engine.session().services[0]
            .state
            .value()
            .map(|state| state.deployments.iter().filter(|d| d.running > 0).count());
        let holding = engine
            .session()
            .progress
            .as_ref()
            .is_some_and(|p| matches!(p.phase, modosu::rollback::Phase::Holding { .. }));
        if tasks == Some(2) && incident(&engine).ending.is_none() {
            side_by_side += 1;
            assert!(!holding, "{:?}", engine.session().progress);
        }
    }
    assert!(side_by_side > 60, "{side_by_side}");
    let (ending, _) = incident(&engine).ending.unwrap();
    assert_eq!((ending.outcome, ending.unproven), (Outcome::OnTarget, vec![]));
    let state = engine.session().services[0].state.value().cloned().unwrap();
    assert_eq!(state.deployments.iter().filter(|d| d.running > 0).count(), 1);
    assert_eq!(ground.set_to("backend").await, "peoplebooster-backend:56");
    engine.shutdown().await;
}

/// A hook of the service stands in our own way back too: that is told, and ends nothing.
#[tokio::test(start_paused = true)]
async fn a_pause_of_our_own_rollback_is_told_and_waited_for() {
    let ground = hooked();
    let way = Way {
        name: "blue-green with a hook",
        ..BLUE_GREEN
    };
    let mut engine = ground.engine(Mode::Full).await;
    way.approved(&mut engine).await;
    until(&mut engine, 600, "paused", |s| {
        s.progress
            .as_ref()
            .is_some_and(|p| matches!(p.trouble, Some(Trouble::Paused(_))))
    })
    .await;
    // Ten minutes later it still waits, and says so.
    let since = engine.now();
    until(&mut engine, 700, "ten minutes later", |s| {
        s.services[0]
            .state
            .as_of()
            .is_some_and(|at| at.duration_since(since).as_secs() > 600)
    })
    .await;
    assert!(incident(&engine).ending.is_none());
    let history = engine.session().services[0].history.value().cloned().unwrap();
    let paused = history
        .deployments
        .iter()
        .find_map(|d| Some((d.arn.clone(), d.paused_at()?.id.clone())));
    let (arn, hook) = paused.unwrap();
    ground
        .call(
            "AmazonEC2ContainerServiceV20141113.ContinueServiceDeployment",
            &serde_json::json!({ "serviceDeploymentArn": arn.as_str(), "hookId": hook.as_str(), "action": "CONTINUE" }),
        )
        .await;
    let incident = to_the_end(&mut engine, way.name).await;
    assert_eq!(
        incident.outcome(),
        Some(Outcome::OnTarget),
        "{:?}",
        incident.ending
    );
    engine.shutdown().await;
}

/// What nobody answers is not failed and not stable when the time allowed is over: it is paused.
#[tokio::test(start_paused = true)]
async fn a_pause_that_nobody_answers_ends_as_paused() {
    let ground = hooked();
    let mut engine = ground.engine(Mode::Full).await;
    BLUE_GREEN.approved(&mut engine).await;
    let incident = to_the_end(&mut engine, "paused").await;
    let (ending, at) = incident.ending.clone().unwrap();
    assert_eq!(
        (ending.outcome, ending.kind),
        (Outcome::TimedOut, Some(modosu::rollback::EndingKind::Paused)),
        "{ending:?}"
    );
    let took = at.duration_since(incident.sent_at.unwrap()).as_secs();
    assert!((20 * 60..LONGEST).contains(&took), "{took}");
    engine.shutdown().await;
}
