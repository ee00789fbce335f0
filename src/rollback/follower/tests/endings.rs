//! Endings told apart, and what is loud before one.

use super::super::super::{PutBackBy, Trouble};
use super::*;
use crate::domain::{GivenUpBy, LifecycleHook, NativeRollback, StoppedContainer, StoppedTask};

fn exited(revision: u32, second: i64) -> StoppedTask {
    StoppedTask {
        arn: Clean::new("task"),
        task_definition: definition(revision),
        started_by: Clean::new("ecs-svc/ours"),
        at: seconds(second),
        code: Some(Clean::new("EssentialContainerExited")),
        reason: Some(Clean::new("Essential container in task exited")),
        containers: vec![StoppedContainer {
            name: Clean::new("app"),
            exit_code: Some(1),
            reason: None,
        }],
    }
}

#[test]
fn who_put_a_version_back_is_told() {
    type Change = fn(&mut Scene);
    let cases: [(Change, PutBackBy, &str); 5] = [
        (|_| (), PutBackBy::Untold, "follow-put-back"),
        (
            |s| s.history.deployments[0].given_up_by = Some(GivenUpBy::CircuitBreaker),
            PutBackBy::CircuitBreaker,
            "follow-put-back-breaker",
        ),
        (
            |s| s.history.deployments[0].given_up_by = Some(GivenUpBy::Alarms(vec![Clean::new("5xx")])),
            PutBackBy::Alarm,
            "follow-put-back-alarm",
        ),
        (
            |s| {
                s.history.deployments[0].rollback =
                    s.history.deployments[0].rollback.take().map(|r| NativeRollback {
                        reason: Some(Clean::new("rolled back because a stop was requested")),
                        ..r
                    });
            },
            PutBackBy::Stop,
            "follow-put-back-stop",
        ),
        (
            |s| s.history.deployments[0].reason = Some(Clean::new("the deployment circuit breaker")),
            PutBackBy::CircuitBreaker,
            "follow-put-back-breaker",
        ),
    ];
    for (change, by, why) in cases {
        let mut scene = Scene::begun();
        put_back(&mut scene.history, (57, 57));
        change(&mut scene);
        let ending = ended(scene.watch(&mut Follow::new(goal()), 5, 100));
        assert_eq!(
            (ending.outcome, ending.kind, ending.why.id.as_ref()),
            (Outcome::Elsewhere, Some(EndingKind::PutBack(by)), why)
        );
    }
}

#[test]
fn the_breaker_s_end_says_why_tasks_did_not_stay_up() {
    let mut scene = Scene::begun();
    put_back(&mut scene.history, (57, 57));
    scene.history.deployments[0].given_up_by = Some(GivenUpBy::CircuitBreaker);
    scene.failures = vec![exited(56, 4)];
    let ending = ended(scene.look(&mut Follow::new(goal()), 5));
    assert_eq!(ending.why.id, "follow-with-cause");
}

#[test]
fn a_pause_is_loud_and_ends_with_the_time() {
    let mut scene = Scene::begun();
    scene.history.deployments[0].lifecycle_stage = Some(Clean::new("POST_SCALE_UP"));
    scene.history.deployments[0].hooks = vec![LifecycleHook {
        id: Clean::new("check-it"),
        awaits_action: true,
        expires_at: Some(seconds(86_400)),
        on_timeout: None,
    }];
    let mut follow = Follow::new(goal());
    let progress = underway(scene.watch(&mut follow, 5, 600));
    let Some(Trouble::Paused(said)) = progress.trouble else {
        panic!("{:?}", progress.trouble);
    };
    assert_eq!(said.id, "follow-paused-until");
    let ending = ended(scene.watch(&mut follow, 605, 1300));
    assert_eq!(
        (ending.outcome, ending.kind),
        (Outcome::TimedOut, Some(EndingKind::Paused))
    );
}

#[test]
fn what_does_not_move_is_stalled_with_its_reason_and_what_moves_is_not() {
    let mut scene = Scene::begun();
    let mut follow = Follow::new(goal());
    assert_eq!(underway(scene.watch(&mut follow, 5, 175)).trouble, None);
    let trouble = underway(scene.watch(&mut follow, 180, 190)).trouble.unwrap();
    assert_eq!(trouble.sentence().id, "follow-stalled-unexplained");

    scene.failures = vec![exited(57, 100), exited(56, 100)];
    let trouble = underway(scene.look(&mut follow, 200)).trouble.unwrap();
    assert_eq!(trouble.sentence().id, "follow-stalled");

    // A counter moves: tasks fail, but it is not stalled.
    scene.state.deployments[0].failed = 1;
    let trouble = underway(scene.look(&mut follow, 205)).trouble.unwrap();
    assert_eq!(trouble.as_str(), "failing");

    // Nobody looked for an hour: what was still before and after says nothing of the time between.
    let mut scene = Scene::begun();
    let mut follow = Follow::new(Goal {
        timeout: Duration::from_secs(7200),
        ..goal()
    });
    underway(scene.look(&mut follow, 5));
    assert_eq!(underway(scene.look(&mut follow, 3600)).trouble, None);

    let mut scene = Scene::begun();
    scene.history.deployments[0].lifecycle_stage = Some(Clean::new("BAKE_TIME"));
    let mut follow = Follow::new(goal());
    assert_eq!(
        underway(scene.watch(&mut follow, 5, 600)).trouble,
        None,
        "baking is standing still on purpose"
    );
}

#[test]
fn the_time_tells_stalled_from_slow() {
    let mut scene = Scene::begun();
    let ending = ended(scene.watch(&mut Follow::new(goal()), 5, 1300));
    assert_eq!(
        (ending.outcome, ending.kind, ending.why.id.as_ref()),
        (Outcome::TimedOut, Some(EndingKind::Stalled), "follow-timed-out")
    );
    let mut scene = Scene::begun();
    let mut follow = Follow::new(goal());
    let mut second = 5;
    let ending = loop {
        scene.state.deployments[0].failed = u32::try_from(second).unwrap();
        match scene.look(&mut follow, second) {
            Following::Ended(ending) => break ending,
            Following::Underway(_) => second += 5,
        }
    };
    assert_eq!(ending.kind, Some(EndingKind::TimedOut));
}

#[test]
fn a_kind_keeps_its_form_in_the_journal_and_an_old_ending_has_none() {
    let kinds = [
        (EndingKind::Failed, r#"{"is":"failed"}"#),
        (
            EndingKind::PutBack(PutBackBy::CircuitBreaker),
            r#"{"is":"put-back","by":"circuit-breaker"}"#,
        ),
    ];
    for (kind, text) in kinds {
        assert_eq!(serde_json::to_string(&kind).unwrap(), text);
        assert_eq!(serde_json::from_str::<EndingKind>(text).unwrap(), kind);
    }
    let old = r#"{"outcome":"failed","revision":null,"stable_at":null,"why":{"id":"x"},"unproven":[]}"#;
    assert_eq!(serde_json::from_str::<Ending>(old).unwrap().kind, None);
}

/// Ours was given up by the circuit breaker, and ECS's own rollback is primary; the history cannot be read.
fn given_up_unread(name: FaultKindName) -> Scene {
    let mut scene = Scene::begun();
    scene.broken.history = Some(name);
    scene.state.circuit_breaker = Some(CircuitBreaker {
        enable: true,
        rollback: true,
    });
    scene.state.deployments[0].rollout = Some(RolloutState::Failed);
    scene.state.deployments[0].rollout_reason =
        Some(Clean::new("ECS deployment circuit breaker: tasks failed"));
    scene.state.deployments[0].status = DeploymentStatus::Active;
    scene.state.deployments[1].status = DeploymentStatus::Primary;
    scene.state.deployments[1].rollout = Some(RolloutState::InProgress);
    scene
}

#[test]
fn a_breaker_s_put_back_is_told_though_ours_left_the_list_and_no_history_is_read() {
    let mut scene = given_up_unread(FaultKindName::NotOffered);
    let mut follow = Follow::new(goal());
    underway(scene.watch(&mut follow, 5, 60));
    // Its last task is gone, so it leaves the list; ECS is not done yet.
    scene.state.deployments.remove(0);
    assert_eq!(
        underway(scene.watch(&mut follow, 65, 120)).note.id,
        "follow-gave-up-waiting"
    );
    scene.state.deployments[0].rollout = Some(RolloutState::Completed);
    let ending = ended(scene.look(&mut follow, 125));
    assert_eq!(
        (ending.outcome, ending.kind, ending.revision),
        (
            Outcome::Elsewhere,
            Some(EndingKind::PutBack(PutBackBy::CircuitBreaker)),
            Some(definition(57))
        )
    );
}

#[test]
fn one_throttled_look_at_the_history_is_no_verdict() {
    let mut scene = given_up_unread(FaultKindName::Throttled);
    scene.state.deployments.remove(0);
    let mut follow = Follow::new(goal());
    follow.seen = true;
    assert_eq!(
        underway(scene.watch(&mut follow, 5, 60)).note.id,
        "follow-displaced-waiting"
    );
    scene.broken.history = None;
    put_back(&mut scene.history, (57, 57));
    let ending = ended(scene.look(&mut follow, 65));
    assert_eq!(ending.kind, Some(EndingKind::PutBack(PutBackBy::Untold)));

    // Where it never heals, the time allowed is the end.
    let mut scene = given_up_unread(FaultKindName::Throttled);
    scene.state.deployments[1].rollout = Some(RolloutState::Completed);
    let ending = ended(scene.watch(&mut Follow::new(goal()), 5, 3000));
    assert_eq!(ending.outcome, Outcome::TimedOut);
}
