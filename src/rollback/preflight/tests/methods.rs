//! Which rows a method has, and what those that all methods share say under it.

use super::super::super::Method;
use super::super::super::fixtures::REGISTRY;
use super::*;
use crate::domain::{DefinitionStatus, HookTimeout, LifecycleHook, Workflow};
use crate::runbook;
use PreflightCheck::{Deployment, Image, NotCurrent, Proven, StopTarget, TargetActive, Workflow as Run};

fn checks(world: &World, spec: &str, method: Method) -> Vec<PreflightCheck> {
    let plan = world.propose_by(spec, Some(method), at(6)).unwrap();
    assert_eq!(plan.steps[0].method, method);
    plan.preflight.iter().map(|row| row.check).collect()
}

fn said(world: &World, spec: &str, method: Method, check: PreflightCheck) -> (PreflightVerdict, String) {
    let plan = world.propose_by(spec, Some(method), at(6)).unwrap();
    let row = plan.preflight.into_iter().find(|row| row.check == check).unwrap();
    (row.verdict, row.evidence.id.into_owned())
}

/// A version whose digest :58 would be: it is in the registry, and no revision has it.
fn with_github(world: &mut World, correlation: Option<&str>) {
    world.runbook.github = Some(runbook::Github {
        repository: Some("acme/pb".to_owned()),
        workflow: "Rollback".to_owned(),
        api: runbook::Github::DEFAULT_API.to_owned(),
        r#ref: None,
        return_run_details: true,
        inputs: runbook::GithubInputs {
            environment: "environment".to_owned(),
            service: "service".to_owned(),
            version: "version".to_owned(),
            correlation: correlation.map(str::to_owned),
        },
    });
    world.workflow = Observed::known(
        Workflow {
            id: 7,
            name: Clean::new("Rollback"),
            path: Clean::new(".github/workflows/rollback.yml"),
            active: true,
            branch: Clean::new("main"),
        },
        at(5),
    );
}

fn paused() -> World {
    let mut world = World::in_flight();
    world.history_mut().deployments[0].hooks = vec![LifecycleHook {
        id: Clean::new("hook-1"),
        awaits_action: true,
        expires_at: Some(at(900)),
        on_timeout: Some(HookTimeout::Rollback),
    }];
    world
}

#[test]
fn a_row_that_says_nothing_of_a_method_is_left_out() {
    let mut github = World::new();
    with_github(&mut github, Some("correlation_id"));
    let mut new = World::new();
    new.definitions.value_mut().unwrap()[1].status = DefinitionStatus::Inactive;
    for (world, spec, method, calls) in [
        (World::new(), "last-good", Method::Revision, 1),
        (new, "last-good", Method::Image, 2),
        (World::in_flight(), "last-good", Method::Stop, 1),
        (paused(), "last-good", Method::Continue, 1),
        (github, "v1.56.0", Method::Github, 1),
        (World::new(), "last-good", Method::Redeploy, 1),
    ] {
        let has = checks(&world, spec, method);
        let expected: Vec<_> = PreflightCheck::ALL
            .into_iter()
            .filter(|it| it.is_for(method))
            .collect();
        assert_eq!(has, expected, "{method}");
        let plan = world.propose_by(spec, Some(method), at(6)).unwrap();
        assert_eq!(plan.steps[0].calls.len(), calls, "{method}");
    }
    use PreflightCheck::{
        DataLoss, Differs, Findings, Migrations, Permissions, Ports, References, RestoredInstance, Secret,
        Snapshot,
    };
    for (method, none) in [
        (
            Method::Revision,
            &[StopTarget, Snapshot, DataLoss, RestoredInstance, Secret, Run][..],
        ),
        (Method::Stop, &[Ports, Run]),
        (
            Method::Github,
            &[
                TargetActive,
                Tag,
                Differs,
                References,
                Ports,
                Permissions,
                StopTarget,
            ],
        ),
        (
            Method::Redeploy,
            &[Proven, Differs, Findings, Migrations, Ports, Run],
        ),
        (
            Method::Database,
            &[Proven, Differs, Findings, Migrations, StopTarget, Run],
        ),
    ] {
        for check in none {
            assert!(!check.is_for(method), "{method} {check:?}");
        }
    }
    for check in PreflightCheck::ALL {
        assert!(
            Method::ALL.into_iter().any(|method| check.is_for(method)),
            "{check:?}"
        );
    }
}

#[test]
fn what_is_registered_anew_is_judged_by_its_content() {
    let mut world = World::new();
    world.definitions.value_mut().unwrap()[1].status = DefinitionStatus::Inactive;
    let of = |check| said(&world, "last-good", Method::Image, check);
    assert_eq!(of(TargetActive), (Pass, "preflight-target-active-new".to_owned()));
    assert_eq!(of(Image), (Pass, "preflight-image-pass".to_owned()));
    assert_eq!(of(Tag), (Pass, "preflight-tag-pinned".to_owned()));
    assert_eq!(of(Proven), (Pass, "preflight-proven-content".to_owned()));
    assert_eq!(of(NotCurrent), (Pass, "preflight-not-current-new".to_owned()));
    assert_eq!(of(Differs), (Pass, "preflight-differs-pass".to_owned()));
    let by_number = said(&world, "last-good", Method::Revision, TargetActive);
    assert_eq!(by_number, (Block, "preflight-target-active-inactive".to_owned()));
    // The image must be there all the same.
    world
        .images
        .value_mut()
        .unwrap()
        .retain(|image| image.digest != digest(56));
    assert_eq!(said(&world, "last-good", Method::Image, Image).0, Block);
    // What runs already, under a new number, is no way back.
    let current = World::new();
    let pinned = format!("{REGISTRY}@{}", digest(57));
    let mut again = World::new();
    again.definitions.value_mut().unwrap()[0].status = DefinitionStatus::Inactive;
    assert_eq!(
        said(&again, &digest(57).to_string(), Method::Image, NotCurrent).0,
        Block,
        "{pinned}"
    );
    assert_eq!(said(&current, ":57", Method::Image, NotCurrent).0, Block);
}

#[test]
fn a_deployment_of_the_same_still_pulls_its_image_and_asks_its_tag() {
    let mut world = World::new();
    let redeploy = |world: &World, check| said(world, "last-good", Method::Redeploy, check);
    assert_eq!(redeploy(&world, Tag), (Pass, "preflight-tag-pass".to_owned()));
    assert_eq!(
        redeploy(&world, NotCurrent).1,
        "preflight-not-current-redeploy-calm"
    );
    let images = world.images.value_mut().unwrap();
    images[0].tags.clear();
    images[1].tags.push(Clean::new(&tag(57)));
    assert_eq!(redeploy(&world, Tag), (Block, "preflight-tag-moved".to_owned()));
    world.images.value_mut().unwrap().remove(0);
    assert_eq!(redeploy(&world, Image).0, Block);
    world.definitions.value_mut().unwrap()[0].status = DefinitionStatus::Inactive;
    assert_eq!(
        redeploy(&world, TargetActive).0,
        Block,
        "ECS starts nothing of it"
    );
}

#[test]
fn an_answer_to_a_hook_turns_back_what_waits_there() {
    let world = paused();
    let of = |check| said(&world, "last-good", Method::Continue, check);
    assert_eq!(of(Deployment), (Pass, "preflight-deployment-stopped".to_owned()));
    assert_eq!(of(StopTarget), (Pass, "preflight-stop-target-pass".to_owned()));
    assert_eq!(of(NotCurrent).0, Pass);
    let flying = World::in_flight();
    assert_eq!(
        said(&flying, "last-good", Method::Continue, StopTarget),
        (Block, "preflight-stop-target-no-hook".to_owned())
    );
}

#[test]
fn the_workflow_must_be_there_and_its_run_told_apart() {
    type Change = fn(&mut World);
    let cases: [(PreflightVerdict, &str, Change); 10] = [
        (Pass, "workflow-pass", |w| with_github(w, Some("correlation_id"))),
        (Warn, "workflow-untold", |w| with_github(w, None)),
        (Block, "workflow-off", |w| {
            with_github(w, Some("c"));
            w.workflow.value_mut().unwrap().active = false;
        }),
        (Block, "workflow-unset", |_| ()),
        (Block, "workflow-unset", |w| {
            with_github(w, Some("c"));
            w.runbook.github.as_mut().unwrap().repository = None;
        }),
        (Block, "workflow-token", |w| {
            with_github(w, Some("c"));
            w.workflow = failed(FaultKind::NoCredentials);
        }),
        (Block, "workflow-not-there", |w| {
            with_github(w, Some("c"));
            w.workflow = failed(FaultKind::NotFound);
        }),
        (Unknown, "not-read", |w| {
            with_github(w, Some("c"));
            w.workflow = failed(FaultKind::Server);
        }),
        (Unknown, "not-asked", |w| {
            with_github(w, Some("c"));
            w.workflow = Observed::default();
        }),
        (Unknown, "stale", |w| {
            with_github(w, Some("c"));
            w.workflow.take(Err(fault(FaultKind::Server)), at(6));
        }),
    ];
    for (verdict, id, change) in cases {
        let mut world = World::new();
        change(&mut world);
        assert_eq!(
            said(&world, "v1.56.0", Method::Github, Run),
            (verdict, format!("preflight-{id}")),
        );
    }
}

#[test]
fn an_impossible_call_and_what_is_gone_are_never_overridden() {
    use PreflightCheck::{Account, Controller, Desired, Ports, Secret, Snapshot};
    for check in [
        Account,
        Controller,
        Incident,
        Lease,
        Desired,
        NotCurrent,
        TargetActive,
        Image,
        Ports,
        Snapshot,
        Secret,
        Run,
    ] {
        assert!(!check.may_be_overridden(), "{check:?}");
    }
    for check in [
        Deployment,
        Tag,
        PreflightCheck::Migrations,
        PreflightCheck::References,
        StopTarget,
    ] {
        assert!(check.may_be_overridden(), "{check:?}");
    }
}
