//! A stop is followed to the end of the service deployment that was stopped.

use super::super::super::fixtures::{deployment_arn, revision_arn};
use super::super::super::{Goal, PutBackBy, Stopped};
use super::*;
use crate::domain::NativeRollback;

/// The deployment of :57 was stopped at second 0 while two of its tasks ran beside :56's four.
fn stopped_goal(scene: &Scene) -> Goal {
    Goal {
        deployment: None,
        service_deployment: Some(scene.history.deployments[0].arn.clone()),
        stopped: Some(Stopped {
            primary: Some(deployment_id("bad")),
        }),
        ..goal()
    }
}

/// Right after the stop was sent.
fn sent() -> Scene {
    let mut scene = Scene::right();
    let mut history = DeploymentHistory::default();
    deployed(&mut history, (56, 56), Native::Successful, at(-60), Some(at(-55)));
    deployed(&mut history, (57, 57), Native::InProgress, at(-1), None);
    history.deployments[0].sources = vec![revision_arn("r56-56")];
    scene.history = history;
    let mut bad = listed("bad", 57, DeploymentStatus::Primary, 2);
    bad.rollout = Some(RolloutState::InProgress);
    bad.desired = 4;
    scene.state = service(57, 4);
    scene.state.running = 6;
    scene.state.deployments = vec![bad, listed("good", 56, DeploymentStatus::Active, 4)];
    scene.tasks.extend((4..6).map(|n| task(n, 57, Some(57))));
    scene
}

/// ECS goes back: the old deployment is primary again.
fn going_back(scene: &mut Scene) {
    scene.history.deployments[0].status = Native::RollbackInProgress;
    scene.history.deployments[0].rollback = Some(NativeRollback {
        reason: Some(Clean::new("a stop was requested")),
        started_at: Some(seconds(10)),
        revision: revision_arn("r56-56"),
    });
    scene.state.task_definition = definition(56);
    scene.state.deployments.swap(0, 1);
    scene.state.deployments[0].status = DeploymentStatus::Primary;
    scene.state.deployments[0].rollout = Some(RolloutState::InProgress);
    scene.state.deployments[1].status = DeploymentStatus::Active;
    scene.state.deployments[1].rollout = Some(RolloutState::Failed);
}

/// ECS has gone back.
fn gone_back(scene: &mut Scene) {
    scene.history.deployments[0].status = Native::RollbackSuccessful;
    scene.history.deployments[0].finished_at = Some(seconds(90));
    scene.state.running = 4;
    scene.state.deployments.truncate(1);
    scene.state.deployments[0].rollout = Some(RolloutState::Completed);
    scene.tasks.truncate(4);
}

#[test]
fn the_end_of_what_was_stopped_is_the_end() {
    let mut scene = sent();
    let mut follow = Follow::new(stopped_goal(&scene));
    // What was stopped may stand there for longer than an answer to UpdateService would take to show.
    let progress = underway(scene.watch(&mut follow, 5, 90));
    assert_eq!(
        (progress.phase, progress.note.id.as_ref()),
        (Phase::Waiting, "follow-stop-waiting")
    );
    going_back(&mut scene);
    let progress = underway(scene.watch(&mut follow, 95, 120));
    assert_eq!(progress.note.id, "follow-draining");
    assert_eq!((progress.new_running, progress.old_running), (4, 2));
    gone_back(&mut scene);
    let ending = ended(scene.watch(&mut follow, 125, 300));
    assert_eq!(
        (ending.outcome, ending.kind, ending.revision, ending.stable_at),
        (
            Outcome::OnTarget,
            Some(EndingKind::OnTarget),
            Some(definition(56)),
            Some(seconds(125))
        )
    );
    assert_eq!(ending.unproven, []);
}

#[test]
fn a_deployment_that_ecs_makes_anew_is_followed_too() {
    let mut scene = sent();
    let mut follow = Follow::new(stopped_goal(&scene));
    underway(scene.watch(&mut follow, 5, 10));
    going_back(&mut scene);
    scene.state.deployments[0].id = deployment_id("again");
    scene.state.deployments[0].created_at = Some(seconds(12));
    underway(scene.watch(&mut follow, 15, 40));
    gone_back(&mut scene);
    assert_eq!(
        ended(scene.watch(&mut follow, 45, 300)).outcome,
        Outcome::OnTarget
    );
}

#[test]
fn every_other_end_of_a_stop_has_its_name() {
    type Change = fn(&mut Scene);
    let cases: [(Change, Outcome, EndingKind, &str); 5] = [
        (
            |scene| scene.history.deployments[0].status = Native::Successful,
            Outcome::Failed,
            EndingKind::Failed,
            "follow-stop-too-late",
        ),
        (
            |scene| {
                going_back(scene);
                scene.history.deployments[0].status = Native::RollbackFailed;
            },
            Outcome::Failed,
            EndingKind::Failed,
            "follow-rollback-failed",
        ),
        (
            |scene| {
                // ECS went somewhere else than planned.
                deployed(
                    &mut scene.history,
                    (54, 54),
                    Native::Successful,
                    at(-99),
                    Some(at(-98)),
                );
                let other = scene.history.deployments.remove(0);
                scene.history.deployments.push(other);
                going_back(scene);
                gone_back(scene);
                put_back(&mut scene.history, (54, 54));
                scene.state.deployments[0].task_definition = definition(54);
            },
            Outcome::Elsewhere,
            // ECS may say nothing of why: it was our own stop.
            EndingKind::PutBack(PutBackBy::Stop),
            "follow-put-back-stop",
        ),
        (
            |scene| {
                // A colleague deploys: ECS stops what was there.
                scene.history.deployments[0].status = Native::Stopped;
                scene
                    .state
                    .deployments
                    .insert(0, listed("theirs", 58, DeploymentStatus::Primary, 0));
                scene.state.deployments[1].status = DeploymentStatus::Active;
            },
            Outcome::Elsewhere,
            EndingKind::Superseded,
            "follow-superseded",
        ),
        (
            |scene| scene.history.deployments[0].status = Native::Stopped,
            Outcome::Elsewhere,
            EndingKind::Stopped,
            "follow-stopped",
        ),
    ];
    for (change, outcome, kind, why) in cases {
        let mut scene = sent();
        let mut follow = Follow::new(stopped_goal(&scene));
        underway(scene.watch(&mut follow, 5, 10));
        change(&mut scene);
        let ending = ended(scene.watch(&mut follow, 15, 200));
        assert_eq!(
            (ending.outcome, ending.kind, ending.why.id.as_ref()),
            (outcome, Some(kind), why)
        );
    }
}

#[test]
fn the_service_deployment_that_was_stopped_is_the_one_by_name() {
    let mut scene = sent();
    let mut follow = Follow::new(stopped_goal(&scene));
    underway(scene.look(&mut follow, 5));
    assert_eq!(
        follow.goal().service_deployment,
        Some(deployment_arn("d8999")),
        "it is older than the stop"
    );
}

#[test]
fn other_content_than_planned_is_said_and_not_waited_out() {
    // The service revision that ECS went back to tells it.
    let mut scene = sent();
    let mut follow = Follow::new(stopped_goal(&scene));
    underway(scene.watch(&mut follow, 5, 10));
    going_back(&mut scene);
    gone_back(&mut scene);
    put_back(&mut scene.history, (56, 99));
    let ending = ended(scene.look(&mut follow, 15));
    assert_eq!(
        (ending.outcome, ending.kind, ending.revision),
        (
            Outcome::Elsewhere,
            Some(EndingKind::OtherContent),
            Some(definition(56))
        )
    );

    // It tells no digest, but the tasks do: those that were read after ECS said that it had gone back.
    let mut scene = sent();
    let mut follow = Follow::new(stopped_goal(&scene));
    underway(scene.watch(&mut follow, 5, 10));
    going_back(&mut scene);
    gone_back(&mut scene);
    put_back(&mut scene.history, (56, 56));
    let pinned = revision_arn("r56-56");
    scene.history.revisions.get_mut(&pinned).unwrap().images[0].digest = None;
    scene.tasks = (0..4).map(|n| task(n, 56, Some(99))).collect();
    scene.broken.tasks = Some(FaultKindName::Throttled);
    scene.last.tasks = Observed::known(scene.tasks.clone(), seconds(10));
    let progress = underway(scene.watch(&mut follow, 15, 40));
    assert_eq!(progress.note.id, "follow-tasks-old");
    scene.broken.tasks = None;
    assert_eq!(
        ended(scene.look(&mut follow, 45)).kind,
        Some(EndingKind::OtherContent)
    );
}
