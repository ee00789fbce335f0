use super::super::fixtures::{World, at, digest, failed, fault, registered, tag};
use super::super::{PlanVerdict, PreflightCheck, PreflightVerdict};
use crate::domain::{
    Alarm, AlarmState, CircuitBreaker, Clean, Company, DeploymentAlarms, FaultKind, HeldService, Observed,
    OpenIncident, Sealed, Strategy, TargetHealth, TargetReason,
};

use PreflightCheck::{
    Alarms, CircuitBreaker as Breaker, Differs, Incident, Lease, Protected, Tag, TargetHealth as Health,
};
use PreflightVerdict::{Block, Pass, Unknown, Warn};

mod around;
mod database;
mod image;
mod methods;
mod service;

type Change = fn(&mut World);
type Case = (PreflightCheck, PreflightVerdict, &'static str, Change);

/// Each row as it stands after one change to a world in which every row passes.
fn holds(cases: &[Case]) {
    for (check, verdict, evidence, change) in cases {
        let mut world = World::new();
        change(&mut world);
        let plan = world.propose("last-good", at(6)).unwrap();
        let row = plan.preflight.iter().find(|r| r.check == *check).unwrap();
        assert_eq!(
            (row.verdict, row.evidence.id.as_ref()),
            (*verdict, format!("preflight-{evidence}").as_str()),
            "{check:?}"
        );
        let worst = match verdict {
            Pass => PlanVerdict::Ready,
            Warn | Unknown => PlanVerdict::Warn,
            Block => PlanVerdict::Blocked,
        };
        assert_eq!(plan.verdict, worst, "{check:?} {evidence}: {:#?}", plan.preflight);
    }
}

/// What a row's sentence is given, as text.
fn evidence(world: &World, check: PreflightCheck) -> String {
    let plan = world.propose("last-good", at(6)).unwrap();
    let row = plan.preflight.into_iter().find(|r| r.check == check).unwrap();
    serde_json::to_string(&row.evidence).unwrap()
}

fn denied<T>(action: &str) -> Observed<T> {
    failed(FaultKind::Denied {
        action: Clean::new(action),
    })
}

/// The target's tag leads to the image of :57 now.
fn moved(world: &mut World) {
    let images = world.images.value_mut().unwrap();
    images[1].tags.clear();
    images[0].tags.push(Clean::new(&tag(56)));
}

#[test]
fn the_tag_must_lead_to_what_ran() {
    holds(&[
        (Tag, Pass, "tag-pass", |_| ()),
        (Tag, Block, "tag-moved", moved),
        (Tag, Block, "tag-removed", |w| {
            w.images.value_mut().unwrap()[1].tags.clear();
        }),
        // An image that is gone is not brought back by a tag.
        (Tag, Block, "tag-image-gone", |w| {
            w.images.value_mut().unwrap().remove(1);
        }),
        (Tag, Pass, "tag-pinned", |w| {
            let pinned = format!("{}@{}", super::super::fixtures::REGISTRY, digest(56));
            w.definitions.value_mut().unwrap()[1].containers[0].image = Clean::new(&pinned);
            w.images.value_mut().unwrap()[1].tags.clear();
        }),
        (Tag, Unknown, "stale", |w| {
            w.images.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
        // What forbids still forbids on a reading whose renewal failed.
        (Tag, Block, "tag-moved", |w| {
            moved(w);
            w.images.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
        (Tag, Unknown, "tag-not-read", |w| {
            w.images = denied("ecr:DescribeImages");
        }),
        // The digest that ran is not known.
        (Tag, Unknown, "tag-unproven", |w| {
            let revision = super::super::fixtures::revision_arn("r56-56");
            w.history_mut().revisions.get_mut(&revision).unwrap().images[0].digest = None;
        }),
        (Tag, Pass, "tag-fixed", |w| {
            let revision = super::super::fixtures::revision_arn("r56-56");
            w.history_mut().revisions.get_mut(&revision).unwrap().images[0].digest = None;
            for image in w.images.value_mut().unwrap() {
                image.tags_are_fixed = true;
            }
        }),
    ]);
    let mut world = World::new();
    moved(&mut world);
    let said = evidence(&world, Tag);
    for digest in [digest(56), digest(57)] {
        let both = format!("sha256:{}", digest.short());
        assert!(said.contains(&both), "{both} in {said}");
    }
}

#[test]
fn an_image_of_another_repository_says_nothing_of_its_tag() {
    let mut world = World::new();
    let elsewhere = Clean::new("public.ecr.aws/other:1");
    let containers = &mut world.definitions.value_mut().unwrap()[1].containers;
    containers.truncate(1);
    containers[0].image = elsewhere;
    assert!(evidence(&world, Tag).contains("preflight-tag-elsewhere"));
}

#[test]
fn targets_are_told_as_they_are_now() {
    holds(&[
        (Health, Pass, "target-health-pass", |_| ()),
        (Health, Pass, "target-health-pass", |w| {
            let targets = w.targets.value_mut().unwrap();
            (targets.draining, targets.initial) = (1, 1);
        }),
        (Health, Warn, "target-health-some", |w| {
            w.targets.value_mut().unwrap().unhealthy = 1;
        }),
        (Health, Warn, "target-health-outage", |w| {
            let targets = w.targets.value_mut().unwrap();
            (targets.healthy, targets.unhealthy) = (0, 4);
        }),
        // Three of four were taken out: what is left is healthy, and too little.
        (Health, Warn, "target-health-few", |w| {
            w.targets.value_mut().unwrap().healthy = 1;
        }),
        // Nothing is registered at all: nobody serves.
        (Health, Warn, "target-health-outage", |w| {
            w.targets = Observed::known(TargetHealth::default(), at(5));
        }),
        (Health, Pass, "target-health-none", |w| {
            w.state_mut().target_groups.clear();
            w.targets = failed(FaultKind::NotOffered);
        }),
        (Health, Unknown, "target-health-not-read", |w| {
            w.targets = denied("elasticloadbalancing:DescribeTargetHealth");
        }),
        (Health, Unknown, "target-health-waiting", |w| {
            w.targets = Observed::default();
        }),
        (Health, Unknown, "stale", |w| {
            w.targets.take(Err(fault(FaultKind::TimedOut)), at(6));
        }),
    ]);
    let mut world = World::new();
    world.targets = Observed::known(
        TargetHealth {
            unhealthy: 4,
            reasons: vec![TargetReason {
                code: Clean::new("Target.Timeout"),
                targets: 4,
            }],
            ..TargetHealth::default()
        },
        at(5),
    );
    assert!(evidence(&world, Health).contains("Target.Timeout ×4"));
}

fn watched(world: &mut World, state: AlarmState) {
    world.state_mut().alarms = DeploymentAlarms {
        names: vec![Clean::new("pb-5xx")],
        enable: true,
        rollback: true,
    };
    world.alarms = Observed::known(
        vec![
            Alarm {
                name: Clean::new("pb-5xx"),
                state,
                since: Some(at(2)),
            },
            Alarm {
                name: Clean::new("of-another-service"),
                state: AlarmState::Alarm,
                since: None,
            },
        ],
        at(5),
    );
}

#[test]
fn an_alarm_that_rings_already_is_said_to_be_ignored_by_ecs() {
    holds(&[
        (Alarms, Pass, "alarms-none", |_| ()),
        (Alarms, Pass, "alarms-pass", |w| watched(w, AlarmState::Ok)),
        (Alarms, Warn, "alarms-ringing", |w| watched(w, AlarmState::Alarm)),
        (Alarms, Warn, "alarms-ringing-undated", |w| {
            watched(w, AlarmState::Alarm);
            w.alarms.value_mut().unwrap()[0].since = None;
        }),
        (Alarms, Unknown, "alarms-insufficient", |w| {
            watched(w, AlarmState::InsufficientData);
        }),
        (Alarms, Unknown, "alarms-insufficient", |w| {
            watched(w, AlarmState::Other(Clean::new("NEW")));
        }),
        (Alarms, Unknown, "alarms-missing", |w| {
            watched(w, AlarmState::Ok);
            w.alarms.value_mut().unwrap().clear();
        }),
        (Alarms, Unknown, "alarms-not-read", |w| {
            watched(w, AlarmState::Ok);
            w.alarms = denied("cloudwatch:DescribeAlarms");
        }),
        (Alarms, Unknown, "alarms-waiting", |w| {
            watched(w, AlarmState::Ok);
            w.alarms = Observed::default();
        }),
        (Alarms, Unknown, "stale", |w| {
            watched(w, AlarmState::Ok);
            w.alarms.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
        // ECS does not watch alarms that are configured and switched off.
        (Alarms, Pass, "alarms-none", |w| {
            watched(w, AlarmState::Alarm);
            w.state_mut().alarms.enable = false;
        }),
        // One that only the runbook names, with the environment filled in.
        (Alarms, Warn, "alarms-ringing-unwatched", |w| {
            w.runbook.services[0].alarms = vec!["<environment>-5xx".to_owned()];
            w.alarms = Observed::known(
                vec![Alarm {
                    name: Clean::new("production-5xx"),
                    state: AlarmState::Alarm,
                    since: None,
                }],
                at(5),
            );
        }),
    ]);
}

#[test]
fn nothing_passes_on_a_history_that_could_not_be_renewed() {
    use PreflightCheck::{Deployment, NotCurrent, Proven};
    fn not_renewed(world: &mut World) {
        world.history.take(Err(fault(FaultKind::Throttled)), at(6));
    }
    holds(&[
        (Proven, Pass, "proven-pass", |_| ()),
        (Proven, Unknown, "stale", not_renewed),
        // What is not offered is not needed.
        (Proven, Pass, "proven-pass", |w| {
            w.history.take(Err(fault(FaultKind::NotOffered)), at(6));
        }),
    ]);
    let verdicts = |world: &World| {
        let plan = world.propose("last-good", at(6)).unwrap();
        [Deployment, NotCurrent, Proven].map(|check| {
            let row = plan.preflight.iter().find(|r| r.check == check).unwrap();
            row.verdict
        })
    };
    // Another definition is not the current one, whatever the history says; a stop rests on it altogether.
    for (mut world, then) in [
        (World::new(), [Unknown, Pass, Unknown]),
        (World::in_flight(), [Unknown; 3]),
    ] {
        assert_eq!(verdicts(&world), [Pass; 3]);
        not_renewed(&mut world);
        assert_eq!(verdicts(&world), then);
    }
}

#[test]
fn a_safety_net_that_is_off_is_said() {
    fn set(world: &mut World, enable: bool, rollback: bool) {
        world.state_mut().circuit_breaker = Some(CircuitBreaker { enable, rollback });
    }
    holds(&[
        (Breaker, Pass, "circuit-breaker-pass", |_| ()),
        (Breaker, Warn, "circuit-breaker-stops", |w| set(w, true, false)),
        (Breaker, Warn, "circuit-breaker-off", |w| set(w, false, true)),
        (Breaker, Warn, "circuit-breaker-off", |w| {
            w.state_mut().circuit_breaker = None;
        }),
    ]);
    let mut world = World::new();
    for (strategy, id) in [
        (Strategy::BlueGreen, "preflight-circuit-breaker-other"),
        (Strategy::Linear, "preflight-circuit-breaker-other"),
        (Strategy::Canary, "preflight-circuit-breaker-other"),
        (
            Strategy::Other(Clean::new("NEW")),
            "preflight-circuit-breaker-unknown",
        ),
    ] {
        world.state_mut().strategy = strategy;
        assert!(evidence(&world, Breaker).contains(id));
    }
}

#[test]
fn what_differs_beyond_the_image_is_listed() {
    holds(&[
        (Differs, Pass, "differs-pass", |_| ()),
        (Differs, Warn, "differs-more", |w| {
            w.definitions.value_mut().unwrap()[1].settings.memory = Some(Clean::new("896"));
        }),
        (Differs, Unknown, "stale", |w| {
            w.definitions.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
    ]);
    // What a plan starts from is not on the list: nothing can be compared, and the row before it says so too.
    let mut world = World::new();
    world.definitions = Observed::known(vec![registered(56)], at(5));
    assert!(evidence(&world, Differs).contains("preflight-differs-unknown"));
    world.definitions = failed(FaultKind::Throttled);
    assert!(evidence(&world, Differs).contains("preflight-differs-not-read"));

    let mut world = World::new();
    let environment = &mut world.definitions.value_mut().unwrap()[1].containers[0]
        .settings
        .environment;
    for n in 0..12_u8 {
        environment.insert(Clean::new(&format!("FLAG_{n:02}")), Sealed::new([n; 32]));
    }
    let said = evidence(&world, Differs);
    assert!(
        said.contains("FLAG_07") && !said.contains("FLAG_08"),
        "the first eight: {said}"
    );
    assert!(
        said.contains("difference-more") && said.contains("4.0"),
        "and the rest as a number: {said}"
    );
}

fn open(id: &str, services: Option<&[&str]>) -> OpenIncident {
    OpenIncident {
        id: Clean::new(id),
        services: services.map(|names| names.iter().map(|name| name.parse().unwrap()).collect()),
        opened_at: services.map(|_| at(1)),
    }
}

fn with_incident(world: &mut World, incident: OpenIncident) {
    world.company.value_mut().unwrap().incidents.push(incident);
}

#[test]
fn another_open_incident_of_the_service_blocks_and_one_s_own_does_not() {
    holds(&[
        (Incident, Pass, "incident-pass", |_| ()),
        (Incident, Block, "incident-open", |w| {
            with_incident(w, open("2026-11-23-1", Some(&["backend"])));
        }),
        (Incident, Pass, "incident-pass", |w| {
            with_incident(w, open("2026-11-23-1", Some(&["frontend"])));
        }),
        (Incident, Pass, "incident-pass", |w| {
            with_incident(w, open("2026-11-23-1", Some(&["backend"])));
            w.own_incident = Some("2026-11-23-1");
        }),
        (Incident, Block, "incident-open", |w| {
            with_incident(w, open("2026-11-23-1", Some(&["backend"])));
            with_incident(w, open("2026-11-23-2", Some(&["backend"])));
            w.own_incident = Some("2026-11-23-1");
        }),
        (Incident, Block, "incident-damaged", |w| {
            with_incident(w, open("2026-11-23-1", None));
        }),
        (Incident, Block, "incident-no-journal", |w| {
            w.company = failed(FaultKind::Local);
        }),
        (Incident, Unknown, "stale", |w| {
            w.company.take(Err(fault(FaultKind::Local)), at(6));
        }),
    ]);
    let mut world = World::new();
    with_incident(&mut world, open("2026-11-23-7", Some(&["backend"])));
    assert!(evidence(&world, Incident).contains("2026-11-23-7"));
}

#[test]
fn another_commander_s_hold_blocks_while_it_binds() {
    fn held(world: &mut World, service: &str, until: i64) {
        world.company.value_mut().unwrap().held.push(HeldService {
            service: service.parse().unwrap(),
            who: Clean::new("suzuki"),
            host: Clean::new("bastion"),
            pid: 42,
            renewed_at: at(until - 10),
            until: at(until),
        });
    }
    holds(&[
        (Lease, Pass, "lease-pass", |_| ()),
        (Lease, Block, "lease-held", |w| held(w, "backend", 12)),
        (Lease, Pass, "lease-pass", |w| held(w, "frontend", 12)),
        (Lease, Pass, "lease-pass", |w| held(w, "backend", 6)),
        (Lease, Unknown, "stale", |w| {
            w.company.take(Err(fault(FaultKind::Local)), at(6));
        }),
    ]);
    let mut world = World::new();
    held(&mut world, "backend", 12);
    let said = evidence(&world, Lease);
    assert!(said.contains("suzuki") && said.contains("bastion"), "{said}");
    world.company = failed(FaultKind::Local);
    assert!(evidence(&world, Lease).contains("preflight-lease-not-read"));
}

#[test]
fn only_somebody_else_s_work_is_a_refusal() {
    let others = |change: Change| {
        let mut world = World::new();
        change(&mut world);
        let plan = world.propose("last-good", at(6)).unwrap();
        plan.preflight.iter().any(|row| row.is_anothers_command())
    };
    assert!(others(|w| with_incident(
        w,
        open("2026-11-23-1", Some(&["backend"]))
    )));
    assert!(!others(|w| w.company = failed(FaultKind::Local)));
    assert!(!others(moved));
    assert!(!others(|_| ()));
}

#[test]
fn no_plan_before_the_journal_was_looked_at() {
    let mut world = World::new();
    world.company = Observed::<Company>::default();
    assert!(world.propose("last-good", at(6)).unwrap_err().waiting);
}

#[test]
fn how_the_plan_is_approved_is_said() {
    holds(&[
        (Protected, Pass, "protected-typed", |_| ()),
        (Protected, Pass, "protected-open", |w| {
            let environment = w.runbook.environments.get_mut(&w.environment.clone()).unwrap();
            environment.protected = false;
        }),
    ]);
    let world = World::new();
    let plan = world.propose("last-good", at(6)).unwrap();
    assert!(evidence(&world, Protected).contains(&plan.protected_phrase()));
}

#[test]
fn names_in_json_are_their_kebab_case() {
    for check in PreflightCheck::ALL {
        assert_eq!(serde_json::to_value(check).unwrap(), check.as_str());
    }
}
