//! Strategy, owner, capacity, scaling, grace and ports: what the service itself is set up as.

use super::super::super::fixtures::definition;
use super::*;
use crate::domain::{
    ConfiguredHook, HookKind, Launch, LoadBalancer, Owner, Scaling, ScalingActivity, ServiceEvent,
    TargetCheck, TargetGroup, TrafficSteps,
};
use PreflightCheck::{
    Capacity, Controller, Grace, Owner as OwnerRow, Ports, Scaling as ScalingRow, Strategy as StrategyRow,
};

fn number(world: &World, check: PreflightCheck, name: &str) -> f64 {
    let plan = world.propose("last-good", at(6)).unwrap();
    let row = plan.preflight.into_iter().find(|r| r.check == check).unwrap();
    let (_, arg) = row.evidence.args.into_iter().find(|(it, _)| it == name).unwrap();
    match arg {
        crate::domain::Arg::Number(number) => number,
        other => panic!("{name} is {other:?}"),
    }
}

fn linear(world: &mut World) {
    let state = world.state_mut();
    state.strategy = Strategy::Linear;
    state.strategy_settings.bake_minutes = Some(5);
    state.strategy_settings.steps = Some(TrafficSteps {
        permille: Some(250),
        bake_minutes: Some(3),
    });
}

fn hook(kind: HookKind) -> ConfiguredHook {
    ConfiguredHook {
        kind,
        target: None,
        stages: vec![Clean::new("POST_SCALE_UP")],
        timeout_minutes: None,
        on_timeout: None,
    }
}

#[test]
fn a_strategy_runs_as_a_whole_and_says_for_how_long() {
    holds(&[
        (StrategyRow, Pass, "strategy-rolling", |_| ()),
        (StrategyRow, Warn, "strategy-whole", linear),
        (StrategyRow, Warn, "strategy-hooks", |w| {
            linear(w);
            w.state_mut().strategy_settings.hooks = vec![hook(HookKind::Lambda)];
        }),
        (StrategyRow, Warn, "strategy-pauses", |w| {
            linear(w);
            w.state_mut().strategy_settings.hooks = vec![hook(HookKind::Lambda), hook(HookKind::Pause)];
        }),
    ]);
    let minutes = |change: Change| {
        let mut world = World::new();
        change(&mut world);
        number(&world, StrategyRow, "minutes")
    };
    // Four steps of a quarter have three waits between them, and then the bake time.
    assert!((minutes(linear) - 14.0).abs() < f64::EPSILON);
    // ECS's own defaults: ten steps with six minutes between two, no bake time told.
    assert!((minutes(|w| w.state_mut().strategy = Strategy::Linear) - 54.0).abs() < f64::EPSILON);
    assert!((minutes(|w| w.state_mut().strategy = Strategy::Canary) - 10.0).abs() < f64::EPSILON);
    assert!(
        (minutes(|w| {
            w.state_mut().strategy = Strategy::BlueGreen;
            w.state_mut().strategy_settings.bake_minutes = Some(30);
        }) - 30.0)
            .abs()
            < f64::EPSILON
    );
    let mut world = World::new();
    linear(&mut world);
    world.state_mut().strategy_settings.hooks = vec![hook(HookKind::Pause)];
    let said = evidence(&world, StrategyRow);
    assert!(
        said.contains("POST_SCALE_UP") && said.contains("25 % ×4 / 3 min"),
        "{said}"
    );
    assert!(
        evidence(&world, Controller).contains("preflight-controller-ecs"),
        "it is said once"
    );
    // A stop does not go through it again.
    let mut flying = World::in_flight();
    linear(&mut flying);
    assert!(evidence(&flying, StrategyRow).contains("preflight-strategy-at-once"));
    assert_eq!(
        flying.propose("last-good", at(6)).unwrap().verdict,
        PlanVerdict::Ready
    );
}

#[test]
fn an_owner_is_named_and_stays_as_a_reminder() {
    fn owned(world: &mut World) {
        world.state_mut().owners = vec![
            Owner::CloudFormation(Clean::new("pb-stack")),
            Owner::Terraform(Clean::new("ManagedBy=Terraform")),
        ];
    }
    holds(&[
        (OwnerRow, Pass, "owner-pass", |_| ()),
        (OwnerRow, Warn, "owner-warn", owned),
        (OwnerRow, Unknown, "stale", |w| {
            w.state.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
        // The reminder does not go away with a reading that could not be renewed.
        (OwnerRow, Warn, "owner-warn", |w| {
            owned(w);
            w.state.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
    ]);
    let reminders =
        |world: &World| super::super::owners_reminders(&world.propose("last-good", at(6)).unwrap());
    let mut world = World::new();
    assert!(reminders(&world).is_empty());
    owned(&mut world);
    let said = serde_json::to_string(&reminders(&world)).unwrap();
    assert!(
        said.contains("CloudFormation pb-stack") && said.contains("ManagedBy=Terraform"),
        "{said}"
    );
    assert!(said.contains("backend"), "{said}");
}

fn event(minute: i64, message: &str) -> ServiceEvent {
    ServiceEvent {
        id: Clean::new("e"),
        at: at(minute),
        message: Clean::new(message),
    }
}

const NO_PLACE: &str = "(service pb-backend) was unable to place a task because no container instance met all of its requirements.";
const STEADY: &str = "(service pb-backend) has reached a steady state.";

#[test]
fn room_for_the_new_tasks_is_told_as_far_as_it_is_seen() {
    holds(&[
        (Capacity, Pass, "capacity-fargate", |_| ()),
        (Capacity, Unknown, "capacity-instances", |w| {
            w.state_mut().launch = Launch::Ec2;
        }),
        (Capacity, Unknown, "capacity-instances", |w| {
            w.state_mut().launch = Launch::External;
        }),
        (Capacity, Unknown, "capacity-instances", |w| {
            w.state_mut().launch = Launch::Providers(vec![Clean::new("asg")]);
        }),
        (Capacity, Unknown, "capacity-untold", |w| {
            w.state_mut().launch = Launch::Untold;
        }),
        (Capacity, Warn, "capacity-unplaced", |w| {
            w.state_mut().events = vec![event(3, NO_PLACE)];
        }),
        // It became steady after that, or it is long ago.
        (Capacity, Pass, "capacity-fargate", |w| {
            w.state_mut().events = vec![event(4, STEADY), event(3, NO_PLACE)];
        }),
        (Capacity, Warn, "capacity-unplaced", |w| {
            w.state_mut().events = vec![event(4, NO_PLACE), event(3, STEADY)];
        }),
        (Capacity, Pass, "capacity-fargate", |w| {
            w.state_mut().events = vec![event(-60, NO_PLACE)];
        }),
        // 4 wanted: at least 4 must run and at most 4 may.
        (Capacity, Warn, "capacity-stuck", |w| {
            w.state_mut().percent = Some((100, 100));
        }),
        // ⌈4 × 76 %⌉ = 4 and ⌊4 × 124 %⌋ = 4: rounding leaves no room either.
        (Capacity, Warn, "capacity-stuck", |w| {
            w.state_mut().percent = Some((76, 124));
        }),
        (Capacity, Pass, "capacity-fargate", |w| {
            w.state_mut().percent = Some((75, 124));
        }),
        (Capacity, Pass, "capacity-fargate", |w| {
            w.state_mut().percent = Some((76, 125));
        }),
    ]);
}

fn activity(minute: i64, desired: u32) -> ScalingActivity {
    ScalingActivity {
        at: at(minute),
        desired: Some(desired),
        description: Clean::new(&format!("Setting desired count to {desired}.")),
        cause: Clean::new("alarm"),
        done: true,
    }
}

fn scaled(world: &mut World) -> &mut Scaling {
    world.scaling.value_mut().unwrap()
}

#[test]
fn what_is_wanted_stays_and_is_compared_with_what_scales_it() {
    const DAY: i64 = 24 * 60;
    holds(&[
        (ScalingRow, Pass, "scaling-pass", |_| ()),
        (ScalingRow, Pass, "scaling-none", |w| scaled(w).bounds = None),
        (ScalingRow, Warn, "scaling-suspended", |w| {
            scaled(w).bounds.as_mut().unwrap().suspended = true;
        }),
        (ScalingRow, Warn, "scaling-outside", |w| {
            scaled(w).bounds.as_mut().unwrap().max = 3;
        }),
        (ScalingRow, Warn, "scaling-outside", |w| {
            scaled(w).bounds.as_mut().unwrap().min = 5;
        }),
        // :56 served from nine days ago until two minutes before the hour, and two tasks were its most.
        (ScalingRow, Warn, "scaling-more", |w| {
            scaled(w).activities = vec![activity(-1, 4), activity(-3 * DAY, 2)];
        }),
        // What was in force when it began counts as well; what was not done does not.
        (ScalingRow, Warn, "scaling-more", |w| {
            let mut failed = activity(-2 * DAY, 9);
            failed.done = false;
            scaled(w).activities = vec![failed, activity(-10 * DAY, 3)];
        }),
        (ScalingRow, Pass, "scaling-pass", |w| {
            scaled(w).activities = vec![activity(-4 * DAY, 2), activity(-10 * DAY, 4)];
        }),
        (ScalingRow, Unknown, "not-asked", |w| {
            w.scaling = Observed::default();
        }),
        (ScalingRow, Unknown, "not-read", |w| {
            w.scaling = failed(FaultKind::NotOffered);
        }),
        (ScalingRow, Unknown, "stale", |w| {
            w.scaling.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
    ]);
    let plan = World::new().propose("last-good", at(6)).unwrap();
    let sent = serde_json::to_string(&plan.steps[0].calls).unwrap();
    assert!(!sent.contains("desired"), "no desired count is ever sent: {sent}");
}

fn balanced(world: &mut World) {
    let group = world.state_mut().target_groups[0].clone();
    world.state_mut().load_balancers = vec![LoadBalancer {
        target_group: Some(group.clone()),
        container: Clean::new("app"),
        port: 8080,
    }];
    for definition in world.definitions.value_mut().unwrap() {
        definition.containers[0].settings.ports = [Clean::new("8080/tcp")].into();
    }
    world.targets.value_mut().unwrap().groups = vec![TargetGroup {
        arn: group,
        protocol: Some(Clean::new("HTTP")),
        port: Some(80),
        check: Some(TargetCheck {
            protocol: Some(Clean::new("HTTP")),
            port: Some(Clean::new("traffic-port")),
            path: Some(Clean::new("/health")),
            codes: None,
            interval_seconds: Some(30),
            timeout_seconds: Some(5),
            healthy_after: Some(5),
            unhealthy_after: Some(2),
        }),
    }];
}

fn check(world: &mut World) -> &mut TargetCheck {
    let groups = &mut world.targets.value_mut().unwrap().groups;
    groups[0].check.as_mut().unwrap()
}

/// The ports of the container that traffic goes to, in every revision, so that nothing else differs.
fn opened(world: &mut World, ports: &[&str]) {
    balanced(world);
    for definition in world.definitions.value_mut().unwrap() {
        definition.containers[0].settings.ports = ports.iter().map(|port| Clean::new(port)).collect();
    }
}

#[test]
fn traffic_needs_the_container_and_the_port_that_it_is_sent_to() {
    holds(&[
        (Ports, Pass, "ports-none", |_| ()),
        (Ports, Pass, "ports-pass", balanced),
        (Ports, Pass, "ports-pass", |w| opened(w, &["80:8080/tcp"])),
        (Ports, Pass, "ports-pass", |w| opened(w, &["8000-8100/tcp"])),
        (Ports, Block, "ports-no-port", |w| opened(w, &[])),
        (Ports, Block, "ports-no-port", |w| opened(w, &["8080:80/tcp"])),
        (Ports, Block, "ports-no-port", |w| opened(w, &["8000-8079/tcp"])),
        (Ports, Block, "ports-no-container", |w| {
            balanced(w);
            w.definitions.value_mut().unwrap()[1].containers[0].name = Clean::new("web");
        }),
        (Ports, Warn, "ports-check", |w| {
            balanced(w);
            check(w).port = Some(Clean::new("9000"));
        }),
        (Ports, Pass, "ports-pass", |w| {
            opened(w, &["8080/tcp", "9000/tcp"]);
            check(w).port = Some(Clean::new("9000"));
        }),
        // Nobody asked how the group checks: the containers decide.
        (Ports, Pass, "ports-pass", |w| {
            balanced(w);
            w.targets.value_mut().unwrap().groups.clear();
        }),
        (Ports, Unknown, "stale", |w| {
            balanced(w);
            w.definitions.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
    ]);
    let mut world = World::new();
    balanced(&mut world);
    assert!(evidence(&world, Ports).contains("app:8080 (GET :8080/health)"));
    world.definitions = Observed::known(vec![registered(57)], at(5));
    assert!(evidence(&world, Ports).contains("preflight-ports-unlisted"));
}

fn graced(world: &mut World, seconds: u32) {
    balanced(world);
    world.state_mut().health_check_grace_seconds = Some(seconds);
}

#[test]
fn a_start_needs_time_before_checks_count() {
    holds(&[
        (Grace, Pass, "grace-none", |w| w.state_mut().target_groups.clear()),
        // :56 took three minutes.
        (Grace, Pass, "grace-covers", |w| graced(w, 180)),
        // 60 s of failed checks replace a task, 150 s of good ones make it healthy.
        (Grace, Warn, "grace-short", |w| graced(w, 0)),
        (Grace, Warn, "grace-short", |w| {
            balanced(w);
            w.state_mut().health_check_grace_seconds = None;
        }),
        (Grace, Pass, "grace-pass", |w| graced(w, 150)),
        (Grace, Pass, "grace-pass", |w| {
            graced(w, 0);
            check(w).unhealthy_after = Some(10);
        }),
        (Grace, Unknown, "grace-unknown", |w| {
            graced(w, 0);
            w.targets.value_mut().unwrap().groups.clear();
        }),
        (Grace, Unknown, "grace-unknown", |w| {
            graced(w, 0);
            check(w).interval_seconds = None;
        }),
    ]);
    let mut world = World::new();
    graced(&mut world, 0);
    let said = |world: &World| {
        let plan = world.propose(":55", at(6)).unwrap();
        plan.preflight.into_iter().find(|row| row.check == Grace).unwrap()
    };
    assert_eq!(
        said(&world).evidence.id,
        "preflight-grace-untried",
        "it never ran"
    );
    graced(&mut world, 150);
    assert_eq!(said(&world).evidence.id, "preflight-grace-pass");
}

#[test]
fn the_ways_by_hand_name_the_service_and_the_revision() {
    use crate::domain::{Controller as Driver, Scheduling};
    let by_hand = |change: fn(&mut crate::domain::ServiceState)| {
        let mut state = World::new().state_mut().clone();
        change(&mut state);
        super::super::by_hand(&state, Some(&definition(56)))
    };
    assert!(by_hand(|_| ()).is_empty(), "a method fits");
    for (change, operations) in [
        (
            (|s| s.controller = Driver::CodeDeploy) as fn(&mut crate::domain::ServiceState),
            &[
                "describe-services",
                "get-deployment",
                "stop-deployment",
                "create-deployment",
            ][..],
        ),
        (
            |s| s.controller = Driver::External,
            &[
                "describe-services",
                "create-task-set",
                "update-service-primary-task-set",
                "delete-task-set",
            ],
        ),
        (
            |s| s.express = true,
            &[
                "list-service-deployments",
                "stop-service-deployment",
                "update-express-gateway-service",
            ],
        ),
        (
            |s| s.scheduling = Scheduling::Daemon,
            &["update-service", "services-stable"],
        ),
    ] {
        let commands = by_hand(change);
        for operation in operations {
            assert!(
                commands.iter().any(|it| it.contains(operation)),
                "{operation}: {commands:#?}"
            );
        }
        let all = commands.join("\n");
        assert!(all.contains("pb-backend:56"), "{all}");
        assert!(
            all.contains("--cluster pb-production") || all.contains(":service/pb-production/"),
            "{all}"
        );
    }
    assert!(by_hand(|s| s.status = crate::domain::ServiceStatus::Draining).is_empty());
}
