use super::super::fixtures::{
    at, definition, deployed, deployment_id, digest, fault, listed, put_back, seconds, service, task,
};
use super::*;
use crate::domain::{
    CircuitBreaker, Clean, FaultKind, Observed, ServiceDeploymentStatus as Native, StoppedTask, TargetHealth,
    Task,
};

/// The world while a rollback from :57 to :56, sent at second 0, is followed: each look reads all of it at one time.
struct Scene {
    state: ServiceState,
    history: DeploymentHistory,
    tasks: Vec<Task>,
    targets: TargetHealth,
    /// Tasks that stopped, as read with the tasks.
    failures: Vec<StoppedTask>,
    /// Subjects whose reading fails from now on; their last good reading stays.
    broken: Broken,
    last: Readings,
}

#[derive(Clone, Copy, Default)]
struct Broken {
    state: Option<FaultKindName>,
    history: Option<FaultKindName>,
    tasks: Option<FaultKindName>,
    targets: Option<FaultKindName>,
}

#[derive(Clone, Copy)]
enum FaultKindName {
    Throttled,
    NotOffered,
    Denied,
}

impl FaultKindName {
    fn kind(self) -> FaultKind {
        match self {
            Self::Throttled => FaultKind::Throttled,
            Self::NotOffered => FaultKind::NotOffered,
            Self::Denied => FaultKind::Denied {
                action: Clean::new("x:Y"),
            },
        }
    }
}

#[derive(Default)]
struct Readings {
    state: Observed<ServiceState>,
    history: Observed<DeploymentHistory>,
    tasks: Observed<Vec<Task>>,
    targets: Observed<TargetHealth>,
}

fn goal() -> Goal {
    Goal {
        definition: definition(56),
        digest: Some(digest(56)),
        deployment: Some(deployment_id("ours")),
        service_deployment: None,
        stopped: None,
        sent_at: seconds(0),
        begun_at: seconds(0),
        hold: Duration::from_secs(60),
        timeout: Duration::from_secs(20 * 60),
    }
}

impl Scene {
    /// Everything as it is when the rollback has done its work.
    fn right() -> Self {
        let mut state = service(56, 4);
        state.deployments = vec![listed("ours", 56, DeploymentStatus::Primary, 4)];
        state.deployments[0].created_at = Some(seconds(1));
        let mut history = DeploymentHistory::default();
        deployed(&mut history, (57, 57), Native::Successful, at(-60), Some(at(-55)));
        deployed(
            &mut history,
            (56, 56),
            Native::Successful,
            seconds(1),
            Some(seconds(5)),
        );
        Self {
            state,
            history,
            tasks: (0..4).map(|n| task(n, 56, Some(56))).collect(),
            targets: TargetHealth {
                healthy: 4,
                ..TargetHealth::default()
            },
            failures: Vec::new(),
            broken: Broken::default(),
            last: Readings::default(),
        }
    }

    /// Everything as it is shortly after the write: the old tasks run, ours are on their way.
    fn begun() -> Self {
        let mut scene = Self::right();
        let ours = &mut scene.state.deployments[0];
        ours.running = 1;
        ours.pending = 3;
        ours.rollout = Some(RolloutState::InProgress);
        scene
            .state
            .deployments
            .push(listed("bad", 57, DeploymentStatus::Active, 4));
        scene.state.running = 5;
        scene.state.pending = 3;
        scene.history.deployments[0].status = Native::InProgress;
        scene.history.deployments[0].finished_at = None;
        scene.tasks.extend((4..8).map(|n| task(n, 57, Some(57))));
        scene
    }

    fn look(&mut self, follow: &mut Follow, second: i64) -> Following {
        fn read<T: Clone>(into: &mut Observed<T>, value: &T, broken: Option<FaultKindName>, at: Timestamp) {
            into.take(
                broken.map_or_else(|| Ok(value.clone()), |name| Err(fault(name.kind()))),
                at,
            );
        }
        let now = seconds(second);
        read(&mut self.last.state, &self.state, self.broken.state, now);
        read(&mut self.last.history, &self.history, self.broken.history, now);
        read(&mut self.last.tasks, &self.tasks, self.broken.tasks, now);
        read(&mut self.last.targets, &self.targets, self.broken.targets, now);
        let sighting = Sighting {
            state: &self.last.state,
            history: &self.last.history,
            tasks: &self.last.tasks,
            failures: &self.failures,
            targets: &self.last.targets,
        };
        follow.see(&sighting, now)
    }

    /// Looks every five seconds from `from` until the end or `until`.
    fn watch(&mut self, follow: &mut Follow, from: i64, until: i64) -> Following {
        let mut second = from;
        loop {
            let following = self.look(follow, second);
            second += 5;
            match following {
                Following::Ended(_) => return following,
                Following::Underway(_) if second > until => return following,
                Following::Underway(_) => {}
            }
        }
    }
}

fn ended(following: Following) -> Ending {
    match following {
        Following::Ended(ending) => ending,
        Following::Underway(progress) => panic!("not ended: {progress:?}"),
    }
}

fn underway(following: Following) -> Progress {
    match following {
        Following::Underway(progress) => progress,
        Following::Ended(ending) => panic!("ended: {ending:?}"),
    }
}

fn end_of(mut scene: Scene) -> (Outcome, String, Option<u32>) {
    let ending = ended(scene.watch(&mut Follow::new(goal()), 5, 3000));
    (
        ending.outcome,
        ending.why.id.into_owned(),
        ending.revision.map(|r| r.revision()),
    )
}

#[test]
fn stable_is_said_when_all_was_right_for_the_hold() {
    let mut scene = Scene::right();
    let mut follow = Follow::new(goal());
    let progress = underway(scene.watch(&mut follow, 5, 60));
    assert_eq!(progress.phase, Phase::Holding { since: seconds(5) });
    assert_eq!(progress.elapsed, Duration::from_secs(60));
    let ending = ended(scene.watch(&mut follow, 65, 100));
    assert_eq!(
        (ending.outcome, ending.stable_at),
        (Outcome::OnTarget, Some(seconds(5)))
    );
    assert_eq!(ending.unproven, []);
    assert_eq!(ending.revision, Some(definition(56)));
}

#[test]
fn a_whole_rollback_walks_through_its_phases() {
    let mut scene = Scene::begun();
    let mut follow = Follow::new(goal());
    let progress = underway(scene.look(&mut follow, 5));
    assert_eq!(
        (
            progress.phase,
            progress.new_running,
            progress.new_pending,
            progress.old_running,
            progress.healthy
        ),
        (Phase::Starting, 1, 3, 4, Some(4))
    );
    scene.state.deployments[0].running = 4;
    scene.state.deployments[0].pending = 0;
    scene.state.running = 8;
    scene.state.pending = 0;
    assert_eq!(underway(scene.look(&mut follow, 30)).phase, Phase::Draining);
    let mut right = Scene::right();
    right.last = scene.last;
    let ending = ended(right.watch(&mut follow, 60, 500));
    assert_eq!(
        (ending.outcome, ending.stable_at),
        (Outcome::OnTarget, Some(seconds(60)))
    );
}

#[test]
fn readings_from_before_the_write_prove_nothing() {
    let mut scene = Scene::right();
    let mut follow = Follow::new(goal());
    for second in -300..0 {
        let progress = underway(scene.look(&mut follow, second));
        assert_eq!(progress.phase, Phase::Waiting, "{second}");
    }
    let ending = ended(scene.watch(&mut follow, 0, 100));
    assert_eq!(ending.stable_at, Some(seconds(0)));
}

#[test]
fn each_part_of_the_predicate_is_needed() {
    type Break = fn(&mut Scene);
    let cases: [(&str, Break); 17] = [
        ("follow-starting", |s| s.state.deployments[0].running = 3),
        ("follow-starting", |s| s.state.deployments[0].pending = 1),
        ("follow-starting", |s| {
            s.state.deployments[0].desired = 3;
            s.state.deployments[0].running = 3;
        }),
        ("follow-rollout", |s| {
            s.state
                .deployments
                .push(listed("bad", 57, DeploymentStatus::Active, 0));
        }),
        ("follow-draining", |s| s.state.running = 5),
        ("follow-rollout", |s| s.state.pending = 1),
        ("follow-rollout", |s| {
            s.state.deployments[0].rollout = Some(RolloutState::InProgress);
        }),
        ("follow-rollout", |s| {
            s.state.deployments[0].rollout = Some(RolloutState::Other(Clean::new("X")));
        }),
        ("follow-desired-zero", |s| {
            s.state.desired = 0;
            s.state.running = 0;
            s.state.deployments[0].desired = 0;
            s.state.deployments[0].running = 0;
        }),
        ("follow-tasks-old", |s| s.tasks.push(task(9, 57, Some(57)))),
        ("follow-service-deployment", |s| {
            s.history.deployments[0].status = Native::InProgress;
        }),
        ("follow-service-deployment", |s| {
            s.history.deployments[0].status = Native::Pending;
        }),
        ("follow-service-deployment", |s| {
            s.history.deployments[0].status = Native::Other(Clean::new("X"));
        }),
        ("follow-targets", |s| s.targets.healthy = 3),
        ("follow-not-read", |s| {
            s.broken.tasks = Some(FaultKindName::Throttled);
        }),
        ("follow-not-read", |s| {
            s.broken.targets = Some(FaultKindName::Throttled);
        }),
        ("follow-not-read", |s| {
            s.broken.history = Some(FaultKindName::Throttled);
        }),
    ];
    for (place, (note, change)) in cases.into_iter().enumerate() {
        let mut scene = Scene::right();
        change(&mut scene);
        let mut follow = Follow::new(goal());
        let progress = underway(scene.watch(&mut follow, 5, 1195));
        assert_eq!(progress.note.id, note, "case {place}");
        let ending = ended(scene.look(&mut follow, 1200));
        assert_eq!(ending.outcome, Outcome::TimedOut, "case {place}");
        assert_eq!(ending.stable_at, None);
        // And as soon as it is mended, the hold begins.
        let mut follow = Follow::new(goal());
        scene.last = Readings::default();
        underway(scene.watch(&mut follow, 5, 300));
        let mut mended = Scene::right();
        mended.last = scene.last;
        let ending = ended(mended.watch(&mut follow, 305, 500));
        assert_eq!(
            (ending.outcome, ending.stable_at),
            (Outcome::OnTarget, Some(seconds(305))),
            "case {place}"
        );
    }
}

#[test]
fn what_the_endpoint_cannot_show_is_named_and_does_not_wait() {
    use Unproven::{Digests, ServiceDeployment, TargetHealth};
    type Change = fn(&mut Scene);
    let cases: [(&str, Change, &[Unproven]); 9] = [
        (
            "no history is offered",
            |s| s.broken.history = Some(FaultKindName::NotOffered),
            &[ServiceDeployment],
        ),
        (
            "history is denied",
            |s| s.broken.history = Some(FaultKindName::Denied),
            &[ServiceDeployment],
        ),
        (
            "history is empty",
            |s| s.history.deployments.clear(),
            &[ServiceDeployment],
        ),
        (
            "tasks are not offered",
            |s| s.broken.tasks = Some(FaultKindName::NotOffered),
            &[Digests],
        ),
        ("no tasks are listed", |s| s.tasks.clear(), &[Digests]),
        (
            "tasks tell no digests",
            |s| s.tasks = vec![task(0, 56, None)],
            &[Digests],
        ),
        (
            "targets are denied",
            |s| s.broken.targets = Some(FaultKindName::Denied),
            &[TargetHealth],
        ),
        (
            "there are no target groups",
            |s| s.state.target_groups.clear(),
            &[],
        ),
        (
            "nothing but the service",
            |s| {
                s.broken = Broken {
                    state: None,
                    history: Some(FaultKindName::NotOffered),
                    tasks: Some(FaultKindName::NotOffered),
                    targets: Some(FaultKindName::NotOffered),
                };
                s.state.deployments[0].rollout = None;
            },
            &[Digests, ServiceDeployment, TargetHealth],
        ),
    ];
    for (name, change, unproven) in cases {
        let mut scene = Scene::right();
        change(&mut scene);
        let ending = ended(scene.watch(&mut Follow::new(goal()), 5, 500));
        assert_eq!(
            (ending.outcome, ending.unproven.as_slice()),
            (Outcome::OnTarget, unproven),
            "{name}"
        );
    }
    let mut without_digest = goal();
    without_digest.digest = None;
    let ending = ended(Scene::right().watch(&mut Follow::new(without_digest), 5, 500));
    assert_eq!(ending.unproven, [Digests]);
}

#[test]
fn a_look_that_fails_neither_proves_nor_breaks_the_hold() {
    for place in 0..3 {
        let mut scene = Scene::right();
        let mut follow = Follow::new(goal());
        underway(scene.watch(&mut follow, 5, 40));
        match place {
            0 => scene.broken.state = Some(FaultKindName::Throttled),
            1 => scene.broken.tasks = Some(FaultKindName::Throttled),
            _ => scene.broken.targets = Some(FaultKindName::Throttled),
        }
        // However often it is looked at, what was read at 40 does not prove what is at 65.
        let progress = underway(scene.watch(&mut follow, 45, 90));
        assert_eq!(progress.phase, Phase::Holding { since: seconds(5) });
        scene.broken = Broken::default();
        let ending = ended(scene.watch(&mut follow, 95, 95));
        assert_eq!(ending.stable_at, Some(seconds(5)));
    }
}

#[test]
fn nobody_looking_for_long_is_not_a_hold() {
    let mut scene = Scene::right();
    let mut follow = Follow::new(goal());
    underway(scene.look(&mut follow, 5));
    let progress = underway(scene.look(&mut follow, 300));
    assert_eq!(progress.phase, Phase::Holding { since: seconds(300) });
}

#[test]
fn something_wrong_in_between_begins_the_hold_anew() {
    let mut scene = Scene::right();
    let mut follow = Follow::new(goal());
    underway(scene.watch(&mut follow, 5, 40));
    scene.targets.healthy = 2;
    let progress = underway(scene.look(&mut follow, 45));
    assert_eq!(progress.phase, Phase::Draining);
    scene.targets.healthy = 4;
    let ending = ended(scene.watch(&mut follow, 50, 500));
    assert_eq!(ending.stable_at, Some(seconds(50)));
}

#[test]
fn other_ends_have_their_names() {
    let elsewhere = |why: &str, revision| (Outcome::Elsewhere, why.to_owned(), Some(revision));
    let colleague = |scene: &mut Scene| {
        let mut theirs = listed("theirs", 58, DeploymentStatus::Primary, 4);
        theirs.created_at = Some(seconds(20));
        scene.state.task_definition = definition(58);
        scene.state.deployments.insert(0, theirs);
        scene.state.deployments[1].status = DeploymentStatus::Active;
    };

    // A colleague deployed while ours was under way.
    let mut scene = Scene::begun();
    colleague(&mut scene);
    scene.history.deployments[0].status = Native::Stopped;
    assert_eq!(end_of(scene), elsewhere("follow-superseded", 58));

    // The same where no history is offered: the service's own list is enough.
    let mut scene = Scene::begun();
    scene.broken.history = Some(FaultKindName::NotOffered);
    let mut follow = Follow::new(goal());
    underway(scene.watch(&mut follow, 5, 15));
    colleague(&mut scene);
    let ending = ended(scene.look(&mut follow, 20));
    assert_eq!(
        (ending.outcome, ending.revision),
        (Outcome::Elsewhere, Some(definition(58)))
    );

    // Ours was never to be seen and something else is there, a minute later.
    let mut scene = Scene::right();
    scene.state.deployments[0].id = deployment_id("theirs");
    assert_eq!(
        underway(scene.watch(&mut Follow::new(goal()), 5, 55)).phase,
        Phase::Waiting
    );
    assert_eq!(end_of(scene), elsewhere("follow-superseded", 56));

    // ECS is putting the bad one back, and then has.
    let mut scene = Scene::begun();
    scene.history.deployments[0].status = Native::RollbackInProgress;
    scene.state.deployments[0].rollout = Some(RolloutState::Failed);
    scene.state.deployments[0].status = DeploymentStatus::Active;
    scene.state.deployments[1].status = DeploymentStatus::Primary;
    let mut follow = Follow::new(goal());
    let progress = underway(scene.watch(&mut follow, 5, 200));
    assert_eq!(progress.note.id, "follow-ecs-rolls-back");
    put_back(&mut scene.history, (57, 57));
    let ending = ended(scene.watch(&mut follow, 205, 205));
    assert_eq!(
        (ending.outcome, ending.why.id.as_ref(), ending.revision),
        (Outcome::Elsewhere, "follow-put-back", Some(definition(57)))
    );

    // The same where no history is offered.
    let mut scene = Scene::begun();
    scene.broken.history = Some(FaultKindName::NotOffered);
    scene.state.deployments[0].rollout = Some(RolloutState::Failed);
    scene.state.deployments[0].status = DeploymentStatus::Active;
    scene.state.deployments[1].status = DeploymentStatus::Primary;
    scene.state.deployments[1].rollout = Some(RolloutState::InProgress);
    let mut follow = Follow::new(goal());
    assert_eq!(
        underway(scene.watch(&mut follow, 5, 200)).note.id,
        "follow-gave-up-waiting"
    );
    scene.state.deployments[1].rollout = Some(RolloutState::Completed);
    assert_eq!(ended(scene.look(&mut follow, 205)).why.id, "follow-put-back");

    let mut scene = Scene::begun();
    scene.history.deployments[0].status = Native::RollbackFailed;
    assert_eq!(
        end_of(scene),
        (Outcome::Failed, "follow-rollback-failed".to_owned(), Some(56))
    );

    let mut scene = Scene::begun();
    scene.history.deployments[0].status = Native::Stopped;
    assert_eq!(end_of(scene), elsewhere("follow-stopped", 56));

    let mut scene = Scene::begun();
    scene.state.deployments[0].rollout = Some(RolloutState::Failed);
    assert_eq!(
        end_of(scene),
        (Outcome::Failed, "follow-failed".to_owned(), Some(56))
    );

    // With a breaker that goes back, "failed" is not the end; but nothing came within the time allowed.
    let mut scene = Scene::begun();
    scene.state.deployments[0].rollout = Some(RolloutState::Failed);
    scene.state.circuit_breaker = Some(CircuitBreaker {
        enable: true,
        rollback: true,
    });
    assert_eq!(
        end_of(scene),
        (Outcome::TimedOut, "follow-timed-out".to_owned(), Some(56))
    );

    let mut scene = Scene::right();
    scene.tasks = (0..4).map(|n| task(n, 56, Some(57))).collect();
    assert_eq!(end_of(scene), elsewhere("follow-other-content", 56));

    let mut scene = Scene::right();
    scene.state.deployments.clear();
    assert_eq!(end_of(scene), elsewhere("follow-gone", 56));
}

#[test]
fn a_displacement_waits_for_the_history_that_explains_it() {
    let mut scene = Scene::begun();
    let mut follow = Follow::new(goal());
    underway(scene.look(&mut follow, 5));
    // The service was read after ECS began to put :57 back, the history still before that.
    let early = scene.last.history.clone();
    scene.state.deployments[0].status = DeploymentStatus::Active;
    scene.state.deployments[1].status = DeploymentStatus::Primary;
    let state = Observed::known(scene.state.clone(), seconds(10));
    let sighting = Sighting {
        state: &state,
        history: &early,
        tasks: &scene.last.tasks,
        failures: &[],
        targets: &scene.last.targets,
    };
    assert_eq!(
        underway(follow.see(&sighting, seconds(10))).note.id,
        "follow-displaced-waiting"
    );
    scene.history.deployments[0].status = Native::RollbackInProgress;
    assert_eq!(
        underway(scene.look(&mut follow, 15)).note.id,
        "follow-ecs-rolls-back"
    );
}

#[test]
fn an_answer_that_names_the_deployment_before_is_not_believed() {
    let mut told = goal();
    let scene = Scene::begun();
    told.service_deployment = Some(scene.history.deployments[1].arn.clone());
    let mut scene = Scene::right();
    scene.history.deployments[0].status = Native::InProgress;
    let mut follow = Follow::new(told);
    let progress = underway(scene.watch(&mut follow, 5, 200));
    assert_eq!(progress.note.id, "follow-service-deployment");
    assert_eq!(
        follow.goal().service_deployment,
        Some(scene.history.deployments[0].arn.clone())
    );
}

#[test]
fn an_older_service_deployment_of_the_same_target_is_not_ours() {
    let mut scene = Scene::right();
    scene.history = DeploymentHistory::default();
    deployed(
        &mut scene.history,
        (56, 56),
        Native::Successful,
        at(-600),
        Some(at(-590)),
    );
    deployed(
        &mut scene.history,
        (57, 57),
        Native::Successful,
        at(-60),
        Some(at(-55)),
    );
    let mut follow = Follow::new(goal());
    let progress = underway(scene.watch(&mut follow, 5, 115));
    assert_eq!(progress.note.id, "follow-history-waiting");
    // When it has not appeared for two minutes, the list is not one that could prove it.
    let ending = ended(scene.watch(&mut follow, 120, 500));
    assert_eq!(
        (ending.outcome, ending.stable_at),
        (Outcome::OnTarget, Some(seconds(120)))
    );
    assert_eq!(ending.unproven, [Unproven::ServiceDeployment]);
}

#[test]
fn ids_that_the_answer_did_not_tell_are_found() {
    let mut blank = goal();
    blank.deployment = None;
    let mut follow = Follow::new(blank.clone());
    let ending = ended(Scene::right().watch(&mut follow, 5, 100));
    assert_eq!(ending.outcome, Outcome::OnTarget);
    assert_eq!(follow.goal().deployment, Some(deployment_id("ours")));
    // One that is older than the write is not ours, whatever it deploys.
    let mut scene = Scene::right();
    scene.state.deployments[0].created_at = Some(at(-30));
    let mut follow = Follow::new(blank.clone());
    assert_eq!(underway(scene.watch(&mut follow, 5, 55)).phase, Phase::Waiting);
    let ending = ended(scene.look(&mut follow, 60));
    assert_eq!(
        (ending.outcome, ending.why.id.as_ref(), ending.revision),
        (Outcome::Elsewhere, "follow-never-seen", Some(definition(56)))
    );
    assert_eq!(follow.goal().deployment, None);
    // Nor is a colleague's, and the history is asked first where it may still tell.
    let mut scene = Scene::right();
    scene.state.deployments = vec![listed("theirs", 58, DeploymentStatus::Primary, 4)];
    scene.state.task_definition = definition(58);
    let mut follow = Follow::new(blank.clone());
    underway(scene.watch(&mut follow, 5, 55));
    let state = Observed::known(scene.state.clone(), seconds(60));
    let sighting = Sighting {
        state: &state,
        history: &scene.last.history,
        tasks: &scene.last.tasks,
        failures: &[],
        targets: &scene.last.targets,
    };
    assert_eq!(
        underway(follow.see(&sighting, seconds(60))).note.id,
        "follow-displaced-waiting"
    );
    let ending = ended(scene.look(&mut follow, 65));
    assert_eq!(
        (ending.outcome, ending.revision),
        (Outcome::Elsewhere, Some(definition(58)))
    );
    // Where nothing is in place yet, ours may still come.
    let mut scene = Scene::right();
    let ours = std::mem::take(&mut scene.state.deployments);
    let mut follow = Follow::new(blank);
    underway(scene.watch(&mut follow, 5, 100));
    scene.state.deployments = ours;
    let ending = ended(scene.watch(&mut follow, 105, 300));
    assert_eq!(ending.outcome, Outcome::OnTarget);
}

mod deadline;
mod endings;
mod stop;

mod properties {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug)]
    enum Happens {
        Right,
        Unhealthy,
        StateFails,
        TasksFail,
        Superseded,
        Begun,
        OtherContent,
    }

    fn happens() -> impl Strategy<Value = Happens> {
        prop_oneof![
            12 => Just(Happens::Right),
            1 => Just(Happens::Unhealthy),
            2 => Just(Happens::StateFails),
            2 => Just(Happens::TasksFail),
            1 => Just(Happens::Superseded),
            2 => Just(Happens::Begun),
            1 => Just(Happens::OtherContent),
        ]
    }

    proptest! {
        /// Whatever comes in whatever order: "on target" is only said after a stretch of at least the hold in which every
        /// reading was right; and looking always ends.
        #[test]
        fn on_target_is_never_said_without_a_hold(story in prop::collection::vec((happens(), 1_i64..40), 1..80)) {
            let mut follow = Follow::new(goal());
            let mut last = Readings::default();
            let mut second = 0;
            // The first moment of the present stretch without a bad reading, by a simpler account than the fold's.
            let mut calm_since: Option<i64> = None;
            for (what, pause) in story {
                second += pause;
                let mut scene = match what {
                    Happens::Begun => Scene::begun(),
                    Happens::Right | Happens::Unhealthy | Happens::StateFails | Happens::TasksFail
                    | Happens::Superseded | Happens::OtherContent => Scene::right(),
                };
                match what {
                    Happens::Right | Happens::Begun => {}
                    Happens::Unhealthy => scene.targets.healthy = 1,
                    Happens::StateFails => scene.broken.state = Some(FaultKindName::Throttled),
                    Happens::TasksFail => scene.broken.tasks = Some(FaultKindName::Throttled),
                    Happens::Superseded => scene.state.deployments[0] = listed("theirs", 58, DeploymentStatus::Primary, 4),
                    Happens::OtherContent => scene.tasks = vec![task(0, 56, Some(57))],
                }
                scene.last = last;
                let following = scene.look(&mut follow, second);
                last = scene.last;
                match what {
                    // A failed reading of one subject leaves the others read: a stretch may begin there.
                    Happens::Right | Happens::StateFails | Happens::TasksFail => { calm_since.get_or_insert(second); }
                    Happens::Unhealthy | Happens::Superseded | Happens::Begun | Happens::OtherContent => calm_since = None,
                }
                if let Following::Ended(ending) = following {
                    match ending.outcome {
                        Outcome::OnTarget => {
                            let nothing_bad = matches!(what, Happens::Right | Happens::StateFails | Happens::TasksFail);
                            prop_assert!(nothing_bad, "said at {what:?}");
                            let since = calm_since.expect("a calm stretch");
                            prop_assert!(second - since >= 60, "held for {}", second - since);
                            prop_assert!(ending.stable_at.is_some_and(|at| at >= seconds(since)));
                        }
                        Outcome::TimedOut => {
                            prop_assert!(second >= 1200);
                            let looked = !matches!(what, Happens::StateFails);
                            prop_assert!(looked, "said without a look, at {what:?}");
                            prop_assert!(!matches!(what, Happens::Right) || second >= 1380);
                        }
                        Outcome::Unknown => {
                            prop_assert!(second >= 1320);
                            prop_assert!(matches!(what, Happens::StateFails), "said at {what:?}");
                        }
                        Outcome::Elsewhere | Outcome::Failed | Outcome::Refused => {
                            prop_assert_eq!(ending.stable_at, None);
                        }
                    }
                    return Ok(());
                }
            }
            prop_assert!(second < 1200 + 60 + 120, "still looking after the timeout");
        }
    }
}
