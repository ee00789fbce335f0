use std::collections::BTreeMap;

use super::super::fixtures::{World, at, deployed, digest, failed, fault, listed, pushed, registered};
use super::super::{PreflightCheck, Rule};
use super::*;
use crate::domain::{
    Clean, Controller, DefinitionStatus, DeploymentHistory, DeploymentStatus, FaultKind, ImageStatus, Minute,
    RolloutState, ServiceDeploymentStatus, ServiceState, Strategy,
};

mod stop;

fn plan(world: &World) -> Plan {
    world.propose("last-good", at(5)).unwrap()
}

#[test]
fn a_fixed_plan_has_a_fixed_hash() {
    // Computed apart from this program: SHA-256 of the JSON with sorted keys and without spaces.
    let plan = plan(&World::new());
    assert_eq!(
        plan.hash.as_str(),
        "f581efff4b5ed1ed53be92ef7de3cb9024ffe0c5a138ea6959423920bcc86446"
    );
    assert!(plan.is_intact());
    assert_eq!(plan.protected_phrase(), "production/backend");
    let mut two = plan.clone();
    two.steps.push(plan.steps[0].clone());
    assert_eq!(two.protected_phrase(), "production/both");
    assert!(!two.is_intact(), "what it says is not what was hashed");
}

#[test]
fn the_plan_says_exactly_what_will_be_sent() {
    let plan = plan(&World::new());
    let step = &plan.steps[0];
    assert_eq!(
        (
            step.from.revision.as_ref().unwrap().revision(),
            step.to.revision.as_ref().unwrap().revision()
        ),
        (57, 56)
    );
    assert_eq!(
        (&step.from.digest, &step.to.digest),
        (&Some(digest(57)), &Some(digest(56)))
    );
    assert_eq!(step.to.version, Some(Clean::new("v1.56.0")));
    assert_eq!(step.target.rule, Rule::LastGood);
    assert_eq!(
        serde_json::to_value(&step.calls).unwrap(),
        json!([{
            "api": "ecs.UpdateService",
            "input": {
                "cluster": "pb-production",
                "service": "pb-backend",
                "taskDefinition": "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/pb-backend:56",
            },
            "command": "aws ecs update-service --cluster pb-production --service pb-backend --task-definition pb-backend:56",
        }])
    );
    assert_eq!(plan.verdict, PlanVerdict::Ready, "{:?}", plan.preflight);
    assert_eq!(
        plan.preflight.iter().map(|r| r.check).collect::<Vec<_>>(),
        PreflightCheck::ALL
            .into_iter()
            .filter(|check| check.is_for(Method::Revision))
            .collect::<Vec<_>>()
    );
    let read: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(read, plan);
    assert!(read.is_intact());
}

#[test]
fn evidence_and_time_do_not_change_the_hash_and_what_is_done_does() {
    let base = plan(&World::new()).hash;
    type Change = fn(&mut World);
    let same: [(&str, Change); 6] = [
        ("metrics", |w| {
            w.series = Observed::known(crate::domain::Series::default(), at(5));
        }),
        ("counts", |w| w.state_mut().desired = 6),
        ("events and reasons", |w| {
            w.state_mut().deployments[0].rollout_reason = Some(Clean::new("x"));
        }),
        ("the account is not in the runbook", |w| {
            w.runbook
                .environments
                .get_mut(&w.environment.clone())
                .unwrap()
                .account = None;
        }),
        ("a later reading", |w| {
            let history = w.history.value().cloned().unwrap();
            w.history = Observed::known(history, at(9));
        }),
        ("a failed renewal", |w| {
            w.images.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
    ];
    for (name, change) in same {
        let mut world = World::new();
        change(&mut world);
        assert_eq!(world.propose("last-good", at(77)).unwrap().hash, base, "{name}");
    }
    assert_eq!(
        World::new().propose(":56", at(5)).unwrap().hash,
        base,
        "another rule, the same deed"
    );
    let other: [(&str, &str, Change); 5] = [
        ("target", ":54", |_| ()),
        ("digest of the target", "last-good", |w| {
            let revision = super::super::fixtures::revision_arn("r56-56");
            w.history_mut().revisions.get_mut(&revision).unwrap().images[0].digest = Some(digest(1));
        }),
        ("starting point", "last-good", |w| {
            w.state_mut().task_definition = super::super::fixtures::definition(58);
        }),
        ("what runs there", "last-good", |w| {
            for task in w.tasks.value_mut().unwrap() {
                task.digests[0].1 = Some(digest(1));
            }
        }),
        ("region", "last-good", |w| {
            w.identity.value_mut().unwrap().region = "us-east-1".parse().unwrap();
        }),
    ];
    for (name, spec, change) in other {
        let mut world = World::new();
        change(&mut world);
        assert_ne!(world.propose(spec, at(5)).unwrap().hash, base, "{name}");
    }
    let mut account = World::new();
    account.identity.value_mut().unwrap().account = "999999999999".parse().unwrap();
    assert_ne!(plan(&account).hash, base);
    let mut environment = World::new();
    environment.environment = "staging".parse().unwrap();
    assert_ne!(plan(&environment).hash, base);
}

#[test]
fn each_check_says_what_it_found() {
    use PreflightCheck::{
        Account, Controller as Driver, Deployment, Desired, Image, NotCurrent, Proven, TargetActive,
    };
    use PreflightVerdict::{Block, Pass, Unknown, Warn};
    type Change = fn(&mut World);
    type Case = (
        PreflightCheck,
        PreflightVerdict,
        &'static str,
        &'static str,
        Change,
    );
    let cases: [Case; 34] = [
        (Account, Pass, "account-pass", "last-good", |_| ()),
        (Account, Block, "account-differs", "last-good", |w| {
            w.identity.value_mut().unwrap().account = "999999999999".parse().unwrap();
        }),
        (Account, Unknown, "account-unset", "last-good", |w| {
            w.runbook
                .environments
                .get_mut(&w.environment.clone())
                .unwrap()
                .account = None;
        }),
        (Account, Block, "account-region", "last-good", |w| {
            let environment = w.runbook.environments.get_mut(&w.environment.clone()).unwrap();
            environment.region = Some("us-east-1".parse().unwrap());
        }),
        (Account, Unknown, "stale", "last-good", |w| {
            w.identity.take(Err(fault(FaultKind::Expired)), at(6));
        }),
        (Driver, Pass, "controller-ecs", "last-good", |_| ()),
        (Driver, Block, "controller-code-deploy", "last-good", |w| {
            w.state_mut().controller = Controller::CodeDeploy;
        }),
        (Driver, Pass, "controller-ecs", "last-good", |w| {
            w.state_mut().strategy = Strategy::Canary;
        }),
        (Desired, Pass, "desired-pass", "last-good", |_| ()),
        (Desired, Block, "desired-zero", "last-good", |w| {
            w.state_mut().desired = 0;
        }),
        (Deployment, Pass, "deployment-pass", "last-good", |_| ()),
        (Deployment, Block, "deployment-other", "last-good", |w| {
            w.state_mut()
                .deployments
                .push(listed("old", 56, DeploymentStatus::Active, 1));
        }),
        (Deployment, Pass, "deployment-pass", "last-good", |w| {
            w.state_mut()
                .deployments
                .push(listed("old", 56, DeploymentStatus::Inactive, 0));
        }),
        (Deployment, Block, "deployment-going-back", "last-good", |w| {
            deployed(
                w.history_mut(),
                (57, 57),
                ServiceDeploymentStatus::RollbackInProgress,
                at(4),
                None,
            );
        }),
        (Deployment, Block, "deployment-running", "last-good", |w| {
            let unheard = ServiceDeploymentStatus::Other(Clean::new("NEW_WORD"));
            deployed(w.history_mut(), (57, 57), unheard, at(4), None);
        }),
        (Deployment, Block, "deployment-rollout", "last-good", |w| {
            w.state_mut().deployments[0].rollout = Some(RolloutState::InProgress);
        }),
        (Deployment, Unknown, "deployment-state", "last-good", |w| {
            w.state_mut().deployments[0].rollout = Some(RolloutState::Other(Clean::new("X")));
        }),
        (Deployment, Unknown, "deployment-no-primary", "last-good", |w| {
            w.state_mut().deployments.clear();
        }),
        (Deployment, Unknown, "deployment-history", ":56", |w| {
            w.history = failed(FaultKind::Throttled);
        }),
        (Deployment, Pass, "deployment-pass", ":56", |w| {
            w.history = failed(FaultKind::NotOffered);
        }),
        (Deployment, Unknown, "stale", "last-good", |w| {
            w.state.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
        (NotCurrent, Pass, "not-current-pass", "last-good", |_| ()),
        (NotCurrent, Block, "not-current-same", ":57", |_| ()),
        (
            NotCurrent,
            Block,
            "not-current-same-definition",
            "last-good",
            |w| {
                let mut history = DeploymentHistory::default();
                let ok = || ServiceDeploymentStatus::Successful;
                deployed(&mut history, (57, 12), ok(), at(-900), Some(at(-890)));
                deployed(&mut history, (57, 57), ok(), at(-10), Some(at(-5)));
                w.history = Observed::known(history, at(5));
            },
        ),
        (TargetActive, Pass, "target-active-pass", "last-good", |_| ()),
        // No service can be set to it, so its content is registered anew.
        (TargetActive, Pass, "target-active-new", "last-good", |w| {
            w.definitions.value_mut().unwrap()[1].status = DefinitionStatus::Inactive;
        }),
        (TargetActive, Block, "target-active-deleted", "last-good", |w| {
            w.definitions.value_mut().unwrap()[1].status = DefinitionStatus::DeleteInProgress;
        }),
        (TargetActive, Unknown, "target-active-unknown", "last-good", |w| {
            w.definitions = Observed::known(vec![registered(57)], at(5));
        }),
        (Image, Pass, "image-pass", "last-good", |_| ()),
        (Image, Block, "image-gone", "last-good", |w| {
            w.images.value_mut().unwrap().retain(|i| i.digest != digest(56));
        }),
        (Image, Block, "image-not-pullable", "last-good", |w| {
            w.images.value_mut().unwrap()[1].status = ImageStatus::Activating;
        }),
        (Image, Unknown, "image-not-read", "last-good", |w| {
            w.images = failed(FaultKind::Denied {
                action: Clean::new("ecr:DescribeImages"),
            });
        }),
        (Proven, Pass, "proven-pass", "last-good", |_| ()),
        (Proven, Warn, "proven-never", ":55", |_| ()),
    ];
    for (check, verdict, evidence, spec, change) in cases {
        let mut world = World::new();
        change(&mut world);
        let plan = world.propose(spec, at(6)).unwrap();
        let row = plan.preflight.iter().find(|r| r.check == check).unwrap();
        assert_eq!(
            (row.verdict, row.evidence.id.as_ref()),
            (verdict, format!("preflight-{evidence}").as_str()),
            "{check:?} {spec}"
        );
        let together = match verdict {
            Pass => plan.verdict,
            Warn | Unknown => {
                assert_ne!(plan.verdict, PlanVerdict::Ready);
                plan.verdict
            }
            Block => PlanVerdict::Blocked,
        };
        assert_eq!(plan.verdict, together, "{check:?} {evidence}");
    }
}

#[test]
fn without_history_the_warning_is_said() {
    let mut world = World::new();
    world.history = failed(FaultKind::NotOffered);
    let evidence = |world: &World, spec| {
        let plan = world.propose(spec, at(5)).unwrap();
        let proven = |row: &&PreflightRow| row.check == PreflightCheck::Proven;
        let row = plan.preflight.iter().find(proven).unwrap().clone();
        (plan.verdict, row.verdict, row.evidence.id.into_owned())
    };
    assert_eq!(
        evidence(&world, "last-good"),
        (
            PlanVerdict::Warn,
            PreflightVerdict::Warn,
            "preflight-proven-registered".to_owned()
        )
    );
    assert_eq!(evidence(&world, ":54").2, "preflight-proven-unknown");
}

#[test]
fn no_plan_while_something_is_on_its_way_or_cannot_be_read() {
    type Change = fn(&mut World);
    let cases: [(Change, bool, &str); 9] = [
        (|w| w.identity = Observed::default(), true, "no-plan-waiting"),
        (|w| w.state = Observed::default(), true, "no-plan-waiting"),
        (|w| w.history = Observed::default(), true, "no-plan-waiting"),
        (|w| w.definitions = Observed::default(), true, "no-plan-waiting"),
        (|w| w.images = Observed::default(), true, "no-plan-waiting"),
        (|w| w.tasks = Observed::default(), true, "no-plan-waiting"),
        (
            |w| w.identity = failed(FaultKind::Expired),
            false,
            "no-plan-identity",
        ),
        (
            |w| w.state = failed(FaultKind::NotFound),
            false,
            "no-plan-service",
        ),
        (
            |w| w.history = failed(FaultKind::Server),
            false,
            "no-target-history-not-read",
        ),
    ];
    for (place, (change, waiting, why)) in cases.into_iter().enumerate() {
        let mut world = World::new();
        change(&mut world);
        let none = world.propose("last-good", at(5)).unwrap_err();
        assert_eq!(
            (none.waiting, none.why.id.as_ref()),
            (waiting, why),
            "case {place}"
        );
    }
}

mod compared {
    use super::super::super::fixtures::{definition, deployment_id};
    use super::super::super::{Effect, Found, found_effect, unchanged};
    use super::*;

    #[test]
    fn a_changed_world_is_refused_and_autoscaling_is_not() {
        type Change = fn(&mut ServiceState);
        let cases: [(Change, Option<&str>); 6] = [
            (|_| (), None),
            (|s| s.desired = 9, None),
            (|s| s.desired = 0, Some("changed-desired")),
            (
                |s| s.task_definition = definition(58),
                Some("changed-task-definition"),
            ),
            (
                |s| s.deployments[0].id = deployment_id("foreign"),
                Some("changed-deployment-dated"),
            ),
            (
                |s| {
                    s.deployments
                        .push(listed("foreign", 58, DeploymentStatus::Active, 0));
                },
                Some("changed-deployments"),
            ),
        ];
        let plan = plan(&World::new());
        for (change, expected) in cases {
            let mut world = World::new();
            change(world.state_mut());
            let seen = world.state.value().unwrap();
            let found = unchanged(&plan.steps[0], seen, None)
                .err()
                .map(|p| p.id.into_owned());
            assert_eq!(found.as_deref(), expected);
        }
    }

    #[test]
    fn looking_tells_whether_a_write_without_an_answer_took_effect() {
        let world = World::new();
        let plan = plan(&world);
        let step = &plan.steps[0];
        let primary = |id: &str, revision, created: Option<i64>| {
            let mut state = super::super::super::fixtures::service(revision, 4);
            state.deployments = vec![listed(id, revision, DeploymentStatus::Primary, 0)];
            state.deployments[0].created_at = created.map(at);
            state
        };
        let sent_at = at(10);
        let found =
            |state: &ServiceState| found_effect(&step.target.definition, &step.fingerprint, sent_at, state);
        let ours = Found::TookEffect(Effect {
            deployment: Some(deployment_id("new")),
            ..Effect::default()
        });
        assert_eq!(found(&primary("new", 56, Some(10))), ours);
        assert_eq!(
            found(&primary("new", 56, Some(6))),
            ours,
            "clocks differ a little"
        );
        assert_eq!(
            found(&primary("new", 56, None)),
            ours,
            "some endpoints tell no time"
        );
        assert_eq!(found(&primary("bad", 57, Some(-1))), Found::AsBefore);
        assert_eq!(
            found(&primary("bad", 56, Some(-1))),
            Found::AsBefore,
            "the id is the proof, not the name"
        );
        for (id, revision, created) in [("new", 56, Some(4)), ("new", 58, Some(10))] {
            assert!(matches!(
                found(&primary(id, revision, created)),
                Found::Otherwise(_)
            ));
        }
        let mut gone = primary("new", 56, None);
        gone.deployments.clear();
        assert!(matches!(found(&gone), Found::Otherwise(_)));
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;
    use proptest::strategy::Strategy;

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(".{0,6}", inner, 0..5)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    /// The same value with the fields of every object in another order.
    fn reversed(value: &Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .rev()
                    .map(|(name, item)| (name.clone(), reversed(item)))
                    .collect(),
            ),
            Value::Array(items) => items.iter().map(reversed).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }

    fn text(value: &Value) -> String {
        let mut out = String::new();
        canonical(value, &mut out);
        out
    }

    proptest! {
        #[test]
        fn canonical_json_means_the_same_and_knows_no_order(value in json_value()) {
            let canonical = text(&value);
            prop_assert_eq!(&canonical, &text(&reversed(&value)));
            let read: Value = serde_json::from_str(&canonical).unwrap();
            prop_assert_eq!(&read, &value);
            prop_assert_eq!(text(&read), canonical);
        }

        #[test]
        fn keys_stand_sorted_and_nothing_is_spaced(fields in prop::collection::btree_map("[a-z]{1,6}", 0..9_u32, 0..8)) {
            let object: serde_json::Map<String, Value> =
                fields.iter().rev().map(|(k, v)| (k.clone(), Value::from(*v))).collect();
            let expected: Vec<String> = fields.iter().collect::<BTreeMap<_, _>>().into_iter()
                .map(|(k, v)| format!("\"{k}\":{v}")).collect();
            prop_assert_eq!(text(&Value::Object(object)), format!("{{{}}}", expected.join(",")));
        }

        #[test]
        fn the_hash_follows_what_is_done_and_nothing_else(
            desired in 1_u32..50, rate in 0.0..100.0_f64, now in 5_i64..5000, to in prop::sample::select(vec![54_u32, 55, 56]),
        ) {
            let spec = format!(":{to}");
            let base = World::new().propose(&spec, at(5)).unwrap();
            let mut world = World::new();
            world.state_mut().desired = desired;
            let minute = Minute { requests: Some(100.0), target_5xx: Some(rate), ..Minute::default() };
            world.series.value_mut().unwrap().minutes.insert(at(3), minute);
            world.images.value_mut().unwrap().push(pushed(4242));
            let again = world.propose(&spec, at(now)).unwrap();
            prop_assert_eq!(&again.hash, &base.hash);
            let elsewhere = if to == 54 { ":55" } else { ":54" };
            prop_assert_ne!(world.propose(elsewhere, at(now)).unwrap().hash, base.hash);
        }
    }
}
